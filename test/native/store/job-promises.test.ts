import { expect, test } from 'vitest';
import { addJob, endJob, type JobMarks, markJob, promiseShares, startJob } from '../../../core/store/index.ts';
import { temporaryLibrary, testTime } from '../../support/library.ts';

test('trainings that ended say how they went against their promises, newest first', () => {
  const { writer: db } = temporaryLibrary();
  const train = (marks: JobMarks, payload: unknown = {}, state: 'succeeded' | 'failed' = 'succeeded'): void => {
    const id = addJob(db, 'train', payload, testTime);
    startJob(db, id, testTime);
    markJob(db, id, marks);
    endJob(db, id, state, {}, testTime);
  };
  const promise = (seconds: number) => ({ seconds, low: 0, high: 2 * seconds, stages: [], diskBytes: 0 });
  train({ promise: promise(100), ranSeconds: 90 });
  train({ promise: promise(20), ranSeconds: 30 });
  // Of seconds; without a promise; failed; with an engine that died; free to stop early.
  train({ promise: promise(5), ranSeconds: 20 });
  train({ ranSeconds: 20 });
  train({ promise: promise(100), ranSeconds: 1 }, {}, 'failed');
  train({ promise: promise(100), ranSeconds: 300, retries: 1 });
  train({ promise: promise(100), ranSeconds: 20 }, { earlyStop: 3 });
  expect(promiseShares(db, 5)).toEqual([1.5, 0.9]);
  expect(promiseShares(db, 1)).toEqual([1.5]);
});
