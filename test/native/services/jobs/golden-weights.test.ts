/**
 * A short training of every method ends where it ended when the arithmetic of this program was last meant to change (ADR 590).
 *
 * What is computed by this program itself (starting parameters) is exact on every machine. What ONNX Runtime computes is
 * exact on the processor that the golden file names, and within a tolerance on any other: see test/support/processor.ts.
 * Between SSE and AVX2 with FMA the figures differed by 3e-7 of themselves. A change that means to compute something else
 * takes its values from the failing test.
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type Method, methods } from '../../../../core/contract/index.ts';
import { networkConfig } from '../../../../core/models/index.ts';
import { importPaths } from '../../../../core/services/import/import.ts';
import { trainModel } from '../../../../core/services/jobs/train.ts';
import { addLpm } from '../../../../core/services/lpm/add.ts';
import { openLibraryLpm, requireLpm } from '../../../../core/services/lpm/encoder.ts';
import type { ServiceContext } from '../../../../core/services/session/context.ts';
import { startingParameters } from '../../../../core/services/training/network.ts';
import { modelByName, modelWeights } from '../../../../core/store/index.ts';
import { testServices, writeStudies, writeTinyLpm } from '../../../support/made-studies.ts';
import { firstDifference } from '../../../support/numbers.ts';
import { processorLine } from '../../../support/processor.ts';
import { repositoryRoot } from '../../../support/shared.ts';
import { temporaryFolder } from '../../../support/temporary.ts';

interface TrainedRow {
  readonly sha256: string;
  readonly epochs: readonly number[][];
  /** Where it was made; on the file's own processor where left out. */
  readonly processor?: string;
}

interface Golden {
  readonly processor: string;
  /** SHA-256 of the parameters before the first step. */
  readonly start: Readonly<Record<Method, string>>;
  /** SHA-256 of the weights after the last epoch, and [training loss, validation loss, gradient norm] of each epoch. */
  readonly trained: Readonly<Record<Method, TrainedRow>>;
}

const golden = JSON.parse(readFileSync(join(repositoryRoot, 'test/golden/weights.json'), 'utf8')) as Golden;

const inputSize = 224;

function sha256(values: Float32Array): string {
  const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  return createHash('sha256').update(bytes).digest('hex');
}

async function prepared(): Promise<ServiceContext> {
  const folder = temporaryFolder();
  const labels = writeStudies(join(folder, 'studies'), 16);
  writeTinyLpm(join(folder, 'lpm'));
  const context = await testServices(join(folder, 'library'));
  await importPaths(context, { paths: [join(folder, 'studies')], dataset: 'discs', labels });
  await addLpm(context, { path: join(folder, 'lpm'), name: 'tiny' });
  return context;
}

describe('the golden weights', () => {
  test('of every method start as in the golden file, on every machine', async () => {
    const context = await prepared();
    const lpm = openLibraryLpm(context, requireLpm(context, 'tiny'));
    const found = Object.fromEntries(
      methods.map((method) => {
        const config = networkConfig(lpm.config, { method, classes: 3, inputSize });
        return [method, sha256(startingParameters(config, { seed: 5 }, lpm))];
      }),
    );
    lpm.close();
    expect(found).toEqual(golden.start);
  });

  test.each(methods)('of %s after three epochs are those of the golden file', async (method) => {
    const context = await prepared();
    const options = { dataset: 'discs', lpm: 'tiny', inputSize, epochs: 3, batch: 8, lr: 1e-3, method, name: method };
    const { epochs } = await trainModel(context, options);
    const { db } = context.library;
    const weights = modelWeights(db, modelByName(db, method)?.id ?? 0, 'final') ?? new Float32Array();
    const figures = epochs.map((e) => [e.trainLoss, e.valLoss ?? Number.NaN, e.gradientNorm ?? Number.NaN]);
    const found = { sha256: sha256(weights), epochs: figures };
    const { processor = golden.processor, ...expected } = golden.trained[method];
    if (processorLine() === processor) expect(found).toEqual(expected);
    expect(
      firstDifference(figures.flat(), golden.trained[method].epochs.flat(), { absolute: 0, relative: 1e-4 }),
      `another processor (${processorLine()}) than the golden file's: figures are compared, not bits`,
    ).toBeUndefined();
  });
});
