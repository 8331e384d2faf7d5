/** A library whose LPM is gone or damaged while models stand on it: each thing that needs it says so in one sentence, and adding it again mends it. */
import { cpSync, mkdtempSync, readdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { InstanceId, Method } from '../../../../core/contract/index.ts';
import { classifyPaths } from '../../../../core/services/classification/classify.ts';
import { evaluateModel } from '../../../../core/services/evaluation/evaluate.ts';
import { findEvidence } from '../../../../core/services/evaluation/evidence.ts';
import { modelCard } from '../../../../core/services/evaluation/judge-card.ts';
import { importPaths } from '../../../../core/services/import/import.ts';
import { trainModel } from '../../../../core/services/jobs/train.ts';
import { addLpm } from '../../../../core/services/lpm/add.ts';
import { replayModel } from '../../../../core/services/replay/replay.ts';
import type { ServiceContext } from '../../../../core/services/session/context.ts';
import { openTestServices, testServices, writeStudies, writeTinyLpm } from '../../../support/made-studies.ts';
import { temporaryFolder } from '../../../support/temporary.ts';
import { appErrorFrom } from '../../../support/thrown.ts';

const methods = ['lora', 'full', 'attentive'] as const;
let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sidelight-gone-'));
  const labels = writeStudies(join(folder, 'studies'), 12);
  writeTinyLpm(join(folder, 'lpm'));
  const { context, close } = await openTestServices(join(folder, 'library'));
  await importPaths(context, { paths: [join(folder, 'studies')], dataset: 'discs', labels });
  await addLpm(context, { path: join(folder, 'lpm'), name: 'tiny' });
  for (const method of methods) await trainModel(context, { ...training, method, name: method });
  await close();
}, 120_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const training = { dataset: 'discs', lpm: 'tiny', inputSize: 224, epochs: 1, batch: 4 } as const;

const unseen = (folder: string) => ({ paths: [join(folder, 'studies')] });

/** What needs the LPM of a model, or asks nothing of it, as a user asks for it. */
function asked(
  context: ServiceContext,
  folder: string,
  method: Method,
): Readonly<Record<string, () => Promise<unknown>>> {
  const [model, out] = [method, join(context.library.folder, `${method}.csv`)];
  const instanceId = context.library.db.get<{ id: InstanceId }>('SELECT min(id) AS id FROM instances')
    ?.id as InstanceId;
  return {
    classify: () => classifyPaths(context, { ...unseen(folder), model, out }),
    evaluate: () => evaluateModel(context, { model }),
    evidence: () => findEvidence(context, { model, instanceId }),
    replay: () => replayModel(context, { model }),
    train: () => trainModel(context, { ...training, seed: 9, method, name: `${method} again` }),
  };
}

interface Harm {
  harm(lpm: string, context: ServiceContext): unknown;
  readonly says: RegExp;
}

const damaged = /^The file of the LPM "tiny" in the library is damaged: .+/;
const harms: Readonly<Record<string, Harm>> = {
  'its folder is gone': {
    harm: (lpm) => rmSync(lpm, { recursive: true }),
    says: /^The file of the LPM "tiny" is no longer in the library\.$/,
  },
  'its weights are gone': { harm: (lpm) => rmSync(join(lpm, 'model.safetensors')), says: damaged },
  'its weights were cut': { harm: (lpm) => truncateSync(join(lpm, 'model.safetensors'), 5000), says: damaged },
  'its configuration became something else': {
    harm: (lpm) => writeFileSync(join(lpm, 'config.json'), 'no JSON'),
    says: damaged,
  },
  'its row is gone': {
    harm: (_, { library }) => library.writer.run('DELETE FROM lpms'),
    says: /was trained with the LPM [0-9a-f]{12}…, which this library does not have\.$|^There is no LPM "tiny"/,
  },
};

test.each(Object.keys(harms))(
  'where %s, whatever needs it says so and what to do; adding it again mends it',
  async (name) => {
    const library = join(temporaryFolder(), 'library');
    cpSync(join(folder, 'library'), library, { recursive: true });
    const context = await testServices(library);
    const lpms = context.library.path('lpm');
    const [hash] = readdirSync(lpms);
    const found = harms[name];
    if (hash === undefined || found === undefined) throw new Error('an LPM was added');
    found.harm(join(lpms, hash), context);

    const answered: string[] = [];
    for (const method of methods) {
      for (const [what, ask] of Object.entries(asked(context, folder, method))) {
        const error = await appErrorFrom(ask()).catch((thrown: Error) => {
          if (thrown.message !== 'the work did not fail') throw thrown;
          answered.push(`${what} with ${method}`);
        });
        if (error === undefined) continue;
        expect([what, method, error.message]).toEqual([what, method, expect.stringMatching(found.says)]);
        expect(error.action).toContain('`sidelight lpm add PATH`');
      }
    }
    // Where all of the LPM was trained, the model has it.
    expect(answered).toEqual(['classify with full', 'evidence with full']);
    expect(modelCard(context, 'full').model.name).toBe('full');

    expect(await addLpm(context, { path: join(folder, 'lpm'), name: 'tiny' })).toMatchObject({ name: 'tiny' });
    for (const method of methods) {
      const again = asked(context, folder, method);
      await again['evidence']?.();
      await classifyPaths(context, {
        ...unseen(folder),
        model: method,
        out: join(context.library.folder, `${method} again.csv`),
      });
    }
  },
);
