/** One picture of the demo, as the numbers a detector would store. */
import { Random } from '../../base/random.ts';
import { type Place, paintMass, paintSpecks, placeInside } from './findings.ts';
import type { DemoClass, DemoStudy, StudyPlan } from './plan.ts';
import type { TissueImage } from './tissue.ts';
import { drawStyle, paintTissue } from './tissue.ts';

/** Twelve bits stored in sixteen. */
export const bitsStored = 12;

/** Pixels of one image: unsigned 12-bit values, row by row, and which side the breast is on. */
export interface DemoPicture {
  readonly size: number;
  readonly pixels: Uint16Array;
  readonly laterality: 'L' | 'R';
  /** The range that holds the tissue, for the DICOM window. */
  readonly windowCenter: number;
  readonly windowWidth: number;
  /** Where to look: the finding, or some place in the tissue when there is none. */
  readonly focus: Place;
}

const paintFinding: Readonly<Record<DemoClass, (image: TissueImage, random: Random) => Place>> = {
  normal: (image, random) => placeInside(image, random, 0.15),
  specks: paintSpecks,
  mass: paintMass,
};

/** Paints image `index` (from 0) of a study; the same seed and plan give the same pixels in any order of calls. */
export function paintPicture(seed: number, plan: StudyPlan, index: number, size: number): DemoPicture {
  return paintWith(seed, plan, { index, size }, (image, own) => paintFinding[plan.label](image, own.fork(plan.label)));
}

/** One picture of a study: the tissue of its patient, with what `paint` puts into it, which says where to look. */
export function paintWith(
  seed: number,
  plan: DemoStudy,
  { index, size }: { readonly index: number; readonly size: number },
  paint: (image: TissueImage, own: Random) => Place,
): DemoPicture {
  const patient = Random.seeded(seed).fork(`patient ${plan.patient}`);
  const own = patient.fork(`study ${plan.study} image ${index}`);
  const image = paintTissue(size, drawStyle(patient.fork('style')), own.fork('tissue'));
  const focus = paint(image, own);

  const top = 2 ** bitsStored - 1;
  const pixels = new Uint16Array(size * size);
  for (let i = 0; i < pixels.length; i++) {
    pixels[i] = Math.min(top, Math.max(0, Math.round((image.data[i] as number) * top)));
  }
  return { size, pixels, laterality: image.mirrored ? 'L' : 'R', windowCenter: 2048, windowWidth: 3900, focus };
}
