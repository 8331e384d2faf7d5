/** The kinds of work that are disturbed, as a process does them over a library. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { serialiseError } from '../../core/base/errors.ts';
import { silentLogger } from '../../core/base/logger.ts';
import { classifyPaths } from '../../core/services/classification/classify.ts';
import { encodeDataset } from '../../core/services/features/encode.ts';
import { importPaths } from '../../core/services/import/import.ts';
import { trainModel } from '../../core/services/jobs/train.ts';
import { backUpLibrary, restoreFromBackup } from '../../core/services/library/backup.ts';
import { deletePatient } from '../../core/services/library/delete-patient.ts';
import type { ServiceContext } from '../../core/services/session/context.ts';
import { openServices } from '../../core/services/session/open.ts';
import { addLabel, datasetByName, instanceByUid } from '../../core/store/index.ts';
import { deletedPatient, labelPlan, type Stage, trainOptions } from './studies.ts';

interface Work {
  readonly library: string;
  /** Studies, labels, LPM. */
  readonly folder: string;
  /** Told what was acknowledged: after a commit returned, never before. */
  readonly say: (line: object) => void;
}

const stages: Readonly<Record<Stage, (context: ServiceContext, work: Work) => Promise<void> | void>> = {
  import: async (context, { folder, say }) => {
    const report = await importPaths(context, {
      paths: [join(folder, 'studies')],
      dataset: 'd',
      copy: true,
      labels: join(folder, 'labels.csv'),
    });
    say({ imported: report.imported + report.alreadyThere });
  },
  label: (context, { folder, say }) => {
    const db = context.library.writer;
    const dataset = datasetByName(db, 'd');
    // A reader goes on after the last label that is there, as the screen shows it.
    const given = db.get<{ n: number }>(`SELECT count(*) AS n FROM labels WHERE reader = 'reader'`)?.n ?? 0;
    for (const { sopInstanceUID, label } of labelPlan(folder).slice(given)) {
      const instance = instanceByUid(db, sopInstanceUID);
      if (instance === undefined || dataset === undefined) throw new Error('the base library lacks an instance');
      const target = { kind: 'instance', id: instance.id } as const;
      db.transaction(() => addLabel(db, dataset.id, target, label, 'reader', context.now().toISOString()));
      say({ label: [sopInstanceUID, label] });
    }
  },
  encode: async (context) => {
    await encodeDataset(context, { dataset: 'd', lpm: 'tiny', inputSize: trainOptions.inputSize });
  },
  train: async (context, { say }) => {
    const report = await trainModel(context, trainOptions);
    say({ weights: report.weightsHash });
  },
  classify: async (context, { folder, library, say }) => {
    const out = join(library, '..', 'results.csv');
    const report = await classifyPaths(context, { paths: [join(folder, 'unseen')], model: 'm', out });
    say({ images: report.images });
  },
  delete: (context) => {
    try {
      deletePatient(context, { patientID: deletedPatient, backups: 'rewrite' });
    } catch (error) {
      // Done by the killed one already.
      if (serialiseError(error).code !== 'PATIENT_NOT_FOUND') throw error;
    }
  },
  // Opening is the work: it brings the library to the newest form.
  migrate: () => {},
  backup: (context, { library }) => {
    backUpLibrary(context.library.folder, join(library, '..', 'backup'), new Date('2026-01-02T03:04:05Z'));
  },
  restore: () => {},
};

/** Does one kind of work and closes the library again, whatever happens. `progress` is told of each report. */
export async function doWork(
  stage: Stage,
  work: Work,
  { ownProcess, progress }: { readonly ownProcess: boolean; readonly progress: () => void },
): Promise<void> {
  if (stage === 'restore') {
    const base = join(work.folder, 'base.sqlite');
    restoreFromBackup(work.library, existsSync(base) ? base : undefined, new Date());
    return;
  }
  const { context, close } = await openServices({
    library: work.library,
    mode: 'write',
    engine: 'onnxruntime',
    device: 'cpu',
    threads: 1,
    ownProcess,
    progress,
    log: silentLogger,
    signal: new AbortController().signal,
  });
  try {
    await stages[stage](context, work);
  } finally {
    await close();
  }
}
