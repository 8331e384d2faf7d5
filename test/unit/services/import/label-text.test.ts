import { expect, test } from 'vitest';
import { AppError } from '../../../../core/base/errors.ts';
import { decodeLabels } from '../../../../core/services/import/label-text.ts';

/** Bytes 80 to FF of the tables that spreadsheets write, from their own definitions. */
const tables = {
  'windows-1252': new TextDecoder('windows-1252').decode(Uint8Array.from({ length: 128 }, (_, i) => 128 + i)),
  macintosh: new TextDecoder('macintosh').decode(Uint8Array.from({ length: 128 }, (_, i) => 128 + i)),
} as const;

function bytesOf(text: string, table: keyof typeof tables): Uint8Array {
  const high = [...tables[table]];
  return Uint8Array.from([...text], (char) => (char < '\u0080' ? char.charCodeAt(0) : 128 + high.indexOf(char)));
}

function read(bytes: Uint8Array): string {
  try {
    const { text, encoding } = decodeLabels(bytes);
    return `${encoding}: ${text}`;
  } catch (error) {
    if (error instanceof AppError && error.code === 'LABELS_INVALID') return `refused: ${error.message}`;
    throw error;
  }
}

const header = 'path;label\r\na.png;';
const words = [
  'größer 5 mm',
  'unauffällig',
  'Ödem',
  'Übersicht',
  'Fuß',
  'GRÖSSE',
  'épanchement',
  'lésion bénigne',
  'œdème',
  'niño',
  'cáncer',
  'Área',
  'città',
  'perché',
  'não',
  'kræft',
  'Øre',
  '5–10 mm',
  '> 5 µm',
  '30°',
  'ça va',
  'masse à gauche',
];

test('Windows-1252 as western European labs write it is read letter by letter', () => {
  for (const word of words) expect(read(bytesOf(header + word, 'windows-1252'))).toBe(`windows-1252: ${header}${word}`);
});

test('MacRoman is read where its letters fit no other table, and refused where they do; never as other letters', () => {
  for (const word of [...words, '≥ 5 mm', 'd’épanchement', 'schön', 'l’œil'])
    expect(read(bytesOf(header + word, 'macintosh')).replace(/^(?:macintosh|windows-1252): /, '')).toMatch(
      new RegExp(`^(?:${header}${word}$|refused: )`, 's'),
    );
  expect(read(bytesOf(`${header}größer`, 'macintosh'))).toBe(`macintosh: ${header}größer`);
  expect(read(bytesOf(`${header}schön`, 'macintosh'))).toMatch(/may be Windows-1252 or MacRoman/);
});

test('lines that end with CR alone are an older Mac’s, which decides where the letters do not', () => {
  const text = 'path;label\ra.png;schön\r';
  expect(read(bytesOf(text, 'macintosh'))).toBe(`macintosh: ${text}`);
});

test('other tables are refused or leave the letters that they have in common', () => {
  const cp850 = (word: string, ...codes: number[]) =>
    read(Buffer.concat([Buffer.from(header), Buffer.from(codes)])).replace(`windows-1252: ${header}${word}`, 'right');
  // "größer", "schön" and "häufig" as DOS writes them; "норма" in Windows-1251; "łagodny" in Windows-1250; "正常" in Shift JIS.
  expect(cp850('größer', 0x67, 0x72, 0x94, 0xe1, 0x65, 0x72)).toMatch(/DOS code page/);
  expect(cp850('schön', 0x73, 0x63, 0x68, 0x94, 0x6e)).toMatch(/^refused/);
  expect(cp850('häufig', 0x68, 0x84, 0x75, 0x66, 0x69, 0x67)).toMatch(/DOS code page/);
  expect(cp850('норма', 0xed, 0xee, 0xf0, 0xec, 0xe0)).toMatch(/^refused/);
  expect(cp850('łagodny', 0xb3, 0x61, 0x67, 0x6f, 0x64, 0x6e, 0x79)).toMatch(/^refused/);
  expect(cp850('正常', 0x90, 0xb3, 0x8f, 0xed)).toMatch(/^refused/);
});

test('UTF-16 is read with and without its mark, in both orders', () => {
  const le = Buffer.from(`${header}größer`, 'utf16le');
  const be = Buffer.from(le).swap16();
  const text = `${header}größer`;
  expect(read(le)).toBe(`utf-16le: ${text}`);
  expect(read(be)).toBe(`utf-16be: ${text}`);
  expect(read(Buffer.concat([Buffer.from([0xff, 0xfe]), le]))).toBe(`utf-16le: ${text}`);
  expect(read(Buffer.concat([Buffer.from([0xfe, 0xff]), be]))).toBe(`utf-16be: ${text}`);
  expect(read(Buffer.concat([Buffer.from([0xff, 0xfe]), le.subarray(0, -1)]))).toMatch(/^refused/);
});

test('UTF-8 is read with and without its mark, in any script; where it lost letters or was encoded twice, the row is named', () => {
  for (const word of ['größer', 'норма', '正常', 'طبيعي', 'φυσιολογικό', 'βII', 'gro\u0308\u00dfer'])
    expect(read(Buffer.from(`\ufeff${header}${word}`))).toBe(`utf-8: ${header}${word}`);
  expect(read(Buffer.from(`${header}gr\ufffd\ufffder`))).toMatch(/^refused: Row 2 .*lost/);
  expect(read(Buffer.from(`${header}${Buffer.from('größer', 'utf8').toString('latin1')}`))).toMatch(
    /^refused: Row 2 .*encoded twice/,
  );
});

test('a workbook, an archive or a picture is named as what it is', () => {
  expect(read(Buffer.from('PK\u0003\u0004rest'))).toMatch(/workbook/);
  expect(read(Buffer.from('\ufeff<html><table><tr><td>path</td></tr></table></html>'))).toMatch(/web page/);
  expect(read(Buffer.from('[\n  {"path": "a.png", "label": "x"}\n]'))).toMatch(/is JSON/);
  expect(read(Buffer.from('{"path": "a.png", "label": "x"}\n'))).toMatch(/is JSON/);
  expect(read(Buffer.from([0xd0, 0xcf, 0x11, 0xe0, 1, 2]))).toMatch(/Excel workbook/);
  expect(read(Buffer.from([0x61, 0, 0, 0, 0, 0, 0x62, 0x63]))).toMatch(/zero bytes/);
});
