/**
 * The text of a labels file and the encoding that it was found to have.
 *
 * In this order: a byte order mark; zero bytes where UTF-16 has them; UTF-8 where every byte fits; else a table of single bytes. Of those,
 * Windows-1252 and MacRoman are what spreadsheets write in Western Europe; a file that reads well under exactly one of them is that. The
 * DOS table 850 is looked at only so that it is not taken for one of the others. Whatever is left is refused with how to save as UTF-8.
 */
import { AppError } from '../../base/errors.ts';
import type { LabelEncoding } from '../../contract/index.ts';
import { plausibilityOf } from './plausible-text.ts';

export interface LabelText {
  readonly text: string;
  readonly encoding: LabelEncoding;
}

/** What to do about a file of an unknown encoding. */
export const saveAsUtf8 =
  'Save it again as UTF-8: in Excel "Save as", type "CSV UTF-8 (comma delimited)"; in LibreOffice "Save as", tick "Edit filter settings", character set "Unicode (UTF-8)".';

/** Files that are handed over as labels files and are none, by their first bytes. */
const otherFiles: readonly { readonly starts: readonly number[]; readonly is: string }[] = [
  { starts: [0x50, 0x4b, 0x03, 0x04], is: 'a workbook (.xlsx, .ods) or a ZIP archive' },
  { starts: [0xd0, 0xcf, 0x11, 0xe0], is: 'an Excel workbook (.xls)' },
  { starts: [0x25, 0x50, 0x44, 0x46], is: 'a PDF document' },
  { starts: [0x89, 0x50, 0x4e, 0x47], is: 'a picture' },
  { starts: [0xff, 0xd8, 0xff], is: 'a picture' },
  { starts: [0x1f, 0x8b], is: 'a compressed file (.gz)' },
];

