/** Pictures: reading files, resizing, normalising, augmenting. */
export { adjustBrightness, adjustContrast, flipHorizontal } from './augment.ts';
export { bodyMask, type CoverRegion, coverPixels, coverRegions, regionMask } from './cover.ts';
export {
  combineStatistics,
  imageStatistics,
  type Normalisation,
  normalisationOf,
  normalise,
  noStatistics,
  type PixelStatistics,
} from './normalise.ts';
export { fromUint16, type GreyOrColourImage, toUint8, toUint16 } from './picture.ts';
export { looksLikePicture, type OpenedPicture, openPicture, readPicture, storedOrientation } from './read-picture.ts';
export { type Region, type Samples, Weights } from './resample-weights.ts';
export { placesOf } from './resampled-lines.ts';
export { pixelRange } from './resampler.ts';
export { cropResizeBilinear, resizeBicubic, resizeBilinear, triangle } from './resize.ts';
export {
  commonRange,
  type OpenSamples,
  type RangeRule,
  type SampleKind,
  type SampleRange,
  type SampleRanges,
  sampleKinds,
} from './sample-range.ts';
export { type ImageChanges, SideImageMaker } from './side-image.ts';
export { PlainPasses, type SideImagePasses } from './side-image-passes.ts';
export { encodePng } from './write-picture.ts';
