/**
 * Where text is likely to be burned into the pixels. De-identification never changes pixels, so a person must look at these.
 * Burned In Annotation (0028,0301) says it outright but is often left out; then modality, SOP class and origin tell.
 */
import type { DicomDataSet } from '../data-set.ts';
import { sopClasses } from '../generated/uids.ts';
import { hasOverlayInPixels } from '../pixels.ts';

export type WarningCode =
  | 'BURNED_IN_ANNOTATION'
  | 'BURNED_IN_LIKELY'
  | 'RECOGNISABLE_FEATURES'
  | 'OVERLAY_IN_PIXELS'
  | 'ODD_FRAGMENTS';

export interface DeidentifyWarning {
  readonly code: WarningCode;
  /** Without patient data. */
  readonly message: string;
}

/** Modalities whose devices write names or dates into the picture, or whose pictures come from paper, video and screens. */
const writingModalities: Readonly<Record<string, string>> = {
  US: 'ultrasound',
  IVUS: 'intravascular ultrasound',
  XA: 'X-ray angiography',
  RF: 'radiofluoroscopy',
  ES: 'endoscopy',
  XC: 'photography',
  GM: 'microscopy',
  OP: 'ophthalmic photography',
  OT: 'other',
  SC: 'secondary capture',
  DOC: 'document',
  ECG: 'electrocardiogram',
  HC: 'hard copy',
  BI: 'biomagnetic imaging',
};

/** The warnings a data set gives cause for. */
export function burnedInWarnings(dataSet: DicomDataSet, sopClassUID: string): readonly DeidentifyWarning[] {
  const warnings: DeidentifyWarning[] = [];
  const annotation = burnedIn(dataSet, sopClassUID);
  if (annotation !== undefined) warnings.push(annotation);
  if (dataSet.text('recognizableVisualFeatures') === 'YES') {
    warnings.push({
      code: 'RECOGNISABLE_FEATURES',
      message: 'The pixels show a face or other recognizable features (0028,0302); they are unchanged.',
    });
  }
  if (hasOverlayInPixels(dataSet)) {
    warnings.push({
      code: 'OVERLAY_IN_PIXELS',
      message: 'An overlay is stored in unused bits of the pixel data; its description is removed, its bits are not.',
    });
  }
  return warnings;
}

function burnedIn(dataSet: DicomDataSet, sopClassUID: string): DeidentifyWarning | undefined {
  const said = dataSet.text('burnedInAnnotation');
  if (said === 'YES') {
    return {
      code: 'BURNED_IN_ANNOTATION',
      message: 'Text is burned into the pixels (burnedInAnnotation (0028,0301) is YES); it is still there.',
    };
  }
  if (said === 'NO' || dataSet.element('pixelData') === undefined) return undefined;
  const reason = likelyReason(dataSet, sopClassUID);
  if (reason === undefined) return undefined;
  return {
    code: 'BURNED_IN_LIKELY',
    message: `Text may be burned into the pixels (${reason}); look at the image before you give it away.`,
  };
}

function likelyReason(dataSet: DicomDataSet, sopClassUID: string): string | undefined {
  const className = (sopClasses as Readonly<Record<string, string>>)[sopClassUID] ?? '';
  if (className.includes('Secondary Capture')) return 'secondary capture';
  const conversion = dataSet.text('conversionType');
  if (conversion !== undefined) return `conversion type ${/^[A-Z]{2,4}$/.test(conversion) ? conversion : 'given'}`;
  const modality = dataSet.text('modality') ?? '';
  const writes = writingModalities[modality];
  if (writes !== undefined) return `modality ${modality}, ${writes}`;
  return dataSet.texts('imageType').some((value) => /SCREEN|CAPTURE|SAVE/.test(value)) ? 'a screen capture' : undefined;
}
