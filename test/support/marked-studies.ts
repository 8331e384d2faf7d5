/**
 * Studies in which a chequered square in one corner is all that tells the classes apart: what a model learns is known.
 * Black and white alternate from pixel to pixel, so that the square is plain grey in the side network's smaller image:
 * only the LPM can see it, and only the prompts can carry it to the answer.
 */
import { Random } from '../../core/base/random.ts';
import { writePatients, writePlate } from './made-studies.ts';

const size = 224;
/** The marker covers [left, left + side) across and [top, top + side) down: 4 by 4 patches of 16 at the top right. */
export const marker = { left: 144, top: 16, side: 64, imageSize: size } as const;

/**
 * Writes `patients` patients with one study each and `labels.csv` into `folder`; every second one has the marker.
 * @returns the path of the labels file
 */
export function writeMarkedStudies(folder: string, patients: number): string {
  return writePatients(folder, patients, (p) => {
    const isMarked = p % 2 === 1;
    const files = [[`p${p}/image.dcm`, markedFile(p, isMarked)] as const];
    return { patientID: `M-${p}`, label: isMarked ? 'marked' : 'plain', files };
  });
}

function markedFile(p: number, isMarked: boolean): Uint8Array {
  const random = Random.seeded(p).fork('marked');
  const uid = `1.2.826.0.1.3680043.10.999.77.${p}`;
  const pixels = new Uint16Array(size * size);
  const base = random.uniform(1800, 2200);
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      const inside =
        isMarked &&
        x >= marker.left &&
        x < marker.left + marker.side &&
        y >= marker.top &&
        y < marker.top + marker.side;
      pixels[y * size + x] = Math.round(
        Math.max(0, inside ? ((x + y) % 2 === 0 ? base + 1600 : base - 1600) : base + 60 * random.normal()),
      );
    }
  }
  // One maker writes its name in two ways, and of some devices nothing is known.
  const manufacturer = [null, 'Maker A', 'MAKER A', 'Maker B'][p % 4] ?? null;
  return writePlate({
    uid,
    patientID: `M-${p}`,
    modality: p % 3 === 0 ? 'DX' : 'CR',
    ...(manufacturer === null ? {} : { manufacturer }),
    size,
    pixels,
  });
}
