/** A library on which a search is made while labels come: some patients have none at first. */
import { join } from 'node:path';
import { importPaths } from '../../core/services/import/import.ts';
import { addLpm } from '../../core/services/lpm/add.ts';
import type { ServiceContext } from '../../core/services/session/context.ts';
import { addLabel, datasetByName } from '../../core/store/index.ts';
import { testServices, writeStudies, writeTinyLpm } from './made-studies.ts';
import { put } from './studies.ts';
import { temporaryFolder } from './temporary.ts';

/** The data set "discs" of 18 patients, of whom the last two have no label yet, and the LPM "tiny". */
export async function partlyLabelled(changes: Partial<ServiceContext> = {}): Promise<ServiceContext> {
  const folder = temporaryFolder();
  writeStudies(join(folder, 'studies'), 18);
  const rows = Array.from({ length: 16 }, (_, p) => `P1-${p},${p % 2 === 1 ? 'disc' : 'normal'}`);
  const labels = put(folder, 'own.csv', ['patientID,label', ...rows].join('\n'));
  writeTinyLpm(join(folder, 'lpm'));
  const context = await testServices(join(folder, 'library'), changes);
  await importPaths(context, { paths: [join(folder, 'studies')], dataset: 'discs', labels });
  await addLpm(context, { path: join(folder, 'lpm'), name: 'tiny' });
  return context;
}

/** Labels the images of a patient of "discs", at once. */
export function labelPatient({ library }: ServiceContext, patient: number, word: string): void {
  const db = library.writer;
  const dataset = datasetByName(db, 'discs')?.id ?? 0;
  const instances = db.all<{ id: number }>(
    `SELECT i.id FROM instances i JOIN series s ON s.id = i.series_id JOIN studies st ON st.id = s.study_id
     JOIN patients p ON p.id = st.patient_id WHERE p.patient_key = :key`,
    { key: `P1-${patient}` },
  );
  for (const { id } of instances) {
    addLabel(db, dataset, { kind: 'instance', id: id as never }, word, 'reader', '2026-01-01T00:00:00.000Z');
  }
}

/** How many trainings each search has kept, in the order in which they began. */
export function trialCounts({ library: { db } }: ServiceContext): number[] {
  return db
    .all<{ n: number }>('SELECT json_array_length(trials) AS n FROM recipe_searches ORDER BY id')
    .map(({ n }) => n);
}

/** Stops what it is given to once so many trainings of the first search have ended. */
export function stopAfter(context: ServiceContext, trials: number): AbortSignal {
  return {
    get aborted(): boolean {
      return (trialCounts(context)[0] ?? 0) >= trials;
    },
  } as AbortSignal;
}
