/**
 * What a header says that a person should know before the image is used, told from the elements before the pixel data and the length
 * of the pixel data alone. Nothing here keeps the image from being read.
 */
import { AppError } from '../base/errors.ts';
import { attributeText, type DicomDataSet } from './data-set.ts';
import { frameBits, isSubsampledNative } from './frames.ts';
import { frameAttributes } from './functional-groups.ts';
import { otherKindOf } from './other-kind.ts';
import { describePixels } from './pixels.ts';
import { contradictsItself } from './presentation.ts';

/**
 * Notices about an instance: DICOM_HEADER_DOUBTFUL for a window that is no number or a display that contradicts itself,
 * IMAGE_OF_OTHER_KIND for what is no image of what was examined, and IMAGE_PARTLY_USED for frames in plain pixel data beyond Number of Frames. The messages carry no values of the header.
 */
export function headerDoubts(dataSet: DicomDataSet): readonly AppError[] {
  const doubts: AppError[] = [];
  const voi = frameAttributes(dataSet, 'frameVOILUTSequence', 0);
  const unreadable = (['windowCenter', 'windowWidth'] as const).filter(
    (keyword) => voi.text(keyword) !== undefined && voi.numbers(keyword).length === 0,
  );
  if (unreadable.length > 0) {
    doubts.push(
      new AppError(
        'DICOM_HEADER_DOUBTFUL',
        `${unreadable.map(attributeText).join(' and ')} is no number; the image is drawn by its own smallest and largest value.`,
      ),
    );
  }
  if (contradictsItself(dataSet)) {
    doubts.push(
      new AppError(
        'DICOM_HEADER_DOUBTFUL',
        `${attributeText('presentationLUTShape')} contradicts ${attributeText('photometricInterpretation')}; the shape decides which values are white.`,
      ),
    );
  }
  const kind = otherKindOf(dataSet);
  if (kind !== undefined) doubts.push(ofOtherKind(`By its header the image is ${kind}`));
  const surplus = surplusPlainFrames(dataSet);
  if (surplus > 0) doubts.push(partlyUsed(surplus, 'frames'));
  return doubts;
}

/**
 * The notice that an image is none of what was examined.
 * @param what it is and by what that is told, as the beginning of a sentence
 */
export function ofOtherKind(what: string): AppError {
  return new AppError('IMAGE_OF_OTHER_KIND', `${what}; a label of its study, patient or folder counts for it, too.`);
}

/** The notice that a file holds more than is read of it. */
export function partlyUsed(surplus: number, what: 'frames' | 'pages'): AppError {
  const means =
    what === 'frames'
      ? `than ${attributeText('numberOfFrames')} says; only as many as it says are read`
      : 'than the one that is read, the first';
  return new AppError(
    'IMAGE_PARTLY_USED',
    `The file holds ${surplus} more ${surplus === 1 ? what.slice(0, -1) : what} ${means}.`,
  );
}

/** Whole frames in plain pixel data beyond those that the header names. A padding byte is no frame. */
function surplusPlainFrames(dataSet: DicomDataSet): number {
  const element = dataSet.element('pixelData');
  const length = element?.declaredLength;
  if (element === undefined || length === undefined || length === 0xffffffff) return 0;
  try {
    const description = describePixels(dataSet);
    const bits = frameBits(description, isSubsampledNative(description, element));
    const spare = (length - 1) * 8 - bits * description.frames;
    return spare > 0 ? Math.floor((length * 8 - bits * description.frames) / bits) : 0;
  } catch (thrown) {
    // What cannot be described is refused when it is decoded.
    if (thrown instanceof AppError) return 0;
    throw thrown;
  }
}

/**
 * Fragments that begin a picture of their own (JPEG, JPEG-LS or JPEG 2000 start marker), beyond the frames that the header names; 0
 * where frames are not told apart so. `begins` says it of each fragment in order.
 */
export function surplusStreams(dataSet: DicomDataSet, begins: readonly boolean[]): number {
  const streams = begins.filter(Boolean).length;
  const frames = Math.max(1, Math.floor(dataSet.number('numberOfFrames') ?? 1));
  // A picture in several fragments has one start; a fragment without one goes on with the picture before it.
  return begins[0] === true ? Math.max(0, streams - frames) : 0;
}
