/** A library with a trained and evaluated model, for windows that show one. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { evaluateModel } from '../../../core/services/evaluation/evaluate.ts';
import { importPaths } from '../../../core/services/import/import.ts';
import { trainModel } from '../../../core/services/jobs/train.ts';
import { addLpm } from '../../../core/services/lpm/add.ts';
import { openTestServices, writeTinyLpm } from '../../support/made-studies.ts';
import { writeMarkedStudies } from '../../support/marked-studies.ts';

export interface JudgedLibrary {
  readonly library: string;
  remove(): void;
}

/** Models `corner` (FPT+, evaluated on validation cases) and `corner-linear` over 60 made-up patients. */
export async function judgedLibrary(): Promise<JudgedLibrary> {
  const folder = mkdtempSync(join(tmpdir(), 'sidelight-judged-'));
  const labels = writeMarkedStudies(join(folder, 'studies'), 60);
  writeTinyLpm(join(folder, 'lpm'));
  const library = join(folder, 'library');
  const { context, close } = await openTestServices(library);
  try {
    await importPaths(context, { paths: [join(folder, 'studies')], dataset: 'marks', labels });
    await addLpm(context, { path: join(folder, 'lpm'), name: 'tiny' });
    const base = { dataset: 'marks', lpm: 'tiny', inputSize: 224, batch: 8, lr: 1e-2, tokenRatio: 1 } as const;
    await trainModel(context, { ...base, method: 'linear', name: 'corner-linear', epochs: 1, lr: 1e-4 });
    // As models of before trainings kept what they say of the validation images: its evaluation is to be asked for.
    context.library.writer.run(`DELETE FROM evaluations`);
    await trainModel(context, { ...base, method: 'fpt+', name: 'corner', epochs: 60 });
    await evaluateModel(context, { model: 'corner', split: 'val' });
  } finally {
    await close();
  }
  return { library, remove: () => rmSync(folder, { recursive: true, force: true }) };
}
