/**
 * A DICOM file de-identified to the Basic Profile of PS3.15 Annex E, with the options chosen.
 *
 * Every attribute, at the top and in every item of every sequence, gets the action of Table E.1-1; the pixel data is copied as it is, in
 * its transfer syntax. What is burned into pixels stays there: `warnings` tells where that is likely. The result is "de-identified to
 * the Basic Profile", which is less than anonymous: pixels and rare attributes may still tell who someone is.
 */
import { AppError } from '../../base/errors.ts';
import { type DicomDataSet, type DicomElement, type Encoding, latin1, tagText } from '../data-set.ts';
import { attributes } from '../generated/attributes.ts';
import { sopClasses } from '../generated/uids.ts';
import type { DicomFile } from '../parse.ts';
import { decodeText } from '../text.ts';
import { burnedInWarnings, type DeidentifyWarning } from './burned-in.ts';
import { profileEdition } from './generated/profile-table.ts';
import { type DeidentifyOptions, dateModeRows, methodCodes } from './options.ts';
import { type Action, actionFor, basicAction, standardVr } from './profile.ts';
import { inByteOrder, type OutElement, writeElements } from './rewrite.ts';
import { dateShiftDays, dummyValue, mappedUid, pseudonymOf, shiftedText, textBytes } from './values.ts';

/** How many attributes met which fate, sequences and their items counted one by one. */
export type ActionCounts = Readonly<Record<Action, number>>;

export interface DeidentifiedFile {
  /** The file in pieces, to be written one after the other; unchanged values are views of the bytes that were parsed. */
  readonly chunks: readonly Uint8Array[];
  readonly transferSyntaxUID: string;
  /** Stands for the patient ID and name. */
  readonly pseudonym: string;
  readonly studyInstanceUID: string;
  readonly seriesInstanceUID: string;
  readonly sopInstanceUID: string;
  readonly warnings: readonly DeidentifyWarning[];
  readonly counts: ActionCounts;
}

interface Context {
  readonly options: DeidentifyOptions;
  readonly encoding: Encoding;
  readonly pseudonym: string;
  readonly shiftDays: number;
  readonly counts: Record<Action, number>;
  readonly warnings: DeidentifyWarning[];
}

const implicitLittle = '1.2.840.10008.1.2';
const explicitLittle = '1.2.840.10008.1.2.1';
const explicitBig = '1.2.840.10008.1.2.2';
const nativeSyntaxes: ReadonlySet<string> = new Set([
  implicitLittle,
  explicitLittle,
  explicitBig,
  '1.2.840.10008.1.2.1.99',
]);

const directoryStorage = '1.2.840.10008.1.3.10';
const longitudinalModified = 0x00280303;
const pixelTags: ReadonlySet<number> = new Set([0x7fe00008, 0x7fe00009, 0x7fe00010]);
const extendedOffsetTags: ReadonlySet<number> = new Set([0x7fe00001, 0x7fe00002]);

/**
 * The file, de-identified. Throws DEIDENTIFY_REFUSED for what the profile does not define (directories, private SOP classes) and
 * what could not be written as a valid file (no SOP class or instance UID); DICOM_MALFORMED or DICOM_TRUNCATED for broken sequences.
 */
