/** Which of what was said in training stands on the model card. */
import { expect, test } from 'vitest';
import type { JobWarning, ModelRecord } from '../../../../core/contract/index.ts';
import { modelCard } from '../../../../core/services/evaluation/judge-card.ts';
import { addJob, keepJobWarning, modelByName, runByName, setRunOfJob } from '../../../../core/store/index.ts';
import { judgedModel, madeCases, testVersion } from '../../../support/judged-models.ts';
import { temporaryLibrary, testTime } from '../../../support/library.ts';
import { testContext } from '../../../support/studies.ts';

test('a card says what its own training left out, not how much memory was free then, nor which method failed after it', () => {
  const library = temporaryLibrary();
  const db = library.writer;
  const cases = madeCases(20);
  judgedModel(library, 'm', testVersion(library, cases), cases, 1);
  const run = runByName(db, (modelByName(db, 'm') as ModelRecord).run)?.id ?? 0;
  const job = addJob(db, 'compare', { dataset: 'demo', lpm: 'tiny' }, testTime);
  const cause = { code: '', message: 'It is broken.', action: '' };
  const own: JobWarning = { code: 'imagesLeftOut', of: 'training', images: 2, cause };
  const memory = { inputSize: 512, neededBytes: 3e9, freeBytes: 1e9 };
  setRunOfJob(db, job, run);
  keepJobWarning(db, job, own, testTime);
  keepJobWarning(db, job, { code: 'littleMemory', lpm: 'tiny', ...memory }, testTime);
  keepJobWarning(db, job, { code: 'methodLeftOut', method: 'lora', training: 1, cause }, testTime);
  expect(modelCard(testContext(library), 'm').warnings).toEqual([own]);
});
