/** Replacement values: dummies that fit their VR, new UIDs, pseudonyms, moved dates. */
import type { KeyedHash } from './options.ts';

const dummyText = 'DEIDENTIFIED';

/** Dummy text by VR (PS3.5 table 6.2-1 sets form and length). */
const dummies: Readonly<Record<string, string>> = {
  AE: dummyText,
  AS: '000Y',
  CS: dummyText,
  DA: '19000101',
  DS: '0',
  DT: '19000101000000',
  IS: '0',
  LO: dummyText,
  LT: dummyText,
  PN: dummyText,
  SH: dummyText,
  ST: dummyText,
  TM: '000000',
  UC: dummyText,
  UR: 'urn:deidentified',
  UT: dummyText,
};

/** VRs whose values are text, padded with a space (UI, padded with NUL, is not among them). */
const textVrs: ReadonlySet<string> = new Set(Object.keys(dummies));

/** The bytes of `text` (ISO 8859-1, which ASCII is part of), padded to an even length as its VR wants. */
export function textBytes(text: string, vr: string): Uint8Array {
  const bytes = new Uint8Array(text.length + (text.length % 2));
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  if (text.length % 2 === 1) bytes[text.length] = textVrs.has(vr) ? 0x20 : 0;
  return bytes;
}

/** `bytes` with an even length: real files have odd ones, and the standard does not. */
export function evenBytes(bytes: Uint8Array, vr: string): Uint8Array {
  if (bytes.length % 2 === 0) return bytes;
  const even = new Uint8Array(bytes.length + 1);
  even.set(bytes);
  even[bytes.length] = textVrs.has(vr) ? 0x20 : 0;
  return even;
}

/** A value of the VR that says nothing; numbers become as many zeros as there were. */
export function dummyValue(vr: string, original: Uint8Array): Uint8Array {
  const text = dummies[vr];
  if (text !== undefined) return textBytes(text, vr);
  if (vr.startsWith('O') || vr === 'UN') return new Uint8Array(2);
  return new Uint8Array(original.length + (original.length % 2));
}

const standardRoot = '1.2.840.10008.';

/**
 * The UID that stands for `uid`: 2.25 and a UUID made from the keyed hash (PS3.5 B.2), so that all references to one instance keep
 * pointing at one instance, in this run and in the next. UIDs of the standard itself are nobody's identity and stay.
 */
export function mappedUid(uid: string, keyed: KeyedHash): string {
  if (uid === '' || uid.startsWith(standardRoot)) return uid;
  const hash = keyed('uid', uid).slice(0, 16);
  // RFC 9562: version 8 (made by an own method), variant 10.
  hash[6] = ((hash[6] ?? 0) & 0x0f) | 0x80;
  hash[8] = ((hash[8] ?? 0) & 0x3f) | 0x80;
  let value = 0n;
  for (const byte of hash) value = (value << 8n) | BigInt(byte);
  return `2.25.${value}`;
}

const base32 = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** The pseudonym of a patient ID: `SL-` and twelve letters and digits (60 bits of the keyed hash). */
export function pseudonymOf(patientID: string, keyed: KeyedHash): string {
  const hash = keyed('patient', patientID.trim());
  let bits = 0n;
  for (const byte of hash.subarray(0, 8)) bits = (bits << 8n) | BigInt(byte);
  let text = '';
  for (let i = 0; i < 12; i++) {
    text += base32[Number(bits & 31n)];
    bits >>= 5n;
  }
  return `SL-${text}`;
}

/** Days by which a patient's dates move back: 1 to 3,650, the same for all studies of the patient. */
export function dateShiftDays(patientKey: string, keyed: KeyedHash): number {
  const hash = keyed('dates', patientKey.trim());
  const number = ((hash[0] ?? 0) << 16) | ((hash[1] ?? 0) << 8) | (hash[2] ?? 0);
  return -(1 + (number % 3650));
}

const msPerDay = 86_400_000;

/** `YYYYMMDD` (or the older `YYYY.MM.DD`) moved by whole days; undefined when it is no date. */
function shiftedDate(text: string, days: number): string | undefined {
  const match = /^(\d{4})\.?(\d{2})\.?(\d{2})$/.exec(text.trim());
  if (match === null) return undefined;
  const [year, month, day] = [Number(match[1]), Number(match[2]), Number(match[3])];
  const time = Date.UTC(year, month - 1, day);
  const date = new Date(time);
  if (year < 1000 || date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return undefined;
  return new Date(time + days * msPerDay).toISOString().slice(0, 10).replaceAll('-', '');
}

/**
 * Dates of a DA, DT or TM value moved by whole days; times of day stay, so that intervals within a day stay true.
 * Undefined when a part is no date (then nothing of the value may be kept).
 */
export function shiftedText(text: string, vr: string, days: number): string | undefined {
  if (vr === 'TM') return text.split('\\').every((part) => /^[\d:.\s]*$/.test(part)) ? text.trim() : undefined;
  const parts = text.split('\\').map((part) => {
    const value = part.trim();
    if (value === '') return '';
    if (vr === 'DA') return shiftedDate(value, days);
    const date = shiftedDate(value.slice(0, 8), days);
    const rest = value.slice(8);
    return date === undefined || !/^[\d.]*([+-]\d{4})?$/.test(rest) ? undefined : date + rest;
  });
  return parts.includes(undefined) ? undefined : parts.join('\\');
}
