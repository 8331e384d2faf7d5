/** A library in which planted patients have left something everywhere, and what of them is still found in its files. */
import { mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { classifyPaths } from '../../core/services/classification/classify.ts';
import { importPaths } from '../../core/services/import/import.ts';
import { trainModel } from '../../core/services/jobs/train.ts';
import { addLpm } from '../../core/services/lpm/add.ts';
import { writeRandomLpm } from '../../core/services/lpm/random-lpm.ts';
import type { ServiceContext } from '../../core/services/session/context.ts';
import { listRuns, recordsOf } from '../../core/store/index.ts';
import { testServices } from './made-studies.ts';
import { plantedPatient, plantedStudyUID, writePlantedStudies } from './planted-studies.ts';
import { temporaryFolder } from './temporary.ts';

export const training = { dataset: 'd', lpm: 'tiny', inputSize: 224, epochs: 1, batch: 2, name: 'm' } as const;

/** A library with copies, features, a model, an unfinished run, predictions and a backup, all with the patients in it. */
export async function wholeLibrary(): Promise<{ folder: string; context: ServiceContext; library: string }> {
  const folder = temporaryFolder();
  const studies = join(folder, 'studies');
  mkdirSync(studies);
  const labels = writePlantedStudies(studies);
  writeRandomLpm(join(folder, 'lpm'), 1, { width: 32, layers: 2, heads: 2, patch: 16, imageSize: 64 });
  const library = join(folder, 'library');
  const context = await testServices(library);
  await addLpm(context, { path: join(folder, 'lpm'), name: 'tiny' });
  await importPaths(context, { paths: [studies], dataset: 'd', labels, copy: true });
  await trainModel(context, training);
  const stop = {
    get aborted() {
      return (listRuns(context.library.db)[0]?.epochsDone ?? 0) >= 1;
    },
  } as AbortSignal;
  await expect(trainModel({ ...context, signal: stop }, { ...training, name: 'n', epochs: 5 })).rejects.toThrow();
  await classifyPaths(context, { paths: [studies], model: 'm', out: join(folder, 'results.csv') });
  context.library.backUpTo(context.library.path('backups', 'daily-2026-01-01.sqlite'));
  return { folder, context, library };
}

/** Files below `folder` that hold any of `words`, by name. */
export function holding(folder: string, words: readonly (string | Uint8Array)[]): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => {
    const path = join(folder, name);
    if (!statSync(path).isFile()) return false;
    const bytes = readFileSync(path);
    return words.some((word) => bytes.includes(typeof word === 'string' ? word : Buffer.from(word)));
  });
}

/** What identifies the planted patient: ID, UIDs, name of the folder and of the file. */
export const identity = (p: number): string[] => [
  plantedPatient(p),
  `${plantedStudyUID(p)}.1`,
  `FOLDERCANARY${p}X`,
  `FILECANARY${p}X`,
  `NAMECANARY${p}X`,
];

/** The first bytes of every stored record of a patient. */
export function recordBytes({ library }: ServiceContext, patientKey: string): Buffer[] {
  const instances = library.db
    .all<{ id: number }>(
      `SELECT i.id FROM instances i JOIN series s ON s.id = i.series_id JOIN studies st ON st.id = s.study_id
       JOIN patients p ON p.id = st.patient_id WHERE p.patient_key = :patientKey`,
      { patientKey },
    )
    .map((row) => row.id);
  return library.db.all<{ id: number; folder: string }>('SELECT id, folder FROM record_stores').flatMap((store) =>
    recordsOf(library.db, store.id)
      .filter((record) => instances.includes(record.instanceId))
      .map(({ shard, offset, length }) => {
        const path = library.path(store.folder, `${String(shard).padStart(4, '0')}.shard`);
        return readFileSync(path).subarray(offset, offset + Math.min(length, 256));
      }),
  );
}
