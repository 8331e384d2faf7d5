/**
 * What a user may choose when data sets are de-identified, and the codes that say so in the result.
 *
 * Offered are the options of PS3.15 Annex E that a program can keep by itself. Not offered: clean pixel data, recognizable visual
 * features, descriptors, structured content and graphics (someone must look), and safe private attributes (vendors must be asked).
 */
import type { TextDecoderFactory } from '../text.ts';

/** What may be kept beyond the basic profile. */
export const retainOptions = ['uids', 'device', 'institution', 'patient'] as const;
export type RetainOption = (typeof retainOptions)[number];

/**
 * Dates and times: removed or replaced (basic profile), kept, or moved by a number of whole days that is the same for all studies of a
 * patient, so that intervals and times of day stay true.
 */
export const dateModes = ['remove', 'keep', 'shift'] as const;
export type DateMode = (typeof dateModes)[number];

/** A keyed hash (HMAC-SHA-256) of `text` for a purpose: at least 16 bytes that nobody can find again without the key. */
export type KeyedHash = (purpose: string, text: string) => Uint8Array;

export interface DeidentifyOptions {
  /** Decoders of the host, so that a patient ID is the same text here as where it was imported. */
  readonly textDecoder?: TextDecoderFactory;
  readonly retain: readonly RetainOption[];
  readonly dates: DateMode;
  /** Makes new UIDs, pseudonyms and date shifts; the same key gives the same ones in every run. */
  readonly keyed: KeyedHash;
  /** The pseudonym of a patient ID, where a site has its own list; undefined leaves it to the key. */
  readonly pseudonym?: (patientID: string) => string | undefined;
  /**
   * The patient under whom a study is filed where that is not the one of its header, with the pseudonym where the ID is kept as one. A
   * person whose studies carry several IDs gets one pseudonym and one shift of dates so.
   */
  readonly filedPatient?: (
    studyInstanceUID: string,
  ) => { readonly patientID: string; readonly pseudonym?: string | undefined } | undefined;
}

/** A code of CID 7050, De-identification Method. */
export interface MethodCode {
  readonly value: string;
  readonly meaning: string;
}

export const basicProfileCode: MethodCode = { value: '113100', meaning: 'Basic Application Confidentiality Profile' };

const retainCodes: Readonly<Record<RetainOption, MethodCode>> = {
  uids: { value: '113110', meaning: 'Retain UIDs Option' },
  device: { value: '113109', meaning: 'Retain Device Identity Option' },
  institution: { value: '113112', meaning: 'Retain Institution Identity Option' },
  patient: { value: '113108', meaning: 'Retain Patient Characteristics Option' },
};

interface DateModeRow {
  readonly code?: MethodCode;
  /** Value of Longitudinal Temporal Information Modified (0028,0303). */
  readonly modified: string;
}

export const dateModeRows: Readonly<Record<DateMode, DateModeRow>> = {
  remove: { modified: 'REMOVED' },
  keep: {
    code: { value: '113106', meaning: 'Retain Longitudinal Temporal Information Full Dates Option' },
    modified: 'UNMODIFIED',
  },
  shift: {
    code: { value: '113107', meaning: 'Retain Longitudinal Temporal Information Modified Dates Option' },
    modified: 'MODIFIED',
  },
};

/** The codes of the profile and of every option in use, for De-identification Method Code Sequence (0012,0064). */
export function methodCodes(options: DeidentifyOptions): readonly MethodCode[] {
  const dates = dateModeRows[options.dates].code;
  return [
    basicProfileCode,
    ...retainOptions.filter((name) => options.retain.includes(name)).map((name) => retainCodes[name]),
    ...(dates === undefined ? [] : [dates]),
  ];
}
