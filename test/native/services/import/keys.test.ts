/** Labels files that give patients or splits alone, and those that name studies by their accession number. */
import { describe, expect, test } from 'vitest';
import type { CatalogueImage } from '../../../../core/services/import/catalogue.ts';
import { importPaths } from '../../../../core/services/import/import.ts';
import { resolveRows } from '../../../../core/services/import/labels.ts';
import type { LabelsFile } from '../../../../core/services/import/labels-file.ts';
import { previewLabels } from '../../../../core/services/import/preview.ts';
import { labelledInstances, patientsOfDataset, splitsOf } from '../../../../core/store/index.ts';
import { caseLabels, importCase, noteOf } from '../../../support/case-import.ts';
import { temporaryLibrary } from '../../../support/library.ts';
import { put, testContext, tinyDicom } from '../../../support/studies.ts';
import { temporaryFolder } from '../../../support/temporary.ts';
import { appErrorFrom } from '../../../support/thrown.ts';

/** `n` studies `1.<i>` of patients H<i>; `accession` gives their numbers. */
function studies(folder: string, n: number, accession: (i: number) => string | undefined = () => undefined): void {
  for (let i = 1; i <= n; i++) {
    const number = accession(i);
    const dicom = tinyDicom({
      ...{ patient: `H${i}`, study: `1.${i}`, instance: `1.${i}.1`, grey: i },
      ...(number === undefined ? {} : { accessionNumber: number }),
    });
    put(folder, `${i}.dcm`, dicom);
  }
}

const keys = (library: ReturnType<typeof temporaryLibrary>) =>
  patientsOfDataset(library.db, 1)
    .map(({ studyInstanceUID, patientKey }) => `${studyInstanceUID} ${patientKey}`)
    .sort();

describe('a labels file without labels', () => {
  test('gives patients, before or after the labels, and labels stay as they are', async () => {
    const folder = temporaryFolder();
    const library = temporaryLibrary();
    studies(folder, 4);
    const labels = put(folder, 'labels.csv', 'path,label\n1.dcm,a\n2.dcm,b\n3.dcm,a\n4.dcm,b');
    await importCase(library, { paths: [folder], labels });
    const before = caseLabels(library);
    const whose = put(folder, 'whose.csv', 'path;Patient\n1.dcm;X\n2.dcm;X\n3.dcm;\n');
    const preview = await previewLabels(testContext(library), { labels: whose, dataset: 'd' });
    expect(preview).toMatchObject({ rows: 3, classes: [], patients: 2, refusedRows: 0, blocked: null });
    const report = await importCase(library, { paths: [folder], labels: whose });
    expect(report.labels).toMatchObject({ rows: 3, applied: 0, changed: 0, unchanged: 0, problems: [] });
    expect(noteOf(report, 'noLabelColumn')).toEqual({ rows: 3 });
    expect(noteOf(report, 'patientsGiven')).toMatchObject({ studies: 2, patients: 1, moved: 2 });
    expect(keys(library)).toEqual(['1.1 X', '1.2 X', '1.3 H3', '1.4 H4']);
    expect(caseLabels(library)).toEqual(before);
  });

  test('gives pictures their patients at their first import, and splits by patient', async () => {
    const folder = temporaryFolder();
    const library = temporaryLibrary();
    studies(folder, 3);
    const splits = put(folder, 'splits.csv', 'patientID,split\nH1,train\nH2,val\nH3,test\n');
    const report = await importCase(library, { paths: [folder], labels: splits });
    expect(report.splits).toEqual({ train: 1, val: 1, test: 1 });
    expect(labelledInstances(library.db, 1).every(({ label }) => label === null)).toBe(true);
    expect(splitsOf(library.db, 1).map(({ split, origin }) => `${split} ${origin}`)).toEqual([
      'train given',
      'val given',
      'test given',
    ]);
  });
});

describe('accession numbers', () => {
  test('name studies as the header has them; those of several studies are refused with what fits', async () => {
    const folder = temporaryFolder();
    const library = temporaryLibrary();
    studies(folder, 5, (i) => ['', 'A-1', '0017', 'TWICE', 'TWICE', undefined][i]);
    const rows = ['AccessionNumber,label,patientID', 'A-1,a,X', '="0017",b,', 'TWICE,a,', '17,b,', 'a-1,b,', 'C,a,'];
    const labels = put(folder, 'labels.csv', rows.join('\n'));
    const preview = await previewLabels(testContext(library), { labels, dataset: 'd', paths: [folder] });
    const report = await importCase(library, { paths: [folder], labels });
    expect(report.labels).toMatchObject({ applied: 2, refusedRows: 4 });
    const messages = report.labels.problems.map(({ row, message }) => `${row} ${message}`);
    expect(messages).toEqual([
      '4 accession number …ICE fits 2 studies (… and …); none was labelled',
      '5 no accession number … in this data set; one with zeros before it is there: the zeros were lost, save the column as text',
      '6 no accession number … in this data set',
      '7 no accession number … in this data set',
    ]);
    expect(preview.refused.map(({ message }) => message)).toEqual(messages.map((one) => one.slice(2)));
    expect(preview.refused[0]?.files).toEqual(['3.dcm', '4.dcm']);
    expect(caseLabels(library)).toEqual(['a', 'b', null, null, null]);
    expect(keys(library)[0]).toBe('1.1 X');
  });

  test('are not kept of studies under pseudonyms, and the refusal says so before and after', async () => {
    const folder = temporaryFolder();
    const library = temporaryLibrary();
    studies(folder, 2, (i) => `A-${i}`);
    const labels = put(folder, 'labels.csv', 'accession,label\nA-1,a\nA-2,b\n');
    const options = { labels, dataset: 'd', paths: [folder], pseudonymise: true };
    const preview = await previewLabels(testContext(library), options);
    expect(preview.refused[0]?.message).toContain('none of its studies has one');
    const report = await importPaths(testContext(library), options);
    expect(report.labels.problems[0]?.message).toContain('none of its studies has one');
    const strict = importPaths(testContext(library), { ...options, rowRule: 'all' });
    expect((await appErrorFrom(strict)).code).toBe('LABELS_INVALID');
  });
});

test('many images of one number are told apart in no more time than as many of different numbers', {
  timeout: 20_000,
}, () => {
  const images = Array.from({ length: 60_000 }, (_, n) => {
    const study = n % 2;
    const uids = {
      sopInstanceUID: `1.${study}.1.${n}`,
      seriesInstanceUID: `1.${study}.1`,
      studyInstanceUID: `1.${study}`,
    };
    const ids = { instanceId: n + 1, seriesId: study + 1, studyId: study + 1, patientId: study + 1 };
    return { ...uids, ...ids, patientKey: `P${study}`, accessionNumber: 'A1', kind: 'dicom', places: [`/${n}`] };
  }) as unknown as CatalogueImage[];
  const row = { row: 2, key: 'A1', label: 'x', question: null, reader: null, split: null, patientID: null };
  const { entries, refused } = resolveRows(
    { column: 'accessionNumber', rows: [row] } as unknown as LabelsFile,
    {
      images,
      paths: { find: () => ({ images: [], places: [], how: 'exact' }) },
      keys: { find: () => ({ targets: [], places: [], how: null }), whyNot: () => '' },
      identity: { patientKey: (key: string) => key, keyBehind: (key: string) => key },
    } as unknown as Parameters<typeof resolveRows>[1],
  );
  expect(entries).toEqual([]);
  expect(refused).toMatchObject([{ rows: [2], places: ['/0', '/1'] }]);
});