export function deidentify(file: DicomFile, options: DeidentifyOptions): DeidentifiedFile {
  const { dataSet, meta } = file;
  const sopClassUID = dataSet.uid('sopClassUID') ?? meta.uid('mediaStorageSOPClassUID') ?? '';
  const sopInstanceUID = dataSet.uid('sopInstanceUID') ?? meta.uid('mediaStorageSOPInstanceUID') ?? '';
  refuseUndefined(file, sopClassUID, sopInstanceUID);

  const { encoding, transferSyntaxUID } = outputEncoding(file);
  const studyInstanceUID = dataSet.uid('studyInstanceUID') ?? sopInstanceUID;
  const filed = options.filedPatient?.(studyInstanceUID);
  const patientID = filed?.patientID ?? decodeText(dataSet, 'patientID', options.textDecoder)?.trim() ?? '';
  const patientKey = patientID || `study:${studyInstanceUID}`;
  const context: Context = {
    options,
    encoding,
    pseudonym: options.pseudonym?.(patientID) ?? filed?.pseudonym ?? pseudonymOf(patientKey, options.keyed),
    shiftDays: dateShiftDays(patientKey, options.keyed),
    counts: { remove: 0, empty: 0, dummy: 0, uid: 0, shift: 0, keep: 0 },
    warnings: [...burnedInWarnings(dataSet, sopClassUID)],
  };
  const mapUid = (uid: string): string => (options.retain.includes('uids') ? uid : mappedUid(uid, options.keyed));
  const newInstanceUID = mapUid(sopInstanceUID);
  const elements = [...treated(dataSet, context, 0), ...statements(options)];
  const withIdentity = identified(elements, context, sopClassUID, newInstanceUID);
  return {
    chunks: [...fileStart(sopClassUID, newInstanceUID, transferSyntaxUID), ...writeElements(withIdentity, encoding)],
    transferSyntaxUID,
    pseudonym: context.pseudonym,
    studyInstanceUID: mapUid(studyInstanceUID),
    seriesInstanceUID: mapUid(dataSet.uid('seriesInstanceUID') ?? sopInstanceUID),
    sopInstanceUID: newInstanceUID,
    warnings: context.warnings,
    counts: context.counts,
  };
}

function refuseUndefined(file: DicomFile, sopClassUID: string, sopInstanceUID: string): void {
  const refuse = (message: string): never => {
    throw new AppError('DEIDENTIFY_REFUSED', message);
  };
  if (sopClassUID === directoryStorage || file.dataSet.element('directoryRecordSequence') !== undefined) {
    refuse('A DICOMDIR lists patients and files of another folder; it is not exported.');
  }
  if (sopClassUID === '' || sopInstanceUID === '') {
    refuse('The file has no SOP class or no SOP instance UID, so no valid file can be written from it.');
  }
  if (!(sopClassUID in sopClasses) && !sopClassUID.startsWith('1.2.840.10008.')) {
    refuse('The file is of a private SOP class, for which the standard defines no de-identification.');
  }
  if (file.dataSet.elements.size === 0) refuse('The file has no data set.');
}

/** As the file was written, except that deflated data sets are written inflated and that compressed ones must name their VRs. */
function outputEncoding(file: DicomFile): { readonly encoding: Encoding; readonly transferSyntaxUID: string } {
  const { encoding } = file.dataSet;
  if (nativeSyntaxes.has(file.transferSyntaxUID)) {
    if (!encoding.littleEndian)
      return { encoding: { littleEndian: false, explicit: true }, transferSyntaxUID: explicitBig };
    return { encoding, transferSyntaxUID: encoding.explicit ? explicitLittle : implicitLittle };
  }
  const ofStandard = file.transferSyntaxUID.startsWith('1.2.840.10008.');
  return {
    encoding: ofStandard ? { littleEndian: true, explicit: true } : encoding,
    transferSyntaxUID: file.transferSyntaxUID,
  };
}

/** The elements of a data set after their actions. */
function treated(dataSet: DicomDataSet, context: Context, depth: number): OutElement[] {
  return [...dataSet.elements.values()].flatMap((element) => {
    const out = treatedElement(dataSet, element, context, depth);
    return out === undefined ? [] : [out];
  });
}

function treatedElement(
  dataSet: DicomDataSet,
  element: DicomElement,
  context: Context,
  depth: number,
): OutElement | undefined {
  const { tag } = element;
  const vr = valueRepresentation(element);
  const standard = standardVr(tag);
  let action = actionFor(tag, vr, context.options);
  // Bytes that should be items but are not written as such could hide anything.
  if (standard === 'SQ' && vr !== 'SQ' && action !== 'empty') action = 'remove';
  if (depth > 0 && pixelTags.has(tag)) action = 'remove';
  if (vr === 'SQ' && action !== 'remove' && action !== 'empty') {
    context.counts[action]++;
    const items = dataSet.itemsOf(tag).map((item) => treated(item, context, depth + 1));
    return { tag, vr, items: action === 'dummy' ? items.map((item) => item.map(silenced)) : items };
  }
  const value = dataSet.bytes.subarray(element.start, element.start + element.length);
  const out = replaced(element, vr, value, action, context);
  context.counts[out.action]++;
  if (out.action === 'remove') return undefined;
  if (out.action === 'empty') return vr === 'SQ' ? { tag, vr, items: [] } : { tag, vr };
  if (out.action === 'keep') return kept(dataSet, element, vr, value, context);
  return { tag, vr, value: out.value };
}

