/** Models whose answers on a data set's test patients are made up, so that what a comparison must find is known. */
import { createHash } from 'node:crypto';
import { Random } from '../../core/base/random.ts';
import {
  addInstance,
  addToDataset,
  addVersion,
  ensureDataset,
  instanceByUid,
  type Library,
  saveEvaluation,
} from '../../core/store/index.ts';
import { addModelOf, madeInstance, testTime } from './library.ts';

/** A case: its truth, and the sex of its patient. */
export interface MadeCase {
  readonly isIll: boolean;
  readonly sex: 'F' | 'M';
}

/** `n` patients with one study each, every second one ill, the first half women. */
export const madeCases = (n: number): MadeCase[] =>
  Array.from({ length: n }, (_, i) => ({ isIll: i % 2 === 1, sex: i < n / 2 ? 'F' : 'M' }));

/** A version of the data set `name` whose images are all for testing; gives its row id. `studyOf` says which study, and patient, an image belongs to. */
export function testVersion(
  library: Library,
  cases: readonly MadeCase[],
  name = 'demo',
  studyOf = (image: number): number => image,
): number {
  const db = library.writer;
  return db.transaction(() => {
    const dataset = ensureDataset(db, name, 'middle', testTime);
    const images = cases.map(({ isIll, sex }, n) => {
      const instance = madeInstance(n, {
        ...(name === 'demo' ? {} : { patientKey: `${name}-${studyOf(n)}`, studyInstanceUID: `1.9.${studyOf(n)}` }),
        ...(name === 'demo' ? {} : { seriesInstanceUID: `1.9.${studyOf(n)}.1`, sopInstanceUID: `1.9.${n}.1.1` }),
      });
      const known = instanceByUid(db, instance.sopInstanceUID);
      const id = known?.id ?? addInstance(db, instance, testTime).id;
      if (known === undefined) addToDataset(db, dataset.id, id, testTime);
      const at = db.get<{ studyId: number; patientId: number }>(
        'SELECT s.study_id AS studyId, st.patient_id AS patientId FROM instances i JOIN series s ON s.id = i.series_id JOIN studies st ON st.id = s.study_id WHERE i.id = :id',
        { id },
      );
      db.run('UPDATE patients SET patient_sex = :sex WHERE id = :id', { sex, id: at?.patientId ?? 0 });
      return {
        ...{ instanceId: id, frame: 0, patientId: at?.patientId as never, studyId: at?.studyId as never },
        ...{ classIndex: isIll ? 1 : 0, split: 'test' as const },
      };
    });
    return addVersion(
      db,
      {
        datasetId: dataset.id,
        contentHash: createHash('sha256')
          .update(JSON.stringify([name, cases]))
          .digest('hex'),
        seed: 0,
        classes: ['healthy', 'ill'],
        images,
      },
      testTime,
    );
  });
}

/**
 * A model of a version that was evaluated on its test cases: its logits are the truth times `skill` plus noise, which is the same for every model
 * with the same `seed`. `skill` may depend on the case.
 */
export function judgedModel(
  library: Library,
  name: string,
  versionId: number,
  cases: readonly MadeCase[],
  skill: number | ((made: MadeCase) => number),
  seed = 1,
): void {
  const modelId = addModelOf(library, name, versionId, ['healthy', 'ill'], {
    threshold: 0.5,
    thresholdClass: 'ill',
  });
  const random = Random.seeded(seed);
  const images = cases.map((made, position) => {
    const own = typeof skill === 'number' ? skill : skill(made);
    return { position, logits: Float32Array.of(0, (made.isIll ? own : -own) + random.normal()) };
  });
  saveEvaluation(library.writer, { modelId, split: 'test', images }, testTime);
}
