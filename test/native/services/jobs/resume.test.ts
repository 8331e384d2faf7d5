/** Killed in the middle, the same command ends with the same weights as a run that nobody touched. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { text as readText } from 'node:stream/consumers';
import { describe, expect, test } from 'vitest';
import type { Method, TrainOptions, TrainReport } from '../../../../core/contract/index.ts';
import { trainingMethods } from '../../../../core/models/index.ts';
import { importPaths } from '../../../../core/services/import/import.ts';
import { trainModel } from '../../../../core/services/jobs/train.ts';
import { addLpm } from '../../../../core/services/lpm/add.ts';
import { listRuns, modelByName, modelWeights } from '../../../../core/store/index.ts';
import { testServices, writeStudies, writeTinyLpm } from '../../../support/made-studies.ts';
import { repositoryRoot } from '../../../support/shared.ts';
import { temporaryFolder } from '../../../support/temporary.ts';
import { appErrorFrom } from '../../../support/thrown.ts';

const options: TrainOptions = {
  dataset: 'discs',
  lpm: 'tiny',
  inputSize: 224,
  epochs: 4,
  batch: 4,
  lr: 3e-3,
  name: 'discs-1',
};

/** Runs the command in a process of its own, which dies in `stage`. Gives its report, or null when it died. */
async function runChild(
  library: string,
  method: Method,
  stage?: 'decode' | 'encode' | 'train',
  polls = 0,
): Promise<TrainReport | null> {
  const script = join(repositoryRoot, 'test', 'support', 'pipeline-child.ts');
  const death = stage === undefined ? [] : [stage, String(polls)];
  const child = spawn(process.execPath, [script, library, JSON.stringify({ ...options, method }), ...death], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [text] = await Promise.all([readText(child.stdout), once(child, 'close')]);
  if (child.signalCode === 'SIGKILL') return null;
  return JSON.parse(text) as TrainReport;
}

/** A library with the made studies and the LPM; nothing encoded. */
async function prepared(folder: string): Promise<string> {
  const library = join(folder, 'library');
  const labels = writeStudies(join(folder, 'studies'), 16);
  writeTinyLpm(join(folder, 'lpm'));
  const context = await testServices(library);
  await importPaths(context, { paths: [join(folder, 'studies')], dataset: 'discs', labels });
  await addLpm(context, { path: join(folder, 'lpm'), name: 'tiny' });
  context.library.close();
  return library;
}

describe('kill -9', () => {
  test.each(['fpt+', 'attentive', 'lora'] as const)(
    'of %s in decoding, in encoding where it encodes, and in the third epoch: the same command ends with the weights of a run never killed',
    async (method) => {
      const library = await prepared(temporaryFolder());
      const untouched = `${library}-untouched`;
      cpSync(library, untouched, { recursive: true });
      const expected = await runChild(untouched, method);

      expect(await runChild(library, method, 'decode', 5)).toBeNull();
      if (trainingMethods[method].features !== null) expect(await runChild(library, method, 'encode', 7)).toBeNull();
      expect(await runChild(library, method, 'train', 3)).toBeNull();
      const resumed = await runChild(library, method);

      expect(resumed?.weightsHash).toBe(expected?.weightsHash);
      expect(resumed?.resumed).toBe(true);
      expect(expected?.resumed).toBe(false);
      const figures = (report: TrainReport | null) => report?.epochs.map(({ seconds: _, ...rest }) => rest);
      expect(figures(resumed)).toEqual(figures(expected));

      const context = await testServices(library);
      const { db } = context.library;
      expect(listRuns(db).map((run) => run.state)).toEqual(['succeeded']);
      const model = modelByName(db, 'discs-1');
      expect(modelWeights(db, model?.id ?? 0, 'final')?.length).toBe(model?.learnable);
    },
  );
});

describe('stopping', () => {
  test('Ctrl-C between two steps leaves a run that --resume ends with the same weights', async () => {
    const folder = temporaryFolder();
    const library = await prepared(folder);
    const untouched = `${library}-untouched`;
    cpSync(library, untouched, { recursive: true });
    const expected = await trainModel(await testServices(untouched), options);

    const context = await testServices(library);
    let asked = 0;
    // True at the third question after the first epoch: between two steps of the second.
    const signal = {
      get aborted(): boolean {
        if ((listRuns(context.library.db)[0]?.epochsDone ?? 0) >= 1) asked++;
        return asked >= 3;
      },
    } as AbortSignal;
    await expect(trainModel({ ...context, signal }, options)).rejects.toMatchObject({ code: 'CANCELLED' });
    const [run] = listRuns(context.library.db);
    expect([run?.state, run?.epochsDone]).toEqual(['cancelled', 1]);
    const resumed = await trainModel(context, { dataset: 'discs', lpm: 'tiny', resume: run?.name ?? '' });
    expect(resumed.weightsHash).toBe(expected.weightsHash);
    expect(resumed.run).toBe(run?.name);
  });

  test('--resume with a positive class that the run did not begin with is refused with the way that works', async () => {
    const context = await testServices(await prepared(temporaryFolder()));
    const first = await trainModel(context, { ...options, epochs: 1 });
    const [positive, other] = [first.positiveClass ?? '', first.classes.find((name) => name !== first.positiveClass)];
    const again = { dataset: 'discs', lpm: 'tiny', resume: first.run };
    expect((await trainModel(context, { ...again, positive })).run).toBe(first.run);
    const refused = await appErrorFrom(trainModel(context, { ...again, positive: other ?? '' }));
    expect([refused.code, refused.message]).toEqual([
      'BAD_INPUT',
      `Run "${first.run}" began with "${positive}" as the positive class and goes on so; --positive names "${other}".`,
    ]);
    expect(refused.action).toContain(`sidelight evaluate "${first.model}" --positive "${other}"`);
    const wrong = await appErrorFrom(trainModel(context, { ...again, positive: 'nothing of the kind' }));
    expect([wrong.code, wrong.message.includes(`"${positive}"`)]).toEqual(['BAD_INPUT', true]);
  });

  test('the same command after it succeeded gives the finished run, other settings under its name are refused', async () => {
    const context = await testServices(await prepared(temporaryFolder()));
    const short = { ...options, epochs: 1 };
    const first = await trainModel(context, short);
    const second = await trainModel(context, short);
    expect([second.run, second.weightsHash]).toEqual([first.run, first.weightsHash]);
    await expect(trainModel(context, { ...short, seed: 5 })).rejects.toMatchObject({ code: 'NAME_TAKEN' });
    await expect(trainModel(context, { ...short, resume: 'run-99' })).rejects.toMatchObject({ code: 'RUN_NOT_FOUND' });
  });
});
