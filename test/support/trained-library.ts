/** A library with an LPM and models that stand on it, made by commands: each in a process of its own, for an engine many times in one costs it its life. */
import { readdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Method } from '../../core/contract/index.ts';
import { openLibrary } from '../../core/store/index.ts';
import { runCommand } from './command.ts';
import { writeStudies, writeTinyLpm } from './made-studies.ts';

/** Options of a training that takes a second; what `train` is told besides data set and name. */
export const quickTraining = ['--lpm', 'tiny', '--input-size', '224', '--epochs', '1', '--batch', '4'] as const;

/** Makes `library` in a folder, beside the `studies` and the `lpm` that it was made of, with a model of each method that bears its name. */
export function makeTrainedLibrary(folder: string, methods: readonly Method[]): void {
  const labels = writeStudies(join(folder, 'studies'), 12);
  writeTinyLpm(join(folder, 'lpm'));
  const run = (...args: string[]): void => {
    const { status, stderr } = runCommand({ library: join(folder, 'library') }, ...args);
    if (status !== 0) throw new Error(`${args[0]}: ${stderr}`);
  };
  run('import', join(folder, 'studies'), '--dataset', 'discs', '--labels', labels);
  run('lpm', 'add', join(folder, 'lpm'), '--name', 'tiny');
  for (const method of methods) run('train', 'discs', '--method', method, '--name', method, ...quickTraining);
}

/** What may become of a library's only LPM while nobody looks, and what is said of it then, whoever needs it. */
export interface LpmHarm {
  harm(lpm: string, library: string): void;
  readonly says: RegExp;
}

const isDamaged = /^The file of the LPM "tiny" in the library is damaged: .+/;

export const lpmHarms: Readonly<Record<string, LpmHarm>> = {
  'its folder is gone': {
    harm: (lpm) => rmSync(lpm, { recursive: true }),
    says: /^The file of the LPM "tiny" is no longer in the library\.$/,
  },
  'its weights are gone': { harm: (lpm) => rmSync(join(lpm, 'model.safetensors')), says: isDamaged },
  'its weights were cut': { harm: (lpm) => truncateSync(join(lpm, 'model.safetensors'), 5000), says: isDamaged },
  'its configuration became something else': {
    harm: (lpm) => writeFileSync(join(lpm, 'config.json'), 'no JSON'),
    says: isDamaged,
  },
  'its row is gone': {
    harm: (_, folder) => {
      const library = openLibrary(folder, { mode: 'write' });
      library.writer.run('DELETE FROM lpms');
      library.close();
    },
    says: /was trained with the LPM [0-9a-f]{12}…, which this library does not have\.$|^There is no LPM "tiny"/,
  },
};

/** Does harm to the only LPM of a library. */
export function harmLpm(library: string, { harm }: LpmHarm): void {
  const lpms = join(library, 'lpm');
  const [hash] = readdirSync(lpms);
  if (hash === undefined) throw new Error('an LPM was added');
  harm(join(lpms, hash), library);
}
