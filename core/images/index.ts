/** Pictures: reading files, resizing, normalising, augmenting. */
export { adjustBrightness, adjustContrast, flipHorizontal } from './augment.ts';
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
export { looksLikePicture, readPicture } from './read-picture.ts';
export { cropResizeBilinear, type Region, resizeBicubic, resizeBilinear } from './resize.ts';
export { encodePng } from './write-picture.ts';
