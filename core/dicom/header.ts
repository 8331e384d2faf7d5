/** What the library stores of an instance, read without its pixels. */
import type { DicomDataSet, Keyword } from './data-set.ts';
import type { DicomFile } from './parse.ts';
import { slicePositionOf } from './slice-position.ts';
import { decodeText, type TextDecoderFactory } from './text.ts';

/** Identity, description and geometry of one instance. Texts are as written, undefined when absent or empty. */
export interface DicomHeader {
  readonly patientID: string | undefined;
  readonly issuerOfPatientID: string | undefined;
  readonly patientName: string | undefined;
  readonly patientBirthDate: string | undefined;
  readonly patientSex: string | undefined;
  readonly patientAge: string | undefined;
  readonly studyInstanceUID: string | undefined;
  readonly studyDate: string | undefined;
  readonly studyTime: string | undefined;
  readonly studyDescription: string | undefined;
  readonly accessionNumber: string | undefined;
  readonly seriesInstanceUID: string | undefined;
  readonly seriesNumber: number | undefined;
  readonly seriesDescription: string | undefined;
  readonly modality: string | undefined;
  readonly manufacturer: string | undefined;
  readonly manufacturerModelName: string | undefined;
  readonly institutionName: string | undefined;
  readonly bodyPartExamined: string | undefined;
  readonly viewPosition: string | undefined;
  readonly laterality: string | undefined;
  readonly sopInstanceUID: string | undefined;
  readonly sopClassUID: string | undefined;
  readonly instanceNumber: number | undefined;
  /** Image Position (Patient) along the normal of the image, in millimetres; of frames that say their own, undefined. */
  readonly slicePositionMm: number | undefined;
  readonly transferSyntaxUID: string;
  readonly rows: number | undefined;
  readonly columns: number | undefined;
  /** 1 where the attribute is absent. */
  readonly numberOfFrames: number;
  readonly samplesPerPixel: number | undefined;
  readonly photometricInterpretation: string | undefined;
  readonly bitsAllocated: number | undefined;
  readonly bitsStored: number | undefined;
  /** Row and column spacing in millimetres. */
  readonly pixelSpacing: readonly number[];
  readonly burnedInAnnotation: string | undefined;
  readonly patientIdentityRemoved: string | undefined;
  /** True when the data set has pixel data of any kind, whether or not it was parsed to its end. */
  readonly hasPixels: boolean;
}

/** The header of a parsed file. Names are decoded by their character set when `textDecoder` is given, else as ISO 8859-1. */
export function readHeader(file: DicomFile, textDecoder?: TextDecoderFactory): DicomHeader {
  const { dataSet, meta } = file;
  const name = (keyword: Keyword): string | undefined => decodeText(dataSet, keyword, textDecoder);
  return {
    patientID: name('patientID'),
    issuerOfPatientID: name('issuerOfPatientID'),
    patientName: name('patientName'),
    patientBirthDate: dataSet.text('patientBirthDate'),
    patientSex: dataSet.text('patientSex'),
    patientAge: dataSet.text('patientAge'),
    studyInstanceUID: dataSet.uid('studyInstanceUID'),
    studyDate: dataSet.text('studyDate'),
    studyTime: dataSet.text('studyTime'),
    studyDescription: name('studyDescription'),
    accessionNumber: name('accessionNumber'),
    seriesInstanceUID: dataSet.uid('seriesInstanceUID'),
    seriesNumber: dataSet.number('seriesNumber'),
    seriesDescription: name('seriesDescription'),
    modality: dataSet.text('modality'),
    manufacturer: name('manufacturer'),
    manufacturerModelName: name('manufacturerModelName'),
    institutionName: name('institutionName'),
    bodyPartExamined: dataSet.text('bodyPartExamined'),
    viewPosition: dataSet.text('viewPosition') ?? viewOfCode(dataSet),
    laterality: dataSet.text('imageLaterality') ?? dataSet.text('laterality'),
    sopInstanceUID: dataSet.uid('sopInstanceUID') ?? meta.uid('mediaStorageSOPInstanceUID'),
    sopClassUID: dataSet.uid('sopClassUID') ?? meta.uid('mediaStorageSOPClassUID'),
    instanceNumber: dataSet.number('instanceNumber'),
    slicePositionMm: slicePositionOf(dataSet),
    transferSyntaxUID: file.transferSyntaxUID,
    rows: dataSet.number('rows'),
    columns: dataSet.number('columns'),
    numberOfFrames: Math.max(1, Math.floor(dataSet.number('numberOfFrames') ?? 1)),
    samplesPerPixel: dataSet.number('samplesPerPixel'),
    photometricInterpretation: dataSet.text('photometricInterpretation'),
    bitsAllocated: dataSet.number('bitsAllocated'),
    bitsStored: dataSet.number('bitsStored'),
    pixelSpacing: spacing(dataSet),
    burnedInAnnotation: dataSet.text('burnedInAnnotation'),
    patientIdentityRemoved: dataSet.text('patientIdentityRemoved'),
    hasPixels: hasPixelElement(dataSet),
  };
}

/** Views of mammograms by their codes (PS3.16 CID 4014, in SNOMED CT and as it was written before): many say the view by code alone. */
const viewCodes: Readonly<Record<string, string>> = {
  'R-10242': 'CC',
  '399162004': 'CC',
  'R-10226': 'MLO',
  '399368009': 'MLO',
};

function viewOfCode(dataSet: DicomDataSet): string | undefined {
  return viewCodes[dataSet.items('viewCodeSequence')[0]?.text('codeValue') ?? ''];
}

function spacing(dataSet: DicomDataSet): readonly number[] {
  const own = dataSet.numbers('pixelSpacing');
  return own.length > 0 ? own : dataSet.numbers('imagerPixelSpacing');
}

function hasPixelElement(dataSet: DicomDataSet): boolean {
  return (['pixelData', 'floatPixelData', 'doubleFloatPixelData'] as const).some(
    (k) => dataSet.element(k) !== undefined,
  );
}
