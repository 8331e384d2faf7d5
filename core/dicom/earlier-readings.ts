/**
 * Which DICOM files version 0.1.0 and those before it read otherwise, told from the header and the first bytes of the pixel data. What a
 * library keeps of such a file is computed anew; of all others it stays, because encoding a data set again costs hours.
 */
import { AppError } from '../base/errors.ts';
import { CodecError } from '../codecs/codec-error.ts';
import { readJpeg2000, readJpegLsHeader } from '../codecs/codestream.ts';
import { decodeJpeg } from '../codecs/jpeg/decode.ts';
import type { DicomDataSet } from './data-set.ts';
import { encapsulatedFrame } from './frames.ts';
import { frameAttributes } from './functional-groups.ts';
import { type InputRange, lutDescriptor, lutItem, storedRange } from './lut.ts';
import { isStoredForDisplay, readModality } from './modality.ts';
import { parseDicom } from './parse.ts';
import { describePixels } from './pixels.ts';
import { contradictsItself } from './presentation.ts';
import { readWindows } from './voi.ts';

/** True when the file's pixels may have other values than they were read with. */
export function readsOtherwise(bytes: Uint8Array): boolean {
  try {
    const { dataSet } = parseDicom(bytes);
    return (
      hasCommas(dataSet) ||
      hadModality(dataSet) ||
      hasOtherWindow(dataSet) ||
      contradictsItself(dataSet) ||
      hasOtherPadding(dataSet) ||
      hasOtherTable(dataSet) ||
      hasOtherStream(dataSet)
    );
  } catch (thrown) {
    // What cannot be read now could not be read then.
    if (thrown instanceof AppError) return false;
    throw thrown;
  }
}

/** A decimal comma was taken for no number. */
function hasCommas(dataSet: DicomDataSet): boolean {
  const rescale = frameAttributes(dataSet, 'pixelValueTransformationSequence', 0);
  const voi = frameAttributes(dataSet, 'frameVOILUTSequence', 0);
  const texts = [
    rescale.text('rescaleSlope'),
    rescale.text('rescaleIntercept'),
    voi.text('windowCenter'),
    voi.text('windowWidth'),
  ];
  return texts.some((text) => text?.includes(',') === true);
}

/** What leads an angiogram back to the intensity of the beam was applied for display. */
function hadModality(dataSet: DicomDataSet): boolean {
  if (!isStoredForDisplay(dataSet)) return false;
  const isIdentity = (dataSet.number('rescaleSlope') || 1) === 1 && (dataSet.number('rescaleIntercept') ?? 0) === 0;
  return lutItem(dataSet, 'modalityLUTSequence') !== undefined || !isIdentity;
}

/** Empty values moved the others to another place, widths below 1 were passed over. */
function hasOtherWindow(dataSet: DicomDataSet): boolean {
  const voi = frameAttributes(dataSet, 'frameVOILUTSequence', 0);
  const lists = [voi.numberList('windowCenter'), voi.numberList('windowWidth')];
  return lists.some((list) => list.includes(undefined)) || readWindows(dataSet, 0).some(({ width }) => width < 1);
}

/** A padding value under the wrong VR matched no sample, that of float pixels was not read. */
function hasOtherPadding(dataSet: DicomDataSet): boolean {
  const { isSigned, bitsStored, element } = describePixels(dataSet);
  if (element !== 'pixelData') {
    return dataSet.has('floatPixelPaddingValue') || dataSet.has('doubleFloatPixelPaddingValue');
  }
  const low = isSigned ? -(2 ** (bitsStored - 1)) : 0;
  return (['pixelPaddingValue', 'pixelPaddingRangeLimit'] as const).some((keyword) =>
    dataSet.numbers(keyword, isSigned).some((value) => value < low || value >= low + 2 ** bitsStored),
  );
}

/** The first input of a table was taken with the sign of its VR, or of the stored values. */
function hasOtherTable(dataSet: DicomDataSet): boolean {
  const stored = describePixels(dataSet);
  const { isSigned } = stored;
  const modality = readModality(dataSet, 0, stored);
  const isOther = (item: DicomDataSet | undefined, wasSigned: boolean, inputs: InputRange): boolean =>
    item !== undefined &&
    item.numbers('lutDescriptor', wasSigned)[1] !== lutDescriptor(item, 'lutDescriptor', inputs)[1];
  const voi = lutItem(frameAttributes(dataSet, 'frameVOILUTSequence', 0), 'voiLUTSequence');
  return (
    isOther(lutItem(dataSet, 'modalityLUTSequence'), isSigned, storedRange(stored)) ||
    isOther(voi, isSigned || modality.apply(0) < 0, modality.range)
  );
}

/** Streams with other bits than the header says were cut to the header's. */
function hasOtherStream(dataSet: DicomDataSet): boolean {
  if (dataSet.element('pixelData')?.encapsulated === undefined) return false;
  const description = describePixels(dataSet);
  const stream = encapsulatedFrame(dataSet, description, 0);
  for (const read of [precisionOfJpeg2000, (bytes: Uint8Array) => readJpegLsHeader(bytes).precision, precisionOfJpeg]) {
    try {
      return read(stream) > description.bitsStored;
    } catch (thrown) {
      if (!(thrown instanceof CodecError)) throw thrown;
    }
  }
  return false;
}

function precisionOfJpeg2000(bytes: Uint8Array): number {
  return readJpeg2000(bytes).header.precision;
}

/** The header is all that is wanted: decoding stops with it. */
function precisionOfJpeg(bytes: Uint8Array): number {
  let precision: number | undefined;
  try {
    decodeJpeg(bytes, (header) => {
      precision = header.precision;
      throw new CodecError('the header was read');
    });
  } catch (thrown) {
    if (precision === undefined) throw thrown;
  }
  return precision ?? 0;
}
