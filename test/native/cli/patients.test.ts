/** `sidelight patients` and what `sidelight import` says of patients, as a script sees them. */
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { runCommand } from '../../support/command.ts';
import { put, tinyDicom } from '../../support/studies.ts';
import { temporaryFolder } from '../../support/temporary.ts';

test('given patients are listed with those of the headers, and taken back when asked', () => {
  const folder = temporaryFolder();
  for (const i of [1, 2]) {
    put(folder, `images/${i}.dcm`, tinyDicom({ patient: `H${i}`, study: `1.${i}`, instance: `1.${i}.1`, grey: i }));
  }
  const labels = put(folder, 'labels.csv', 'studyInstanceUID,patientID,label\n1.1,W1,a\n1.2,W1,b\n');
  const surroundings = { library: join(folder, 'library') };
  const run = (...args: string[]) => runCommand(surroundings, ...args);
  const imported = run('import', join(folder, 'images'), '--dataset', 'd', '--labels', labels);
  expect(imported.json).toMatchObject({ patients: 1, notes: [{ code: 'patientsGiven' }, { code: 'positiveGuessed' }] });
  const row = { patientID: 'W1', isGiven: true, issuerOfPatientID: null, isAlike: false, images: 1, split: null };
  expect(run('patients', 'd').json).toEqual([
    { ...row, studyInstanceUID: '1.1', headerPatientID: 'H1' },
    { ...row, studyInstanceUID: '1.2', headerPatientID: 'H2' },
  ]);
  const planned = run('patients', 'd', '--take-back', '--dry-run', '--study', '1.2').json;
  expect(planned).toMatchObject({ studies: [{ studyInstanceUID: '1.2', from: 'W1', to: 'H2' }] });
  expect(run('patients', 'd', '--take-back').json).toMatchObject({ studies: [{ to: 'H1' }, { to: 'H2' }] });
  expect(run('patients', 'd').json).toMatchObject([{ patientID: 'H1' }, { patientID: 'H2' }]);
  expect(run('patients', 'd', '--dry-run').status).not.toBe(0);
});
