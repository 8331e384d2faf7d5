/**
 * The process that is killed: node victim.ts STAGE LIBRARY FOLDER
 *
 * It does one kind of work over a library and says on standard output, one JSON object a line, what was acknowledged: after a commit
 * returned, never before. The last line is the outcome: { done } or { error: { code, message, action } }.
 */
import { existsSync, readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { serialiseError } from '../../core/base/errors.ts';
import { silentLogger } from '../../core/base/logger.ts';
import { classifyPaths } from '../../core/services/classify.ts';
import type { ServiceContext } from '../../core/services/context.ts';
import { deletePatient } from '../../core/services/delete-patient.ts';
import { encodeDataset } from '../../core/services/encode.ts';
import { importPaths } from '../../core/services/import.ts';
import { backUpLibrary, restoreFromBackup } from '../../core/services/library-backup.ts';
import { openServices } from '../../core/services/open.ts';
import { trainModel } from '../../core/services/train.ts';
import { addLabel, datasetByName, instanceByUid } from '../../core/store/index.ts';
import { deletedPatient, labelPlan, type Stage, trainOptions } from './studies.ts';

const [stageName, library = '', folder = ''] = process.argv.slice(2);

// A write past `ulimit -f` would otherwise end the process before it could say why.
process.on('SIGXFSZ', () => {});

function say(line: object): void {
  writeSync(1, `${JSON.stringify(line)}\n`);
}

/** Where asked for, kills the engine's process at the n-th progress report. */
const killEngineAt = Number(process.env['TORTURE_ENGINE_AT'] ?? 0);
let reports = 0;

function progress(): void {
  reports++;
  if (reports !== killEngineAt) return;
  const children = readFileSync(`/proc/${process.pid}/task/${process.pid}/children`, 'utf8').trim();
  for (const child of children.split(' ').filter((id) => id !== '')) process.kill(Number(child), 'SIGKILL');
}

const stages: Readonly<Record<Stage, (context: ServiceContext) => Promise<void> | void>> = {
  import: async (context) => {
    const report = await importPaths(context, {
      paths: [join(folder, 'studies')],
      dataset: 'd',
      copy: true,
      labels: join(folder, 'labels.csv'),
    });
    say({ imported: report.imported + report.alreadyThere });
  },
  label: (context) => {
    const db = context.library.writer;
    const dataset = datasetByName(db, 'd');
    // A reader goes on after the last label that is there, as the screen shows it.
    const given = db.get<{ n: number }>(`SELECT count(*) AS n FROM labels WHERE reader = 'reader'`)?.n ?? 0;
    for (const { sopInstanceUID, label } of labelPlan().slice(given)) {
      const instance = instanceByUid(db, sopInstanceUID);
      if (instance === undefined || dataset === undefined) throw new Error('the base library lacks an instance');
      const target = { level: 'instance', targetId: instance.id } as const;
      db.transaction(() => addLabel(db, dataset.id, target, label, 'reader', context.now().toISOString()));
      say({ label: [sopInstanceUID, label] });
    }
  },
  encode: async (context) => {
    await encodeDataset(context, { dataset: 'd', lpm: 'tiny', inputSize: trainOptions.inputSize });
  },
  train: async (context) => {
    const report = await trainModel(context, trainOptions);
    say({ weights: report.weightsHash });
  },
  classify: async (context) => {
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
  backup: (context) => {
    backUpLibrary(context.library.folder, join(library, '..', 'backup'), new Date('2026-01-02T03:04:05Z'));
  },
  restore: () => {},
};

try {
  if (stageName === 'restore') {
    restoreFromBackup(
      library,
      existsSync(join(folder, 'base.sqlite')) ? join(folder, 'base.sqlite') : undefined,
      new Date(),
    );
  } else {
    const ownProcess = killEngineAt > 0;
    const { context, close } = await openServices({
      library,
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
      await stages[stageName as Stage](context);
    } finally {
      await close();
    }
  }
  say({ done: true });
} catch (error) {
  const { code, message, action } = serialiseError(error);
  say({ error: { code, message, action } });
  process.exitCode = 1;
}
