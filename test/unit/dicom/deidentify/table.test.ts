import { createHmac } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { DicomDataSet } from '../../../../core/dicom/data-set.ts';
import { profileEdition } from '../../../../core/dicom/deidentify/generated/profile-table.ts';
import { type DeidentifyOptions, deidentify } from '../../../../core/dicom/deidentify/index.ts';
import { profileTable } from '../../../../core/dicom/deidentify/profile-table.ts';
import type { OutElement } from '../../../../core/dicom/deidentify/rewrite.ts';
import { parseDicom } from '../../../../core/dicom/parse.ts';
import { dicomFile, identity, joined, textElement } from '../../../support/dicom-file.ts';

const keyed = (purpose: string, text: string): Uint8Array =>
  new Uint8Array(createHmac('sha256', 'key of the test').update(`${purpose}\0${text}`).digest());

const plain: DeidentifyOptions = { retain: [], dates: 'remove', keyed };
const canary = 'CANARY';
const uidCanary = '1.2.276.99.1';

/** A value of the VR that carries something to look for afterwards. */
function originalValue(vr: string): string {
  if (vr === 'UI') return uidCanary;
  if (vr === 'DA') return '20230514';
  if (vr === 'DT') return '20230514093015.5';
  if (vr === 'TM') return '093015';
  if (vr === 'AS') return '047Y';
  if (vr === 'DS' || vr === 'IS') return '4711';
  return canary;
}

function originalElement(tag: number, vr: string): OutElement {
  if (vr !== 'SQ') return textElement(tag, vr, originalValue(vr));
  return {
    tag,
    vr,
    items: [
      [
        textElement(0x00081150, 'UI', '1.2.840.10008.5.1.4.1.1.2'),
        textElement(0x00081155, 'UI', uidCanary),
        textElement(0x00104000, 'LT', canary),
      ],
    ],
  };
}

/** Private and repeating rows at an example of them. */
const examples: Readonly<Record<string, number>> = {
  private: 0x00191010,
  '50xxxxxx': 0x50020010,
  '60xx4000': 0x60024000,
  '60xx3000': 0x60023000,
};

function run(elements: readonly OutElement[], options: DeidentifyOptions = plain): DicomDataSet {
  const result = deidentify(parseDicom(dicomFile([...identity, ...elements])), options);
  return parseDicom(joined(result.chunks)).dataSet;
}

function text(dataSet: DicomDataSet, tag: number): string | undefined {
  const element = dataSet.elements.get(tag);
  if (element === undefined) return undefined;
  return Buffer.from(dataSet.bytes.subarray(element.start, element.start + element.length))
    .toString('latin1')
    .replace(/[\0 ]+$/, '');
}

/** What the row's basic action must have made of the element; the words are those of PS3.15 Table E.1-1a. */
function expectBasic(dataSet: DicomDataSet, tag: number, vr: string, basic: string): void {
  const found = text(dataSet, tag);
  expect(found ?? '').not.toContain(canary);
  expect(found ?? '').not.toContain(uidCanary);
  if (basic === 'X') expect(found).toBeUndefined();
  else expect(found).toBeDefined();
  if (vr === 'SQ') return;
  // Patient's name and ID carry the pseudonym; of the actions for their rows, Z and Z/D, both allow it.
  if (basic === 'Z' || basic === 'X/Z') expect(tag === 0x00100010 ? '' : found).toBe('');
  if (basic.endsWith('D')) {
    expect(dataSet.elements.get(tag)?.length).toBeGreaterThan(0);
    expect(found).not.toBe(originalValue(vr));
  }
  if (basic.startsWith('U')) expect(found).toMatch(/^2\.25\.\d{20,39}$/);
}

const rows = profileTable
  // SOP Instance UID is what the file is about; groups 0000, 0002 and 0004 are never part of a data set and are tested below.
  .map(({ tag, keyword, vr, basic, options }) => ({
    tag: examples[tag] ?? Number.parseInt(tag, 16),
    keyword,
    vr: tag in examples ? 'LO' : vr,
    basic,
    options,
  }));
const dataSetRows = rows.filter((row) => row.tag >>> 16 > 4);

test('the table is that of the pinned edition, all 655 rows of it', () => {
  expect([profileEdition, profileTable.length, new Set(profileTable.map(({ tag }) => tag)).size]).toEqual([
    'PS3.15 2025e',
    655,
    655,
  ]);
});