/** The VR that decides: as written, or the standard's where none or UN is written. */
function valueRepresentation(element: DicomElement): string {
  if (element.items !== undefined) return 'SQ';
  const written = element.vr;
  const standard = standardVr(element.tag);
  if (written === undefined || written === 'UN') {
    if (standard === undefined) return 'UN';
    if (standard.includes('OW')) return 'OW';
    return standard.slice(0, 2);
  }
  return written;
}

/** The action after a look at the value, and the bytes it leads to. An empty value stays empty: there is nothing to replace. */
function replaced(
  element: DicomElement,
  vr: string,
  value: Uint8Array,
  action: Action,
  context: Context,
): { readonly action: Action; readonly value: Uint8Array } {
  const { tag } = element;
  const isPatient = tag === attributes.patientID.tag || tag === attributes.patientName.tag;
  if (isPatient) return { action: 'dummy', value: textBytes(context.pseudonym, vr) };
  if (action === 'shift') {
    const isDate = vr === 'DA' || vr === 'DT' || vr === 'TM';
    // The offset of local time to UTC is no date, and days do not change it.
    if (vr === 'SH') return { action: 'keep', value };
    const text = isDate ? shiftedText(latin1(value).replaceAll('\0', ''), vr, context.shiftDays) : undefined;
    if (text !== undefined) return { action: 'shift', value: textBytes(text, vr) };
    return replaced(element, vr, value, basicAction(tag), context);
  }
  if (action === 'uid') {
    const text = latin1(value)
      .split('\\')
      .map((uid) => mappedUid(uid.replace(/[\0 ]+/g, ''), context.options.keyed))
      .join('\\');
    return { action, value: textBytes(text, 'UI') };
  }
  if (action === 'dummy')
    return value.length === 0 ? { action: 'empty', value } : { action, value: dummyOf(vr, value, context) };
  return { action, value };
}

function dummyOf(vr: string, value: Uint8Array, context: Context): Uint8Array {
  if (vr !== 'UI') return dummyValue(vr, value);
  return textBytes(mappedUid(latin1(value).replace(/[\0 ]+/g, ''), context.options.keyed), 'UI');
}

/** An element as it is, in the byte order and with the VR that the output has. */
function kept(
  dataSet: DicomDataSet,
  element: DicomElement,
  vr: string,
  value: Uint8Array,
  context: Context,
): OutElement {
  const { tag } = element;
  if (element.encapsulated === undefined) {
    return { tag, vr, value: inByteOrder(value, vr, dataSet.encoding, context.encoding) };
  }
  const fragments = element.encapsulated.fragments.map((f) => dataSet.bytes.subarray(f.start, f.start + f.length));
  return { tag, vr, encapsulated: { offsetTable: element.encapsulated.offsetTable, fragments } };
}

const speakingVrs: ReadonlySet<string> = new Set('AE AS DA DT LO LT OB PN SH ST TM UC UN UR UT'.split(' '));

/** The dummy of a sequence: its items keep their shape, codes and numbers of the standard, and say nothing in text, names and dates. */
function silenced(element: OutElement): OutElement {
  if (element.items !== undefined) return { ...element, items: element.items.map((item) => item.map(silenced)) };
  const value = element.value ?? new Uint8Array(0);
  if (value.length === 0 || !speakingVrs.has(element.vr)) return element;
  return { ...element, value: dummyValue(element.vr, value) };
}