/** The same of texts: what a browser or a program saved in place of a table. */
const otherTexts: readonly { readonly begins: RegExp; readonly is: string }[] = [
  {
    begins: /^\s*<(?:!doctype html|html|\?xml|table)\b/i,
    is: 'a web page or XML, as some programs write under the name of a table',
  },
  { begins: /^\s*(?:\[\s*)?\{\s*"/, is: 'JSON' },
];

/** Bytes 80 to FF of the DOS code page 850, which TextDecoder does not know. Soft hyphen and no-break space stand where it has them. */
const codePage850 =
  'ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜø£Ø×ƒáíóúñÑªº¿®¬½¼¡«»░▒▓│┤ÁÂÀ©╣║╗╝¢¥┐└┴┬├─┼ãÃ╚╔╩╦╠═╬¤ðÐÊËÈıÍÎÏ┘┌█▄¦Ì▀ÓßÔÒõÕµþÞÚÛÙýÝ¯´\u00ad±‗¾¶§÷¸°¨·¹³²■\u00a0';

/**
 * The text of `bytes` and its encoding, without a byte order mark.
 * @throws LABELS_INVALID where the bytes are no text, or text whose letters cannot be told
 */
export function decodeLabels(bytes: Uint8Array): LabelText {
  refuseOtherFiles(bytes);
  const starts = (...values: number[]): boolean => values.every((value, i) => bytes[i] === value);
  if (starts(0xff, 0xfe, 0, 0) || starts(0, 0, 0xfe, 0xff))
    throw refusal('The labels file is UTF-32, which is not read.');
  if (starts(0xff, 0xfe)) return { text: decodeWide(bytes.subarray(2), 'utf-16le'), encoding: 'utf-16le' };
  if (starts(0xfe, 0xff)) return { text: decodeWide(bytes.subarray(2), 'utf-16be'), encoding: 'utf-16be' };
  const wide = zeroBytes(bytes);
  if (wide === 'binary') throw refusal('The labels file holds zero bytes and is no text.');
  if (wide !== null) return { text: decodeWide(bytes, wide), encoding: wide };
  const text = decodeStrictly(bytes, 'utf-8');
  if (text !== null && !isUtf8ByChance(text)) {
    refuseDamaged(text);
    return { text: text.replace(/^\ufeff/, ''), encoding: 'utf-8' };
  }
  return decodeSingleBytes(bytes);
}

function refuseOtherFiles(bytes: Uint8Array): void {
  const other = otherFiles.find(({ starts }) => starts.every((value, i) => bytes[i] === value));
  const head = new TextDecoder('latin1').decode(bytes.subarray(0, 200)).replace(/^\u00ef\u00bb\u00bf/, '');
  const is = other?.is ?? otherTexts.find(({ begins }) => begins.test(head))?.is;
  if (is !== undefined) throw refusal(`The labels file is ${is}, not a CSV file.`);
}

function refusal(message: string, action = saveAsUtf8): AppError {
  return new AppError('LABELS_INVALID', message, { action, details: { problems: [{ row: null, message }] } });
}

/** Text of ASCII letters in UTF-16 has a zero in nearly every pair of bytes, always on the same side. */
function zeroBytes(bytes: Uint8Array): 'utf-16le' | 'utf-16be' | 'binary' | null {
  let even = 0;
  let odd = 0;
  bytes.forEach((byte, at) => {
    if (byte === 0) at % 2 === 0 ? even++ : odd++;
  });
  if (even + odd === 0) return null;
  const most = 0.3 * (bytes.length / 2);
  if (bytes.length % 2 === 0 && even === 0 && odd > most) return 'utf-16le';
  if (bytes.length % 2 === 0 && odd === 0 && even > most) return 'utf-16be';
  return 'binary';
}

function decodeWide(bytes: Uint8Array, encoding: 'utf-16le' | 'utf-16be'): string {
  const text = decodeStrictly(bytes, encoding);
  if (text === null) throw refusal(`The labels file begins as ${encoding.toUpperCase()} and does not go on so.`);
  refuseDamaged(text);
  return text;
}

function decodeStrictly(bytes: Uint8Array, encoding: string): string | null {
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch (error) {
    if (error instanceof TypeError) return null;
    throw error;
  }
}

/**
 * Whether the few letters beyond ASCII of a text are all of other scripts and stand beside Latin ones: in MacRoman, "’é" is the UTF-8 of an
 * Armenian letter.
 */
function isUtf8ByChance(text: string): boolean {
  const others = [...text.matchAll(/[\u0080-\u{10ffff}]/gu)];
  if (others.length === 0 || others.length > 20) return false;
  return others.every(({ 0: char, index }) => {
    const around = (text[index - 1] ?? '') + (text[index + char.length] ?? '');
    return /[\u0080-\u009f\u0250-\u02ff\u0400-\u07ff]/u.test(char) && /[A-Za-z]/.test(around);
  });
}

/** Text that lost its letters before it was saved: they cannot be brought back here. */
function refuseDamaged(text: string): void {
  const lines = text.split(/\r\n|\r|\n/);
  const lost = lines.findIndex((line) => line.includes('\ufffd'));
  const action = 'Open the file that this one was made from, and save that as UTF-8.';
  if (lost >= 0) {
    throw refusal(
      `Row ${lost + 1} of the labels file has the sign for a letter that was lost (U+FFFD): the file was saved from a text read under the wrong encoding.`,
      action,
    );
  }
  const twice = lines.findIndex(isEncodedTwice);
  if (twice >= 0) {
    throw refusal(
      `Row ${twice + 1} of the labels file was encoded twice ("ö" has become "Ã¶"): UTF-8 was read as another encoding and saved again.`,
      action,
    );
  }
}

/** Bytes of Windows-1252 above 9F are their own code points; those below have signs of their own. */
const windows1252: ReadonlyMap<string, number> = new Map(
  [...new TextDecoder('windows-1252').decode(Uint8Array.from({ length: 128 }, (_, i) => 128 + i))].map((char, i) => [
    char,
    128 + i,
  ]),
);

/** Whether every letter beyond ASCII, taken as a byte of Windows-1252, gives UTF-8 again. Nobody writes "Ã¶" otherwise. */
function isEncodedTwice(line: string): boolean {
  if (!/[ÂÃ][\u0080-\u00bf–—‘’“”„†‡•…‰€™š›œžŸ¡-¿]/u.test(line)) return false;
  const bytes: number[] = [];
  for (const char of line) {
    // Latin-1 leaves the bytes 80 to 9F as they are.
    const byte = char <= '\u009f' ? char.charCodeAt(0) : windows1252.get(char);
    if (byte === undefined) return false;
    bytes.push(byte);
  }
  return decodeStrictly(Uint8Array.from(bytes), 'utf-8') !== null;
}

function decodeSingleBytes(bytes: Uint8Array): LabelText {
  const readings = [
    { encoding: 'windows-1252', text: new TextDecoder('windows-1252').decode(bytes) },
    { encoding: 'macintosh', text: new TextDecoder('macintosh').decode(bytes) },
    { encoding: 'cp850', text: decode850(bytes) },
  ] as const;
  const ranked = readings.map((reading) => ({ ...reading, plausibility: plausibilityOf(reading.text) }));
  const good = ranked.filter(({ plausibility }) => plausibility === 'good');
  let best = good.length > 0 ? good : ranked.filter(({ plausibility }) => plausibility === 'odd');
  // Only older spreadsheets on a Mac end lines with CR alone, and those write MacRoman.
  const isMac = /\r(?!\n)/.test(readings[0].text) && !readings[0].text.includes('\n');
  if (isMac && best.some(({ encoding }) => encoding === 'macintosh'))
    best = best.filter(({ encoding }) => encoding === 'macintosh');
  const [found, ...others] = best.filter(({ text }, at) => best.findIndex((other) => other.text === text) === at);
  if (found === undefined)
    throw refusal('The letters of the labels file beyond A to Z are in no encoding that is known here.');
  if (others.length > 0) {
    const names = best.map(({ encoding }) => encodingNames[encoding]).join(' or ');
    throw refusal(`The letters of the labels file beyond A to Z may be ${names}: its bytes do not tell which.`);
  }
  if (found.encoding === 'cp850') throw refusal(`The labels file is ${encodingNames.cp850}, which is not read.`);
  return { text: found.text, encoding: found.encoding };
}

const encodingNames = {
  'windows-1252': 'Windows-1252',
  macintosh: 'MacRoman',
  cp850: 'of a DOS code page ("CSV (MS-DOS)")',
} as const;

function decode850(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => (byte < 128 ? String.fromCharCode(byte) : (codePage850[byte - 128] ?? ''))).join(
    '',
  );
}
