/**
 * Who taught a model. A model that was trained on from where another one ended knows whom that one learned from, too; and a person who is filed under
 * another ID since is the same person. So people are told by their images, wherever those are filed now.
 */
import type { InstanceId, JobWarning, PatientId, RunRecord, SplitName } from '../../contract/index.ts';
import { filedNow, type ReadDb, trainedOnFrom, versionImages, versionsBehind } from '../../store/index.ts';

/** What teaches a model: training, and validation, which chooses the epoch and the threshold. */
const isTaught = (split: SplitName): boolean => split !== 'test';

/** Images that taught the models whose weights a run begins with, and whose each is now; none where it begins anew. */
export function taughtBefore(
  db: ReadDb,
  runId: number,
  teaches: (split: SplitName) => boolean = isTaught,
): ReadonlyMap<InstanceId, PatientId> {
  const before = versionsBehind(db, runId);
  const filed = filedNow(db, before);
  const images = before.flatMap((version) => versionImages(db, version).filter(({ split }) => teaches(split)));
  return new Map(
    images.flatMap(({ instanceId }): [InstanceId, PatientId][] => {
      const patient = filed.get(instanceId);
      return patient === undefined ? [] : [[instanceId, patient]];
    }),
  );
}

/** Whose images these are; those of nobody are left out. */
export function peopleOf(
  images: Iterable<InstanceId>,
  patientOf: (image: InstanceId) => PatientId | undefined,
): ReadonlySet<PatientId> {
  return new Set([...images].map(patientOf).filter((patient) => patient !== undefined));
}

/**
 * What a run that trains another model on must say: that people whom it is judged by have taught the weights that it begins with. Test patients stay test
 * patients, so there are none unless patients became one since, or a file gave somebody another part.
 */
export function startWarnings(db: ReadDb, run: Pick<RunRecord, 'id' | 'datasetVersionId'>): JobWarning[] {
  const parent = trainedOnFrom(db, run.id);
  if (parent === undefined) return [];
  const filed = filedNow(db, [run.datasetVersionId]);
  return (['test', 'val'] as const).flatMap((part): JobWarning[] => {
    // The weights of its end learned from those of training alone; whom validation chose by is no stranger to the model, either.
    const before = taughtBefore(db, run.id, part === 'test' ? isTaught : (split) => split === 'train');
    const taught = peopleOf(before.keys(), (image) => before.get(image));
    const asked = versionImages(db, run.datasetVersionId, part).map(({ instanceId }) => instanceId);
    const patients = [...peopleOf(asked, (image) => filed.get(image))].filter((patient) => taught.has(patient)).length;
    return patients === 0 ? [] : [{ code: 'startKnowsPatients', model: parent.name, part, patients }];
  });
}
