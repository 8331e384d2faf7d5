/** A library whose LPM is gone or damaged while models stand on it: each command that needs it says so in one error, with what mends it. */
import { cpSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runCommand } from '../../../support/command.ts';
import { temporaryFolder } from '../../../support/temporary.ts';
import {
  harmLpm,
  type LpmHarm,
  lpmHarms,
  makeTrainedLibrary,
  quickTraining,
} from '../../../support/trained-library.ts';

const methods = ['attentive', 'lora'] as const;
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'sidelight-gone-'));
  makeTrainedLibrary(folder, methods);
}, 120_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Commands that need the LPM of a model, as a user gives them. */
function asked(method: (typeof methods)[number], out: string): readonly (readonly string[])[] {
  return [
    ['classify', join(folder, 'studies'), '--model', method, '--out', out],
    ['evaluate', method],
    ['replay', method],
    ['train', 'discs', '--method', method, '--name', 'next', '--seed', '9', ...quickTraining],
  ];
}

const cases = [
  ...Object.keys(lpmHarms).map((harm) => [harm, 'attentive'] as const),
  // Another way through the code: the LPM's weights are part of what is trained.
  ...(['its folder is gone', 'its weights were cut'] as const).map((harm) => [harm, 'lora'] as const),
];

test.each(cases)(
  'where %s, what needs it for %s says so and what to do; nothing is written',
  (name, method) => {
    const library = join(temporaryFolder(), 'library');
    cpSync(join(folder, 'library'), library, { recursive: true });
    const harm = lpmHarms[name] as LpmHarm;
    harmLpm(library, harm);
    const out = join(library, 'results.csv');
    for (const [command = '', ...args] of asked(method, out)) {
      const { status, stderr, json } = runCommand({ library }, command, ...args);
      const { error } = json as { readonly error?: { readonly message: string; readonly action: string } };
      expect([command, status, error?.message]).toEqual([command, 1, expect.stringMatching(harm.says)]);
      expect(error?.action).toContain('`sidelight lpm add PATH`');
      expect(stderr).not.toMatch(/report|^ +at /m);
    }
    expect(existsSync(out)).toBe(false);
    const models = runCommand({ library }, 'models').json as unknown as readonly { readonly name: string }[];
    expect(models.map((model) => model.name).toSorted()).toEqual([...methods]);
  },
  120_000,
);

test('the LPM added again mends it, whatever of it was gone', () => {
  const library = join(temporaryFolder(), 'library');
  cpSync(join(folder, 'library'), library, { recursive: true });
  harmLpm(library, lpmHarms['its folder is gone'] as LpmHarm);
  expect(runCommand({ library }, 'lpm', 'add', join(folder, 'lpm')).status).toBe(0);
  for (const args of asked('attentive', join(library, 'results.csv'))) {
    expect([args[0], runCommand({ library }, ...args).status]).toEqual([args[0], 0]);
  }
}, 120_000);
