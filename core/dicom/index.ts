/** DICOM: bytes in, data sets, headers and float images out. */
export { attributeText, DicomDataSet, type DicomElement, type Keyword, tagText } from './data-set.ts';
export { decodeFrame } from './decode.ts';
export { type Decoded, type DecodedFrame, nativeBytes, type Samples } from './decoded-frame.ts';
export { type DisplayFrame, displayFrame, edgeLetters } from './display.ts';
export { readsOtherwise } from './earlier-readings.ts';
export { type FrameSpacing, frameSpacing, framesPerSecond } from './frame-spacing.ts';
export { attributes } from './generated/attributes.ts';
export { sopClasses, transferSyntaxes } from './generated/uids.ts';
export { type DicomHeader, readHeader } from './header.ts';
export { type DicomFile, looksLikeDicom, type ParseDicomOptions, parseDicom } from './parse.ts';
export { describePixels, type PixelDescription } from './pixels.ts';
export { type RenderedImage, renderDecoded, renderFrame } from './render.ts';
export { slicePositionOf } from './slice-position.ts';
export {
  syntaxSupport,
  syntaxText,
  type TransferSyntaxUID,
  type WasmCodecs,
  type WasmDecoder,
  wasmCodecOf,
} from './syntaxes.ts';
export { decodeText, type TextDecoderFactory } from './text.ts';
export { type DicomValue, type DicomValues, writeDicom } from './write.ts';
