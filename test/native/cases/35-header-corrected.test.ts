/** The lab corrects PatientID in its files, in place and with the pixels untouched, and imports again. */
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readInstance } from '../../../core/services/files/files.ts';
import { instanceByUid, labelledInstances, patientsOfDataset } from '../../../core/store/index.ts';
import { caseLabels, freezeCase, importCase, noteOf } from '../../support/case-import.ts';
import { casePath, hasCases } from '../../support/cases.ts';
import { instanceId } from '../../support/ids.ts';
import { temporaryLibrary } from '../../support/library.ts';
import { temporaryFolder } from '../../support/temporary.ts';

const name = '35-header-corrected';

describe.skipIf(!hasCases)(name, () => {
  test('the new patient IDs count, labels stay, and no second file is spoken of', async () => {
    const library = temporaryLibrary();
    const folder = join(temporaryFolder(), 'studies');
    cpSync(casePath(name, 'before'), folder, { recursive: true });
    cpSync(casePath(name, 'labels.csv'), join(folder, 'labels.csv'));
    const labels = join(folder, 'labels.csv');
    const first = await importCase(library, { paths: [folder], labels });
    expect(first).toMatchObject({ imported: 12, patients: 1 });
    const before = caseLabels(library);

    cpSync(casePath(name, 'after'), folder, { recursive: true });
    const again = await importCase(library, { paths: [folder], labels });
    expect(again).toMatchObject({
      imported: 0,
      alreadyThere: 12,
      corrected: 12,
      duplicate: 0,
      patients: 12,
      problems: [],
    });
    expect(noteOf(again, 'headersCorrected')).toEqual({ files: 12, studies: 12, results: 0 });
    expect(caseLabels(library)).toEqual(before);
    expect(patientsOfDataset(library.db, 1).map(({ patientKey }) => patientKey)).toEqual(
      Array.from({ length: 12 }, (_, n) => `A${String(n).padStart(3, '0')}`),
    );
    const [one] = labelledInstances(library.db, 1);
    const id = instanceByUid(library.db, one?.sopInstanceUID ?? '')?.id ?? instanceId(0);
    expect((await readInstance(library, id)).length).toBeGreaterThan(0);
    expect(freezeCase(library).patients).toEqual({ train: 8, val: 2, test: 2 });
  });
});
