/** As gone.test.ts, of evidence, which the window alone asks for. No engine is opened for it. */
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { InstanceId } from '../../../../core/contract/index.ts';
import { findEvidence } from '../../../../core/services/evaluation/evidence.ts';
import { testServices } from '../../../support/made-studies.ts';
import { temporaryFolder } from '../../../support/temporary.ts';
import { appErrorFrom } from '../../../support/thrown.ts';
import { harmLpm, type LpmHarm, lpmHarms, makeTrainedLibrary } from '../../../support/trained-library.ts';

const methods = ['attentive', 'lora'] as const;
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'sidelight-gone-'));
  makeTrainedLibrary(folder, methods);
}, 120_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test.each(Object.keys(lpmHarms))('where %s, evidence says so and what to do', async (name) => {
  const library = join(temporaryFolder(), 'library');
  cpSync(join(folder, 'library'), library, { recursive: true });
  const harm = lpmHarms[name] as LpmHarm;
  harmLpm(library, harm);
  const context = await testServices(library);
  const { id: instanceId } = context.library.db.get<{ id: InstanceId }>('SELECT min(id) AS id FROM instances') as {
    id: InstanceId;
  };
  for (const model of methods) {
    const error = await appErrorFrom(findEvidence(context, { model, instanceId }));
    expect([model, error.message]).toEqual([model, expect.stringMatching(harm.says)]);
    expect(error.action).toContain('`sidelight lpm add PATH`');
  }
});
