/** The field case 17: dates and names in every odd place, and lists of pseudonyms that do not fit. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { exportDateModes } from '../../../core/contract/results/export.ts';
import { parseDicom } from '../../../core/dicom/parse.ts';
import { exportStudies } from '../../../core/services/export/export.ts';
import { casePath, hasCases } from '../../support/cases.ts';
import { temporaryLibrary } from '../../support/library.ts';
import { testContext } from '../../support/studies.ts';
import { temporaryFolder } from '../../support/temporary.ts';

const name = '17-deid-dates';
const forbidden = ['1981', '2024-01-02', '02.01.2024', '20240102', '20240231', 'MUSTERMANN'];

function filesBelow(folder: string): Buffer[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name)));
}

async function exported(file: string, dates: (typeof exportDateModes)[number], pseudonyms?: string) {
  const out = join(temporaryFolder(), 'out');
  const options = {
    paths: [casePath(name, file)],
    out,
    dates,
    ...(pseudonyms === undefined ? {} : { pseudonyms: casePath(name, pseudonyms) }),
  };
  const report = await exportStudies(testContext(temporaryLibrary()), options);
  return { report, out };
}

/** The images written, without the report beside them. */
const images = (out: string): Buffer[] =>
  filesBelow(out).filter((bytes) => bytes.subarray(128, 132).toString() === 'DICM');

describe.skipIf(!hasCases)('dates and names when de-identifying (needs the field cases)', () => {
  test.each(['remove', 'shift'] as const)(
    '--dates %s leaves no original date and no name in any file',
    async (dates) => {
      const { report, out } = await exported('odd-dates.dcm', dates);
      expect([report.exported, images(out).length]).toEqual([1, 1]);
      for (const bytes of filesBelow(out)) {
        // UIDs and hashes are new at random and hold every four digits at times.
        const text = bytes
          .toString('latin1')
          .toUpperCase()
          .replaceAll(/(?<!\d)2\.25\.\d+|[0-9A-F]{16,}/g, '');
        expect(forbidden.filter((word) => text.includes(word))).toEqual([]);
      }
    },
  );

  test('--dates shift moves the valid dates, by the same days, and keeps their form', async () => {
    const { out } = await exported('odd-dates.dcm', 'shift');
    const [bytes] = images(out);
    const { dataSet } = parseDicom(bytes ?? Buffer.alloc(0));
    const content = dataSet.text('contentDate') ?? '';
    expect(content).toMatch(/^\d{8}$/);
    expect(content).not.toBe('20240102');
    expect(dataSet.text('acquisitionDateTime')?.slice(0, 8)).toBe(content);
  });

  test.each(exportDateModes)('--dates %s leaves the three palettes as they are, byte for byte', async (dates) => {
    const { out } = await exported('palette.dcm', dates);
    const [after] = images(out);
    const before = readFileSync(casePath(name, 'palette.dcm'));
    for (const tag of [0x1201, 0x1202, 0x1203]) {
      const table = elementBytes(before, tag);
      expect(table.length).toBeGreaterThan(16);
      expect(elementBytes(after ?? Buffer.alloc(0), tag).equals(table)).toBe(true);
    }
  });

  test('a list of pseudonyms with semicolons is read, and one that does not fit is said by row and number', async () => {
    const semicolons = await exported('odd-dates.dcm', 'remove', 'pseudonyms-semicolon.csv');
    expect(readdirSync(semicolons.out)).toContain('S001');
    expect(semicolons.report.pseudonyms).toEqual({ unusedRows: [3], madePatients: 0 });
    const unknown = await exported('odd-dates.dcm', 'remove', 'pseudonyms-unknown.csv');
    expect(unknown.report.pseudonyms).toEqual({ unusedRows: [2, 3], madePatients: 1 });
  });
});

/** The value of an element of group 0028 with VR OW, in explicit or implicit little endian. */
function elementBytes(bytes: Buffer, element: number): Buffer {
  const tag = Buffer.from([0x28, 0x00, element & 0xff, element >> 8]);
  const at = bytes.indexOf(tag, 132);
  if (at < 0) return Buffer.alloc(0);
  const isExplicit = bytes.subarray(at + 4, at + 6).toString() === 'OW';
  const start = at + (isExplicit ? 12 : 8);
  return bytes.subarray(start, start + bytes.readUInt32LE(start - 4));
}
