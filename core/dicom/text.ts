/**
 * Character sets of displayed text (PS3.5 6.1.2, PS3.3 C.12.1.1.2).
 *
 * Decoders come from the host (TextDecoder of Node or a browser), because this layer has neither. Code extensions (ISO 2022) are
 * split at their escape sequences and each run is handed to the decoder of its set.
 */
import { type DicomDataSet, type Keyword, latin1 } from './data-set.ts';

/** Text of bytes in an encoding named by its WHATWG label; undefined where the host does not know the label. */
export type TextDecoderFactory = (label: string) => ((bytes: Uint8Array) => string) | undefined;

/** Defined terms of Specific Character Set to WHATWG labels. Terms that real files write in other ways are folded first. */
const labels: Readonly<Record<string, string>> = {
  '': 'iso-8859-1',
  'ISO_IR 6': 'iso-8859-1',
  'ISO_IR 100': 'iso-8859-1',
  'ISO_IR 101': 'iso-8859-2',
  'ISO_IR 109': 'iso-8859-3',
  'ISO_IR 110': 'iso-8859-4',
  'ISO_IR 144': 'iso-8859-5',
  'ISO_IR 127': 'iso-8859-6',
  'ISO_IR 126': 'iso-8859-7',
  'ISO_IR 138': 'iso-8859-8',
  'ISO_IR 148': 'windows-1254',
  'ISO_IR 203': 'iso-8859-15',
  'ISO_IR 13': 'shift_jis',
  'ISO_IR 166': 'windows-874',
  'ISO_IR 87': 'iso-2022-jp',
  'ISO_IR 159': 'iso-2022-jp',
  'ISO_IR 149': 'euc-kr',
  'ISO_IR 58': 'gb18030',
  'ISO_IR 192': 'utf-8',
  GB18030: 'gb18030',
  GBK: 'gbk',
};

/** Escape sequences to the set they switch on; true where the set replaces the seven-bit half (two bytes a character). */
const escapes: readonly { readonly bytes: string; readonly label: string; readonly high: boolean }[] = [
  { bytes: '\x1b(B', label: 'iso-8859-1', high: false },
  { bytes: '\x1b(J', label: 'shift_jis', high: false },
  { bytes: '\x1b)I', label: 'shift_jis', high: false },
  { bytes: '\x1b$B', label: 'euc-jp', high: true },
  { bytes: '\x1b$(D', label: 'euc-jp-0212', high: true },
  { bytes: '\x1b$)C', label: 'euc-kr', high: false },
  { bytes: '\x1b$)A', label: 'gb18030', high: false },
  { bytes: '\x1b-A', label: 'iso-8859-1', high: false },
  { bytes: '\x1b-B', label: 'iso-8859-2', high: false },
  { bytes: '\x1b-C', label: 'iso-8859-3', high: false },
  { bytes: '\x1b-D', label: 'iso-8859-4', high: false },
  { bytes: '\x1b-L', label: 'iso-8859-5', high: false },
  { bytes: '\x1b-G', label: 'iso-8859-6', high: false },
  { bytes: '\x1b-F', label: 'iso-8859-7', high: false },
  { bytes: '\x1b-H', label: 'iso-8859-8', high: false },
  { bytes: '\x1b-M', label: 'windows-1254', high: false },
  { bytes: '\x1b-b', label: 'iso-8859-15', high: false },
  { bytes: '\x1b-T', label: 'windows-874', high: false },
];

/** The text of an attribute for display, padding removed; undefined when absent or empty. */
export function decodeText(dataSet: DicomDataSet, keyword: Keyword, decoder?: TextDecoderFactory): string | undefined {
  const bytes = dataSet.valueBytes(keyword);
  if (bytes === undefined || bytes.length === 0) return undefined;
  if (decoder === undefined || bytes.every((byte) => byte < 0x80 && byte !== 0x1b)) return dataSet.text(keyword);
  return (
    decodeBytes(bytes, dataSet.texts('specificCharacterSet'), decoder).replace(/^[\s\0]+|[\s\0]+$/g, '') || undefined
  );
}

