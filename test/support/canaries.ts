/**
 * Fifty-one identifiers planted where real files carry them: names, IDs, dates, UIDs, free text, private and unknown elements, sequences
 * in sequences, sequences hidden in UN, overlays, curves, the preamble and the file meta group. None may be found in what we give away.
 */
import { type OutElement, writeElements } from '../../core/dicom/deidentify/rewrite.ts';
import { textBytes } from '../../core/dicom/deidentify/values.ts';
import { joined, shortElement, textElement } from './dicom-file.ts';

const explicitLittle = { littleEndian: true, explicit: true };
const implicitLittle = { littleEndian: true, explicit: false };

/** Attribute, VR and planted value. Dates and UIDs are as unmistakable as the words. */
const planted: readonly (readonly [tag: number, vr: string, value: string])[] = [
  [0x00080018, 'UI', '1.2.276.0.55.18.1'],
  [0x00080014, 'UI', '1.2.276.0.55.14.1'],
  [0x00080020, 'DA', '19470312'],
  [0x00080021, 'DA', '19470313'],
  [0x00080022, 'DA', '19470314'],
  [0x00080023, 'DA', '19470315'],
  [0x0008002a, 'DT', '19470316101112.345678'],
  [0x00080030, 'TM', '101112.987654'],
  [0x00080050, 'SH', 'ACC-CANARY-01'],
  [0x00080080, 'LO', 'INSTITUTION-CANARY'],
  [0x00080081, 'ST', 'STREET-CANARY'],
  [0x00080090, 'PN', 'REFERRER-CANARY^A'],
  [0x00081010, 'SH', 'STATION-CANARY'],
  [0x00081030, 'LO', 'STUDYDESC-CANARY'],
  [0x0008103e, 'LO', 'SERIESDESC-CANARY'],
  [0x00081048, 'PN', 'PHYSICIAN-CANARY'],
  [0x00081050, 'PN', 'PERFORMER-CANARY'],
  [0x00081060, 'PN', 'READER-CANARY'],
  [0x00081070, 'PN', 'OPERATOR-CANARY'],
  [0x00100010, 'PN', 'PATIENT-CANARY^GIVEN=KANJI-CANARY'],
  [0x00100020, 'LO', 'ID-CANARY-4711'],
  [0x00100021, 'LO', 'ISSUER-CANARY'],
  [0x00100030, 'DA', '19281101'],
  [0x00100050, 'LO', 'INSURANCE-CANARY'],
  [0x00101000, 'LO', 'OTHERID-CANARY'],
  [0x00101001, 'PN', 'OTHERNAME-CANARY'],
  [0x00101040, 'LO', 'ADDRESS-CANARY'],
  [0x00101060, 'PN', 'MOTHER-CANARY'],
  [0x00102154, 'SH', 'PHONE-CANARY'],
  [0x001021b0, 'LT', 'HISTORY-CANARY'],
  [0x00104000, 'LT', 'COMMENT-CANARY'],
  [0x00180010, 'LO', 'AGENT-CANARY'],
  [0x00181000, 'LO', 'SERIAL-CANARY'],
  [0x00181030, 'LO', 'PROTOCOL-CANARY'],
  [0x0020000d, 'UI', '1.2.276.0.55.20.13'],
  [0x0020000e, 'UI', '1.2.276.0.55.20.14'],
  [0x00200010, 'SH', 'STUDYID-CANARY'],
  [0x00200052, 'UI', '1.2.276.0.55.20.52'],
  [0x00204000, 'LT', 'IMAGECOMMENT-CANARY'],
  [0x00321032, 'PN', 'REQUESTER-CANARY'],
  [0x00380300, 'LO', 'WARD-CANARY'],
  [0x00400006, 'PN', 'SCHEDULED-CANARY'],
  [0x00324000, 'LT', 'STUDYCOMMENT-CANARY'],
  // A name in an attribute of PS3.6 that the table does not list, and an attribute that nobody knows.
  [0x00142006, 'PN', 'EVALUATOR-CANARY'],
  [0x00087776, 'LO', 'UNKNOWN-CANARY'],
  // Private: the creator and the value.
  [0x00290010, 'LO', 'CREATOR-CANARY'],
  [0x00291010, 'LO', 'PRIVATE-CANARY'],
  [0x50003000, 'OB', 'CURVE-CANARY'],
  [0x60004000, 'LT', 'OVERLAY-CANARY'],
  [0xfffcfffc, 'OB', 'PADDING-CANARY'],
];

