/** The library that the code of commit 2fb3ab2 made: see test/fixtures/library-2fb3ab2/README.md. */
import { cpSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Method } from '../../core/contract/index.ts';
import { repositoryRoot } from './shared.ts';
import { temporaryFolder } from './temporary.ts';

const fixture = join(repositoryRoot, 'test', 'fixtures', 'library-2fb3ab2');

/** Its models, by name. */
export const earlierModels: Readonly<Record<string, Method>> = {
  'fpt-plus': 'fpt+',
  fpt: 'fpt',
  'side-only': 'side-only',
  linear: 'linear',
  full: 'full',
};

/** The images that its results are of. */
export const earlierImages = join(fixture, 'new');

/** A copy of the library's folder, which goes with the test. */
export function earlierLibrary(): string {
  const folder = join(temporaryFolder(), 'library');
  cpSync(join(fixture, 'library'), folder, { recursive: true });
  return folder;
}

/** The CSV text that a model of it gave then; paths are those below the fixture's folder. */
export function earlierResults(model: string): string {
  return readFileSync(join(fixture, 'results', `${model}.csv`), 'utf8');
}

/** CSV text with paths as `earlierResults` has them. */
export function withFixturePaths(text: string): string {
  return text.replaceAll(`${fixture}/`, '');
}

/** What else was noted then. */
export const earlierFacts = JSON.parse(readFileSync(join(fixture, 'results', 'run.json'), 'utf8')) as {
  readonly processor: string;
  /** SHA-256 of each model's weights; `unfinished`: of the stopped training, had nothing stopped it. */
  readonly hashes: Readonly<Record<string, string>>;
};

/** Names and shapes of each model's parameters, as the code of then had them. */
export const earlierLayouts = JSON.parse(readFileSync(join(fixture, 'results', 'layouts.json'), 'utf8')) as Readonly<
  Record<string, readonly { readonly name: string; readonly shape: readonly number[] }[]>
>;
