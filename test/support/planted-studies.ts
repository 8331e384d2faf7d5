/** Studies in which everything that names a patient is an unmistakable word: names, IDs, accession numbers, folders, files, private elements. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { Random } from '../../core/base/random.ts';
import { canaries, canaryFile } from './canaries.ts';
import { type MadePatient, writePatients, writePlate } from './made-studies.ts';
import { put } from './studies.ts';

const size = 48;
/** Twelve patients: enough for three splits of two classes. */
const patients = 12;

const wordsOf = (p: number): string[] => [`NAMECANARY${p}X`, `IDCANARY${p}X`, `FOLDERCANARY${p}X`, `FILECANARY${p}X`];

/** Every planted word: of the studies, and of the file that carries fifty-one identifiers in its elements. UIDs are left out. */
export const plantedWords: readonly string[] = [
  ...Array.from({ length: patients }, (_, p) => wordsOf(p)).flat(),
  'LABELSCANARY',
  'BROKENCANARY',
  'STRANGERCANARY',
  ...canaries.filter((word) => !/^[\d.]+$/.test(word)),
];

/** The ID of a planted patient. */
export function plantedPatient(p: number): string {
  return wordsOf(p)[1] ?? '';
}

export function plantedStudyUID(p: number): string {
  return `1.2.826.0.1.3680043.10.997.${p}`;
}

/** Writes the studies, one unreadable file and the labels file. Gives the path of the labels. */
export function writePlantedStudies(folder: string): string {
  put(folder, 'canary.dcm', canaryFile());
  put(folder, 'BROKENCANARY.dcm', canaryFile().subarray(0, 900));
  const planted = (p: number): MadePatient => {
    // One more has a label and no image.
    if (p === patients) return { patientID: 'STRANGERCANARY', label: 'disc', files: [] };
    const [name = '', id = '', place = '', file = ''] = wordsOf(p);
    const files = [[`${place}/${file}.dcm`, study(p, name, id)] as const];
    return { patientID: id, label: p % 2 === 1 ? 'disc' : 'normal', files };
  };
  return writePatients(folder, patients + 1, planted, 'LABELSCANARY.csv');
}

function study(p: number, name: string, id: string): Uint8Array {
  const random = Random.seeded(11).fork(id);
  const uid = plantedStudyUID(p);
  const pixels = Uint16Array.from({ length: size * size }, () =>
    Math.round(1500 + (p % 2) * 900 + 100 * random.normal()),
  );
  return writePlate({
    uid,
    patientID: id,
    patientName: `${name}^GIVEN`,
    modality: 'CR',
    hasWindow: false,
    size,
    pixels,
  });
}

/** The planted words in `bytes`, in any common text encoding. */
export function wordsIn(bytes: Uint8Array | string): string[] {
  const haystack = typeof bytes === 'string' ? Buffer.from(bytes) : Buffer.from(bytes);
  return plantedWords.filter((word) => haystack.includes(word, 0, 'latin1') || haystack.includes(word, 0, 'utf16le'));
}

/** `path: word` for each planted word in a name or in the bytes of a file below `folder`, except files that `skip` names. */
export function wordsBelow(folder: string, skip: (path: string) => boolean = () => false): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' }).flatMap((name) => {
    const path = join(folder, name);
    const inName = wordsIn(name);
    const inBytes = !statSync(path).isFile() || skip(name) ? [] : wordsIn(readFileSync(path));
    return [...inName, ...inBytes].map((word) => `${name}: ${word}`);
  });
}
