/**
 * Which studies the demo makes: patients, classes, images, decided by one seed before a pixel is painted.
 *
 * Classes are dealt to studies, not to patients, so that knowing a patient's tissue says nothing about the class; every
 * class gets the same number of studies. A patient has one to three studies, and one study in eight has two images.
 */
import { Random } from '../../base/random.ts';

export const demoClasses = ['normal', 'specks', 'mass'] as const;
export type DemoClass = (typeof demoClasses)[number];

/** One study to make. `patient` and `study` count from 1; `dayOffset` spreads the dates of a patient's studies. */
export interface DemoStudy {
  readonly patient: number;
  readonly study: number;
  readonly images: number;
  readonly dayOffset: number;
}

/** A study of one class out of three. */
export interface StudyPlan extends DemoStudy {
  readonly label: DemoClass;
}

/** The plan of `count` studies (a multiple of the class count gives equal classes), numbered from patient `firstPatient`. */
export function planStudies(seed: number, count: number, firstPatient = 1): StudyPlan[] {
  const random = Random.seeded(seed).fork('plan');
  const labels = random.shuffled(
    Array.from({ length: count }, (_, i) => demoClasses[i % demoClasses.length] as DemoClass),
  );
  const studies: StudyPlan[] = [];
  for (let patient = firstPatient; studies.length < count; patient++) {
    const u = random.uniform();
    const own = u < 0.6 ? 1 : u < 0.88 ? 2 : 3;
    let dayOffset = random.integer(600);
    for (let study = 1; study <= own && studies.length < count; study++) {
      const label = labels[studies.length] as DemoClass;
      studies.push({ patient, study, label, images: random.uniform() < 0.125 ? 2 : 1, dayOffset });
      dayOffset += 120 + random.integer(400);
    }
  }
  return studies;
}
