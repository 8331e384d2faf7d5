/** A library with the made studies, the tiny LPM and what a first training encodes, made once for a file; each test copies it. */
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import { importPaths } from '../../core/services/import/import.ts';
import { addLpm } from '../../core/services/lpm/add.ts';
import type { ServiceContext } from '../../core/services/session/context.ts';
import { evaluatedImages, evaluationsOf, modelByName } from '../../core/store/index.ts';
import { openTestServices, writeStudies, writeTinyLpm } from './made-studies.ts';
import { temporaryFolder } from './temporary.ts';

/**
 * Makes the library before the tests of a file, `discs` of 30 patients and the LPM `tiny`, and removes it after them.
 * @param train trains what every test begins with
 * @returns gives the folder of a copy
 */
export function madeFoldLibrary(train: (context: ServiceContext) => Promise<unknown>): () => string {
  const home = mkdtempSync(join(tmpdir(), 'sidelight-test-'));
  const made = join(home, 'library');
  beforeAll(async () => {
    const labels = writeStudies(join(home, 'studies'), 30);
    writeTinyLpm(join(home, 'lpm'));
    const { context, close } = await openTestServices(made);
    await importPaths(context, { paths: [join(home, 'studies')], dataset: 'discs', labels });
    await addLpm(context, { path: join(home, 'lpm'), name: 'tiny' });
    await train(context);
    await close();
  }, 120_000);
  afterAll(() => rmSync(home, { recursive: true, force: true }));
  return () => {
    const library = join(temporaryFolder(), 'library');
    cpSync(made, library, { recursive: true });
    return library;
  };
}

/** What was kept of the cross-validation of a model. */
export function outOfFold({ library: { db } }: ServiceContext, model: string) {
  const record = modelByName(db, model);
  const evaluation = evaluationsOf(db, record?.id ?? 0).find(({ split }) => split === 'cross-validation');
  return evaluatedImages(db, evaluation?.id ?? 0);
}
