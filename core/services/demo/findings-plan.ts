/**
 * The demo of several findings: studies with any of three, which occur together more often than by chance, and marks of which a share is not
 * known, as in most sets whose labels come from reports.
 */
import { Random } from '../../base/random.ts';
import type { Mark } from '../../contract/index.ts';
import { addLabel, datasetByName, studyIdOf } from '../../store/index.ts';
import { type ServiceContext, timeOf } from '../session/context.ts';
import { studyUidOf } from './dicom-file.ts';
import { type Place, paintClip, paintMass, paintSpecks, placeInside } from './findings.ts';
import { type DemoPicture, paintWith } from './picture.ts';
import { type DemoStudy, planStudies } from './plan.ts';
import type { TissueImage } from './tissue.ts';

export const demoFindings = ['mass', 'specks', 'clip'] as const;
export type DemoFinding = (typeof demoFindings)[number];

/** Of so many marks nobody has said anything. */
export const unknownShare = 0.3;

/** A study with its findings, and what is known of them; null is not known. */
export interface FindingsPlan extends DemoStudy {
  readonly present: readonly DemoFinding[];
  readonly marks: Readonly<Record<DemoFinding, Mark | null>>;
}

/** The plan of `count` studies, numbered from patient `firstPatient`: patients and images as in the other demo. */
export function planFindings(seed: number, count: number, firstPatient = 1): FindingsPlan[] {
  const random = Random.seeded(seed).fork('findings');
  const known = Random.seeded(seed).fork('marks');
  return planStudies(seed, count, firstPatient).map(({ label: _, ...study }) => {
    const hasMass = random.uniform() < 0.45;
    const hasSpecks = random.uniform() < (hasMass ? 0.6 : 0.25);
    const hasClip = random.uniform() < (hasMass ? 0.5 : 0.2);
    const has = { mass: hasMass, specks: hasSpecks, clip: hasClip };
    const marks = Object.fromEntries(
      demoFindings.map((name) => [name, known.uniform() < unknownShare ? null : has[name] ? 'present' : 'absent']),
    ) as FindingsPlan['marks'];
    return { ...study, present: demoFindings.filter((name) => has[name]), marks };
  });
}

const paint: Readonly<Record<DemoFinding, (image: TissueImage, random: Random) => Place>> = {
  mass: paintMass,
  specks: paintSpecks,
  clip: paintClip,
};

/** Paints image `index` (from 0) of a study with all its findings; the same seed and plan give the same pixels in any order of calls. */
export function paintFindings(seed: number, plan: FindingsPlan, index: number, size: number): DemoPicture {
  return paintWith(seed, plan, { index, size }, (image, own) =>
    plan.present.reduce<Place>(
      (_, name) => paint[name](image, own.fork(name)),
      placeInside(image, own.fork('nothing'), 0.15),
    ),
  );
}

/** Gives the studies of a data set in the library the marks that are known of them. @returns how many */
export function giveMarks(
  context: ServiceContext,
  dataset: string,
  seed: number,
  studies: readonly FindingsPlan[],
): number {
  const { writer } = context.library;
  return writer.transaction(() => {
    const row = datasetByName(writer, dataset);
    let given = 0;
    for (const plan of studies) {
      const id = studyIdOf(writer, studyUidOf(seed, plan));
      if (row === undefined || id === undefined) continue;
      for (const name of demoFindings) {
        const mark = plan.marks[name];
        if (mark === null) continue;
        addLabel(writer, row.id, { kind: 'study', id }, mark, 'demo', timeOf(context), name);
        given += 1;
      }
    }
    return given;
  });
}
