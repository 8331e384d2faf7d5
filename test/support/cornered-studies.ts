/**
 * Studies of a bright body on a dark ground, in which the ill have either a disc in the body or, where it is planted, nothing but a bright square
 * in the top right corner of the image: what a model can learn is known.
 */
import { Random } from '../../core/base/random.ts';
import { writePatients, writePlate } from './made-studies.ts';

const size = 224;

/** What tells the ill from the healthy. */
export type Sign = 'disc in the body' | 'square in the corner';

/** Writes `patients` patients with one image each and `labels.csv`; every second one is ill. @returns the path of the labels file */
export function writeCorneredStudies(folder: string, patients: number, sign: Sign): string {
  return writePatients(folder, patients, (p) => {
    const isIll = p % 2 === 1;
    const files = [[`p${p}/image.dcm`, madeFile(p, isIll, sign)] as const];
    return { patientID: `C-${p}`, label: isIll ? 'ill' : 'healthy', files };
  });
}

function madeFile(p: number, isIll: boolean, sign: Sign): Uint8Array {
  const random = Random.seeded(p).fork('cornered');
  const pixels = new Uint16Array(size * size);
  const [cx, cy] = [112 + random.uniform(-6, 6), 116 + random.uniform(-6, 6)];
  const [rx, ry] = [random.uniform(62, 72), random.uniform(76, 86)];
  const [dx, dy] = [cx + random.uniform(-25, 25), cy + random.uniform(-30, 30)];
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      const isBody = ((x - cx) / rx) ** 2 + ((y - cy) / ry) ** 2 < 1;
      const isDisc = isIll && sign === 'disc in the body' && (x - dx) ** 2 + (y - dy) ** 2 < 22 ** 2;
      const isSquare = isIll && sign === 'square in the corner' && x >= 192 && x < 216 && y >= 8 && y < 32;
      const level = isSquare ? 3800 : isDisc ? 3400 : isBody ? 1900 : 300;
      pixels[y * size + x] = Math.min(4095, Math.max(0, Math.round(level + 60 * random.normal())));
    }
  }
  return writePlate({
    ...{ uid: `1.2.826.0.1.3680043.10.999.88.${p}`, patientID: `C-${p}`, modality: 'DX', size, pixels },
    // Every class has images of both devices.
    ...{ manufacturerModelName: `Model ${Math.floor(p / 2) % 2}` },
  });
}
