/** Decoding one frame of a parsed file, whatever its transfer syntax. */
import { AppError, toError } from '../base/errors.ts';
import { CodecError } from '../codecs/codec-error.ts';
import { checkedFrame, type DecodedFrame } from './decoded-frame.ts';
import { checkFrame } from './frames.ts';
import type { DicomFile } from './parse.ts';
import { describePixels } from './pixels.ts';
import { decodeBySyntax, decodeFailure, isLossySyntax, type WasmCodecs } from './syntaxes.ts';

/**
 * The frame's samples as stored, decompressed and checked against the header. `frame` counts from 0; `codecs` are needed for
 * JPEG 2000 and HTJ2K only. Throws DICOM_NO_PIXELS, DICOM_MALFORMED, DICOM_TRUNCATED, DICOM_UNSUPPORTED_SYNTAX,
 * DICOM_UNSUPPORTED_PIXELS, DICOM_DECODE_FAILED, TOO_LARGE or BAD_INPUT (no such frame).
 */
export function decodeFrame(file: DicomFile, frame: number, codecs?: WasmCodecs): DecodedFrame {
  const description = describePixels(file.dataSet);
  checkFrame(description, frame);
  try {
    const decoded = decodeBySyntax(file.transferSyntaxUID, file.dataSet, description, frame, codecs);
    return checkedFrame(decoded, description, isLossySyntax(file.transferSyntaxUID));
  } catch (thrown) {
    if (thrown instanceof CodecError) throw decodeFailure(file.transferSyntaxUID, frame, thrown);
    if (thrown instanceof RangeError) {
      throw new AppError('TOO_LARGE', `Frame ${frame} does not fit in memory: ${toError(thrown).message}.`);
    }
    throw thrown;
  }
}