/** The text of `bytes` under the values of Specific Character Set. */
export function decodeBytes(bytes: Uint8Array, characterSets: readonly string[], decoder: TextDecoderFactory): string {
  const initial = labelOf(characterSets[0] ?? '');
  let text = '';
  let run: { label: string; high: boolean } = { label: initial, high: false };
  let start = 0;
  const flush = (end: number): void => {
    text += decodeRun(bytes.subarray(start, end), run.label, run.high, decoder);
  };
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at];
    if (byte !== 0x1b) continue;
    const head = latin1(bytes.subarray(at, at + 4));
    const sequence = escapes.find((candidate) => head.startsWith(candidate.bytes));
    if (sequence === undefined) continue;
    flush(at);
    start = at + sequence.bytes.length;
    at = start - 1;
    run = { label: sequence.label, high: sequence.high };
  }
  flush(bytes.length);
  return text;
}

/** `ISO 2022 IR 87`, `ISO-IR 87`, `ISO_IR_87` and `ISO_IR 87` name the same set in real files. */
function labelOf(term: string): string {
  const number = /^ISO[ _-]?(?:2022)?[ _-]?IR[ _-]?(\d+)$/i.exec(term)?.[1];
  return labels[number === undefined ? term.toUpperCase() : `ISO_IR ${number}`] ?? 'iso-8859-1';
}

function decodeRun(bytes: Uint8Array, label: string, high: boolean, decoder: TextDecoderFactory): string {
  if (bytes.length === 0) return '';
  let input = bytes;
  let name = label;
  if (high) {
    // Seven-bit double-byte sets are EUC without the eighth bit; JIS X 0212 stands in EUC behind a 0x8f.
    const triple = label === 'euc-jp-0212';
    name = 'euc-jp';
    const out: number[] = [];
    for (let i = 0; i < bytes.length; i++) {
      if (triple && i % 2 === 0) out.push(0x8f);
      out.push((bytes[i] ?? 0) | 0x80);
    }
    input = Uint8Array.from(out);
  }
  const decode = decoder(name);
  if (decode === undefined) return latin1(bytes);
  return name === 'utf-8' ? utf8(bytes, decode) : kept(input, decode);
}

/** Runs of bytes, as ISO 8859-1, that are UTF-8 as far as its lead and continuation bytes tell. */
const wellFormed = /(?:[^\x80-\xff]|[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3})+/g;

/**
 * UTF-8, and bytes that are none as ISO 8859-1. Devices write one and declare the other; a sign that stands for whatever could not be read
 * would make one ID of two, and of two patients one.
 */
function utf8(bytes: Uint8Array, decode: (bytes: Uint8Array) => string): string {
  return latin1(bytes).replaceAll(wellFormed, (run) => decode(Uint8Array.from(run, (letter) => letter.charCodeAt(0))));
}

/** Bytes of the longest letter of any set. */
const longestLetter = 4;
/** A letter of which the end was cut off, and what pads the value to an even length. */
const cutOff = /\ufffd[\s\0]*$/u;

/**
 * The text, with bytes that stand for no letter as ISO 8859-1, as in UTF-8; the letters around them stay readable. A sign for what could not be
 * read stays only at the end, at which names are cut off.
 */
function kept(bytes: Uint8Array, decode: (bytes: Uint8Array) => string): string {
  const whole = decode(bytes);
  if (!whole.replace(cutOff, '').includes('\ufffd')) return whole;
  let text = '';
  for (let at = 0; at < bytes.length; ) {
    const [letter, length] = letterAt(bytes.subarray(at, at + longestLetter), decode);
    text += letter;
    at += length;
  }
  return text;
}

/** The letter with which the bytes begin, and how many of them it takes. */
function letterAt(bytes: Uint8Array, decode: (bytes: Uint8Array) => string): readonly [letter: string, length: number] {
  for (let length = 1; length <= bytes.length; length++) {
    const letter = decode(bytes.subarray(0, length));
    if (!letter.includes('\ufffd')) return [letter, length];
  }
  return [latin1(bytes.subarray(0, 1)), 1];
}
