/** Evaluated models whose data sets ask several findings, or for a number, without an engine: what they said is given. */
import type { InstanceId, PatientId, SplitName, StudyId, TargetKind, VersionImage } from '../../core/contract/index.ts';
import {
  addInstance,
  addToDataset,
  addVersion,
  ensureDataset,
  type Library,
  saveEvaluation,
} from '../../core/store/index.ts';
import { addModelOf, madeInstance, testTime } from './library.ts';

export interface AskedCase {
  /** As frozen versions have them. */
  readonly values: VersionImage['values'];
  /** The place of its name, where a label is one of the names. */
  readonly classIndex?: number;
  readonly logits: readonly number[];
  /** Cases of the same number are images of one study; left out, each is one of its own. */
  readonly study?: number;
  /** Cases of the same number are frames of one instance, in their order; left out, each is an instance of its own. */
  readonly clip?: number;
}

/**
 * The model `m` of a data set `asked` with one image or frame a case, all of one split, evaluated on it.
 * @returns its row id
 */
export function evaluatedModel(
  library: Library,
  asked: {
    readonly target: TargetKind;
    readonly names: readonly string[];
    readonly cases: readonly AskedCase[];
    readonly thresholds?: readonly number[];
    readonly labelScale?: { readonly mean: number; readonly deviation: number };
    readonly split?: SplitName;
  },
): number {
  const { target, names, cases, split = 'test', thresholds, labelScale } = asked;
  const db = library.writer;
  return db.transaction(() => {
    const dataset = ensureDataset(db, 'asked', 'middle', testTime, target);
    const clips = new Map<number, { readonly id: InstanceId; readonly frames: number }>();
    const images = cases.map(({ values, study, clip, classIndex = null }, n) => {
      const own = study ?? n;
      const known = clip === undefined ? undefined : clips.get(clip);
      const made = madeInstance(clip ?? n, {
        patientKey: `patient-${own}`,
        studyInstanceUID: `1.2.3.${own}`,
        seriesInstanceUID: `1.2.3.${own}.1`,
      });
      const { id: instanceId, frames: frame } = known ?? { id: addInstance(db, made, testTime).id, frames: 0 };
      if (clip !== undefined) clips.set(clip, { id: instanceId, frames: frame + 1 });
      addToDataset(db, dataset.id, instanceId, testTime);
      const [ids] = db.all<{ studyId: StudyId; patientId: PatientId }>(
        `SELECT st.id AS studyId, st.patient_id AS patientId FROM instances i JOIN series s ON s.id = i.series_id
         JOIN studies st ON st.id = s.study_id WHERE i.id = :instanceId`,
        { instanceId },
      );
      if (ids === undefined) throw new Error('the instance is there');
      return { instanceId, frame, ...ids, classIndex, values, split };
    });
    const versionId = addVersion(
      db,
      {
        datasetId: dataset.id,
        contentHash: 'd'.repeat(64),
        seed: 0,
        classes: names,
        images,
      },
      testTime,
    );
    const id = addModelOf(library, 'm', versionId, names, {
      ...(thresholds === undefined ? {} : { findingThresholds: thresholds }),
      ...(labelScale === undefined ? {} : { labelScale }),
    });
    saveEvaluation(
      db,
      {
        modelId: id,
        split,
        images: cases.map(({ logits }, position) => ({ position, logits: Float32Array.from(logits) })),
      },
      testTime,
    );
    return id;
  });
}
