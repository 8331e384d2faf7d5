/** Imports and freezing as a user of the field cases would do them, with what came of it in short. */
import type { ImportOptions, ImportReport } from '../../core/contract/index.ts';
import { freezeDataset } from '../../core/services/datasets/dataset.ts';
import { importPaths } from '../../core/services/import/import.ts';
import { datasetByName, type Library, labelledInstances, versionImages } from '../../core/store/index.ts';
import { testContext } from './studies.ts';

/** Imports into data set `d`. */
export async function importCase(library: Library, options: Omit<ImportOptions, 'dataset'>): Promise<ImportReport> {
  return await importPaths(testContext(library), { dataset: 'd', ...options });
}

/** The label of every instance of data set `d`, in the order of their UIDs; null where it has none. */
export function caseLabels(library: Library): (string | null)[] {
  return labelledInstances(library.db, datasetByName(library.db, 'd')?.id ?? 0).map(({ label }) => label);
}

/** Data set `d` frozen: patients by split, and the splits in which each patient's images stand. */
export function freezeCase(library: Library): {
  readonly version: number;
  readonly patients: Readonly<Record<'train' | 'val' | 'test', number>>;
  readonly splitsOfPatients: readonly number[];
} {
  const version = freezeDataset(testContext(library), { dataset: 'd' });
  const images = versionImages(library.db, version.id);
  const count = (split: string): number =>
    new Set(images.filter((image) => image.split === split).map(({ patientId }) => patientId)).size;
  const byPatient = Map.groupBy(images, ({ patientId }) => patientId);
  return {
    version: version.number,
    patients: { train: count('train'), val: count('val'), test: count('test') },
    splitsOfPatients: [...byPatient.values()].map((own) => new Set(own.map(({ split }) => split)).size),
  };
}

/** The note of an import with this code. */
export function noteOf(report: ImportReport, code: ImportReport['notes'][number]['code']): unknown {
  return report.notes.find((note) => note.code === code)?.values;
}