describe('every row of Table E.1-1', () => {
  test.each(dataSetRows)('$keyword gets action $basic at the top level', ({ tag, vr, basic }) => {
    expectBasic(run([originalElement(tag, vr)]), tag, vr, basic);
  });

  test.each(dataSetRows)('$keyword gets action $basic inside a sequence inside a sequence', ({ tag, vr, basic }) => {
    const inner: OutElement = { tag: 0x00081115, vr: 'SQ', items: [[originalElement(tag, vr)]] };
    const dataSet = run([{ tag: 0x00081199, vr: 'SQ', items: [[inner]] }]);
    const item = dataSet.itemsOf(0x00081199)[0]?.itemsOf(0x00081115)[0];
    expect(item).toBeDefined();
    expectBasic(item as DicomDataSet, tag, vr, basic);
  });

  test('rows of groups 0000, 0002 and 0004 are removed from data sets', () => {
    const others = rows.filter((row) => row.tag >>> 16 <= 4);
    expect(others.length).toBeGreaterThan(2);
    const item = run([
      { tag: 0x00081199, vr: 'SQ', items: [others.map((row) => originalElement(row.tag, row.vr))] },
    ]).itemsOf(0x00081199)[0];
    expect(others.map((row) => text(item as DicomDataSet, row.tag))).toEqual(others.map(() => undefined));
  });

  test('a repeating row holds for all of its groups', () => {
    const tags = Array.from({ length: 16 }, (_, i) => 0x60000000 + i * 0x20000).flatMap((group) => [
      group + 0x3000,
      group + 0x4000,
      group + 0x22,
    ]);
    const dataSet = run(tags.map((tag) => textElement(tag, 'LO', canary)));
    expect(tags.filter((tag) => dataSet.elements.has(tag))).toEqual([]);
  });
});

describe('options', () => {
  const keeps = (option: string) =>
    dataSetRows.filter((row) => row.options.split(' ').includes(`${option}:K`) && row.vr !== 'SQ');

  test.each(['uids', 'device', 'institution', 'patient'] as const)(
    'retain %s keeps exactly the rows that the table names',
    (option) => {
      const options: DeidentifyOptions = { ...plain, retain: [option] };
      const kept = keeps(option);
      expect(kept.length).toBeGreaterThan(5);
      const dataSet = run(
        kept.map((row) => originalElement(row.tag, row.vr)),
        options,
      );
      expect(
        kept
          .filter((row) => text(dataSet, row.tag) !== originalValue(row.vr) && row.tag !== 0x00080018)
          .map((row) => row.keyword),
      ).toEqual([]);
      const others = dataSetRows.filter((row) => !row.options.includes(`${option}:K`) && row.vr !== 'SQ');
      const rest = run(
        others.map((row) => originalElement(row.tag, row.vr)),
        options,
      );
      expect(
        others.filter((row) => /CANARY|1\.2\.276/.test(text(rest, row.tag) ?? '')).map((row) => row.keyword),
      ).toEqual([]);
    },
  );

  test('full dates keeps every date and time that the table names', () => {
    const kept = keeps('fullDates');
    const dataSet = run(
      kept.map((row) => originalElement(row.tag, row.vr)),
      { ...plain, dates: 'keep' },
    );
    expect(kept.filter((row) => text(dataSet, row.tag) !== originalValue(row.vr)).map((row) => row.keyword)).toEqual(
      [],
    );
    expect(text(dataSet, 0x00280303)).toBe('UNMODIFIED');
  });

  test('modified dates moves every date by the same days and leaves times of day', () => {
    const moved = dataSetRows.filter((row) => row.options.includes('modifiedDates:C') && /^(DA|DT|TM)$/.test(row.vr));
    const dataSet = run(
      [...moved.map((row) => originalElement(row.tag, row.vr)), textElement(0x00100020, 'LO', 'P1')],
      { ...plain, dates: 'shift' },
    );
    const study = text(dataSet, 0x00080020) ?? '';
    expect(study).toMatch(/^20(1[3-9]|2[0-3])\d{4}$/);
    expect(study).not.toBe('20230514');
    const wanted: Record<string, string> = { DA: study, DT: `${study}093015.5`, TM: '093015' };
    expect(moved.filter((row) => text(dataSet, row.tag) !== wanted[row.vr]).map((row) => row.keyword)).toEqual([]);
    expect(text(dataSet, 0x00280303)).toBe('MODIFIED');
  });

  test('the codes of profile and options are written down', () => {
    const dataSet = run([], { retain: ['uids', 'device', 'institution', 'patient'], dates: 'shift', keyed });
    const codes = dataSet.itemsOf(0x00120064).map((item) => [text(item, 0x00080100), text(item, 0x00080102)]);
    expect(codes).toEqual(['113100', '113110', '113109', '113112', '113108', '113107'].map((code) => [code, 'DCM']));
    expect([text(dataSet, 0x00120062), text(run([]), 0x00280303)]).toEqual(['YES', 'REMOVED']);
    expect(text(dataSet, 0x00120063)).toBe('Sidelight: PS3.15 2025e Basic Profile and options as coded');
  });
});
