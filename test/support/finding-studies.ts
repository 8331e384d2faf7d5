/**
 * Studies with two findings that occur together or not: a bright square at the top right ("corner") and one at the bottom left ("foot").
 * What is known of a patient is drawn by formula: of some one finding is not known, of one it is uncertain.
 */
import { Random } from '../../core/base/random.ts';
import type { Mark } from '../../core/contract/index.ts';
import { addLabel, addToDataset, ensureDataset, type Library } from '../../core/store/index.ts';
import { testTime } from './library.ts';
import { writePlate } from './made-studies.ts';
import { put } from './studies.ts';

const size = 224;
const places = { corner: [144, 16], foot: [16, 144] } as const;
const side = 64;
export const findingNames = ['corner', 'foot'] as const;
type FindingName = (typeof findingNames)[number];

/** Whether patient `p` has a finding. */
export const hasFinding = (p: number, name: FindingName): boolean => (name === 'corner' ? p % 2 === 1 : p % 4 >= 2);

/** Writes `patients` patients with one study each into `folder`. */
export function writeFindingStudies(folder: string, patients: number): void {
  for (let p = 0; p < patients; p++) put(folder, `p${p}/image.dcm`, fileOf(p));
}

function fileOf(p: number): Uint8Array {
  const random = Random.seeded(p).fork('findings');
  const pixels = new Uint16Array(size * size);
  const base = random.uniform(1800, 2200);
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      const isInside = findingNames.some((name) => {
        const [left, top] = places[name];
        return hasFinding(p, name) && x >= left && x < left + side && y >= top && y < top + side;
      });
      pixels[y * size + x] = Math.round(base + 60 * random.normal() + (isInside ? 1600 : 0));
    }
  }
  return writePlate({ uid: uidOf(p), patientID: `F-${p}`, modality: 'CR', size, pixels });
}

const uidOf = (p: number): string => `1.2.826.0.1.3680043.10.999.78.${p}`;

/** Makes the data set `findings` of the imported studies: every fifth patient is not read for "foot", and the tenth is uncertain of it. */
export function labelFindings(library: Library, patients: number): void {
  labelEach(library, 'findings', 'finding', patients, (p) => {
    const mark = (name: FindingName): Mark => (hasFinding(p, name) ? 'present' : 'absent');
    return { corner: mark('corner'), ...(p % 5 === 0 ? {} : { foot: p === 10 ? 'uncertain' : mark('foot') }) };
  });
}

/** Makes the data set `numbers` of the imported studies: 10, and 30 more with a corner. */
export function labelNumbers(library: Library, patients: number): void {
  labelEach(library, 'numbers', 'quantity', patients, (p) => ({ size: hasFinding(p, 'corner') ? '40' : '10' }));
}

function labelEach(
  library: Library,
  name: string,
  target: 'finding' | 'quantity',
  patients: number,
  wordsOf: (p: number) => Readonly<Record<string, string>>,
): void {
  const db = library.writer;
  db.transaction(() => {
    const { id } = ensureDataset(db, name, 'middle', testTime, target);
    for (let p = 0; p < patients; p++) {
      const row = db.all<{ id: number }>(
        `SELECT i.id FROM instances i JOIN series s ON s.id = i.series_id JOIN studies st ON st.id = s.study_id
         JOIN patients pt ON pt.id = st.patient_id WHERE pt.patient_key = :key`,
        { key: `F-${p}` },
      )[0];
      const instance = row?.id as Parameters<typeof addToDataset>[2];
      addToDataset(db, id, instance, testTime);
      for (const [question, word] of Object.entries(wordsOf(p)))
        addLabel(db, id, { kind: 'instance', id: instance }, word, 'reader', testTime, question);
    }
  });
}