/** What the profile wants the file to say about itself (PS3.15 E.1.1 and E.2). */
function statements(options: DeidentifyOptions): OutElement[] {
  const text = (tag: number, vr: string, value: string): OutElement => ({ tag, vr, value: textBytes(value, vr) });
  const items = methodCodes(options).map((code) => [
    text(0x00080100, 'SH', code.value),
    text(0x00080102, 'SH', 'DCM'),
    text(0x00080104, 'LO', code.meaning),
  ]);
  return [
    text(attributes.patientIdentityRemoved.tag, 'CS', 'YES'),
    text(
      attributes.deidentificationMethod.tag,
      'LO',
      `Sidelight: ${profileEdition} Basic Profile and options as coded`,
    ),
    { tag: attributes.deidentificationMethodCodeSequence.tag, vr: 'SQ', items },
    text(longitudinalModified, 'CS', dateModeRows[options.dates].modified),
  ];
}

/** Statements win over what stood there, and the UIDs without which the file could not be read are there. */
function identified(
  elements: readonly OutElement[],
  context: Context,
  sopClassUID: string,
  sopInstanceUID: string,
): OutElement[] {
  const byTag = new Map(elements.map((element) => [element.tag, element]));
  byTag.set(attributes.sopClassUID.tag, {
    tag: attributes.sopClassUID.tag,
    vr: 'UI',
    value: textBytes(sopClassUID, 'UI'),
  });
  byTag.set(attributes.sopInstanceUID.tag, {
    tag: attributes.sopInstanceUID.tag,
    vr: 'UI',
    value: textBytes(sopInstanceUID, 'UI'),
  });
  const pixels = byTag.get(attributes.pixelData.tag)?.encapsulated;
  if (pixels?.fragments.some((fragment) => fragment.length % 2 === 1)) {
    // Padding an odd fragment moves those behind it, so offsets would point wrongly; an empty table is always right.
    byTag.set(attributes.pixelData.tag, {
      tag: attributes.pixelData.tag,
      vr: 'OB',
      encapsulated: { offsetTable: new Uint8Array(0), fragments: pixels.fragments },
    });
    for (const tag of extendedOffsetTags) byTag.delete(tag);
    context.warnings.push({
      code: 'ODD_FRAGMENTS',
      message: `${tagText(attributes.pixelData.tag)}: fragments of odd length were padded.`,
    });
  }
  return [...byTag.values()];
}

/** Preamble and file meta group (PS3.10 7.1), made anew: the old ones may name stations and people. */
function fileStart(sopClassUID: string, sopInstanceUID: string, transferSyntaxUID: string): readonly Uint8Array[] {
  const uid = (tag: number, value: string): OutElement => ({ tag, vr: 'UI', value: textBytes(value, 'UI') });
  const group = writeElements(
    [
      { tag: attributes.fileMetaInformationVersion.tag, vr: 'OB', value: Uint8Array.of(0, 1) },
      uid(attributes.mediaStorageSOPClassUID.tag, sopClassUID),
      uid(attributes.mediaStorageSOPInstanceUID.tag, sopInstanceUID),
      uid(attributes.transferSyntaxUID.tag, transferSyntaxUID),
      uid(attributes.implementationClassUID.tag, implementationClassUID),
      { tag: attributes.implementationVersionName.tag, vr: 'SH', value: textBytes('SIDELIGHT', 'SH') },
    ],
    { littleEndian: true, explicit: true },
  );
  const length = new Uint8Array(4);
  new DataView(length.buffer).setUint32(
    0,
    group.reduce((sum, chunk) => sum + chunk.length, 0),
    true,
  );
  const lengthElement: OutElement = { tag: attributes.fileMetaInformationGroupLength.tag, vr: 'UL', value: length };
  const start = new Uint8Array(132);
  start.set([0x44, 0x49, 0x43, 0x4d], 128);
  return [start, ...writeElements([lengthElement], { littleEndian: true, explicit: true }), ...group];
}

/** Names this writer in file meta groups: a 2.25 UID made once from a random UUID. */
export const implementationClassUID = '2.25.251934106218370529604316842205176431283';