/** In the preamble, not in an element: the fiftieth. */
const preambleCanary = 'PREAMBLE-CANARY';

/** What to look for: every planted value and each part of it that would identify alone. */
export const canaries: readonly string[] = [
  ...planted.flatMap(([, , value]) => value.split(/[=^]/).filter((part) => part.length > 5)),
  preambleCanary,
];

/** How many values are planted. */
export const plantedCount = planted.length + 1;

function sequence(tag: number, ...items: readonly (readonly OutElement[])[]): OutElement {
  return { tag, vr: 'SQ', items };
}

/** A file with every canary at the top level, again three sequences deep, in a sequence written as UN, in a private sequence, in the file meta group. */
export function canaryFile(): Uint8Array {
  const all = planted.map(([tag, vr, value]) => textElement(tag, vr, value));
  const insideUn: OutElement = {
    tag: 0x0008114a,
    vr: 'UN',
    value: joined([
      Uint8Array.of(0xfe, 0xff, 0x00, 0xe0, 0xff, 0xff, 0xff, 0xff),
      ...writeElements(all, implicitLittle),
      Uint8Array.of(0xfe, 0xff, 0x0d, 0xe0, 0, 0, 0, 0),
    ]),
  };
  const content: OutElement[] = [
    textElement(0x0040a040, 'CS', 'TEXT'),
    textElement(0x0040a160, 'UT', 'CONTENT-CANARY'),
    ...all,
  ];
  const elements = [
    ...all,
    textElement(0x00080016, 'UI', '1.2.840.10008.5.1.4.1.1.2'),
    textElement(0x00080060, 'CS', 'CT'),
    sequence(0x00081115, [sequence(0x00081199, [sequence(0x0040a730, content), ...all])]),
    sequence(0x00082112, [textElement(0x00081155, 'UI', '1.2.276.0.55.18.1'), ...all]),
    sequence(0x00880200, [...all, { tag: 0x7fe00010, vr: 'OB', value: textBytes('ICON-CANARY', 'OB') }]),
    insideUn,
    sequence(0x00291011, all),
    shortElement(0x00280010, 2),
    shortElement(0x00280011, 2),
    shortElement(0x00280100, 8),
    { tag: 0x7fe00010, vr: 'OB', value: Uint8Array.of(1, 2, 3, 4) },
  ];
  const start = new Uint8Array(132);
  start.set(textBytes(preambleCanary, 'LO'), 4);
  start.set([0x44, 0x49, 0x43, 0x4d], 128);
  const meta = writeElements(
    [
      textElement(0x00020003, 'UI', '1.2.276.0.55.18.1'),
      textElement(0x00020010, 'UI', '1.2.840.10008.1.2.1'),
      textElement(0x00020016, 'AE', 'STATION-CANARY'),
      textElement(0x00020100, 'UI', '1.2.276.0.55.14.1'),
      textElement(0x00020102, 'OB', 'PRIVATE-CANARY'),
    ],
    explicitLittle,
  );
  return joined([start, ...meta, ...writeElements(elements, explicitLittle)]);
}

/** The canaries found in `bytes`, in whichever of the common text encodings. */
export function foundCanaries(bytes: Uint8Array): readonly string[] {
  const haystack = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return canaries.filter((c) => haystack.includes(c, 0, 'latin1') || haystack.includes(c, 0, 'utf16le'));
}
