/** Splits that labels files give: one a patient, also together with those that earlier files gave. */
import { counted } from '../../base/counted.ts';
import { AppError } from '../../base/errors.ts';
import type { ImagePlace, PatientId, SplitName } from '../../contract/index.ts';
import { datasetsOfStudy, type PatientMoves, type ReadDb, splitsOf } from '../../store/index.ts';

/** An image with its patient; row ids below zero are not in the library. */
type FiledImage = Pick<ImagePlace, 'instanceId' | 'studyId'> & { readonly patientId: PatientId };

/** What a data set has of a patient: DICOM studies, and pictures, which have none. */
export interface Held {
  readonly studies: number;
  readonly pictures: number;
}

/** How many patients had another part by an earlier file. */
export function changedSplits(db: ReadDb, datasetId: number, splits: ReadonlyMap<PatientId, SplitName>): number {
  return splitsOf(db, datasetId).filter(({ patientId, split, origin }) => {
    const now = splits.get(patientId);
    // Who was cut for validation out of the given training stays there when training is given again.
    const before = origin === 'cut' ? 'train' : split;
    return origin !== 'drawn' && now !== undefined && now !== before;
  }).length;
}

/**
 * Splits that earlier files gave can leak by the patients who are given now.
 * @throws SPLIT_LEAKS_PATIENT
 */
export function refuseEarlierLeaks(
  heldBy: (patientId: PatientId) => Held,
  datasetId: number,
  leaking: PatientMoves['leaking'],
  splits: ReadonlyMap<PatientId, SplitName>,
): void {
  const left = leaking.filter((found) => found.datasetId !== datasetId || !splits.has(found.patientId));
  if (left.length === 0) return;
  const listed = left.map(({ patientId, splits: found }) => [patientId, new Set(found)] as const);
  const { message, details = {} } = leak(heldBy, listed);
  throw new AppError(
    'SPLIT_LEAKS_PATIENT',
    message.replace('The given split puts', 'Splits that were given before put'),
    {
      action: 'Give these patients one split each in the same labels file that gives the patients, then import again.',
      details,
    },
  );
}

/**
 * The split that each patient is given.
 * @throws SPLIT_LEAKS_PATIENT
 */
export function splitsOfPatients(
  entries: readonly { readonly patientId: PatientId; readonly split: SplitName | null; readonly row?: number | null }[],
  heldBy: (patientId: PatientId) => Held,
): Map<PatientId, SplitName> {
  const given = new Map<PatientId, Set<SplitName>>();
  for (const { patientId, split } of entries) {
    if (split !== null) given.set(patientId, (given.get(patientId) ?? new Set<SplitName>()).add(split));
  }
  const leaking = [...given].filter(([, splits]) => splits.size > 1);
  if (leaking.length > 0) {
    const rowsOf = Map.groupBy(entries, ({ patientId }) => patientId);
    throw leak(heldBy, leaking, (patientId) => (rowsOf.get(patientId) ?? []).flatMap(({ row }) => row ?? []));
  }
  return new Map([...given].flatMap(([patientId, splits]) => [...splits].map((split) => [patientId, split] as const)));
}

/** Patients are spoken of by what there is of them, never by name: "1 patient with 3 studies (train and test)". */
function leak(
  heldBy: (patientId: PatientId) => Held,
  leaking: readonly (readonly [PatientId, ReadonlySet<SplitName>])[],
  rowsOf: (patientId: PatientId) => readonly number[] = () => [],
): AppError {
  const copies = leaking.filter(([patientId]) => isOnePicture(heldBy(patientId)));
  if (copies.length === leaking.length) return copiesInParts(copies, rowsOf);
  const groups = new Map<string, Held & { patients: number; splits: string }>();
  for (const [patientId, found] of leaking) {
    const { studies, pictures } = heldBy(patientId);
    const splits = [...found].sort().join(' and ');
    const key = `${studies} ${pictures} ${splits}`;
    groups.set(key, { patients: (groups.get(key)?.patients ?? 0) + 1, studies, pictures, splits });
  }
  const listed = [...groups.values()]
    .sort((a, b) => b.patients - a.patients || b.studies + b.pictures - a.studies - a.pictures)
    .map(({ patients, studies, pictures, splits }) => {
      const held = [
        ...(studies > 0 || pictures === 0 ? [`${studies} ${studies === 1 ? 'study' : 'studies'}`] : []),
        ...(pictures > 0 ? [`${pictures} picture${pictures === 1 ? '' : 's'}`] : []),
      ];
      const who = `${patients} patient${patients === 1 ? '' : 's'} with ${held.join(' and ')}`;
      return `${who}${patients === 1 ? '' : ' each'} (${splits})`;
    });
  const what = [...groups.values()].every(({ studies }) => studies === 0) ? 'pictures' : 'studies';
  return new AppError('SPLIT_LEAKS_PATIENT', `The given split puts patients on several sides: ${listed.join('; ')}.`, {
    action: `Give all ${what} of one patient the same split, or leave the column out.`,
    details: { patients: leaking.length, groups: [...groups.values()] },
  });
}

function isOnePicture({ studies, pictures }: Held): boolean {
  return studies === 0 && pictures === 1;
}

/** Rows that are named. */
const namedRows = 6;

/** Nobody has two pictures here: copies of a file are one picture, and public sets have some in several parts. */
function copiesInParts(
  copies: readonly (readonly [PatientId, ReadonlySet<SplitName>])[],
  rowsOf: (patientId: PatientId) => readonly number[],
): AppError {
  const rows = copies.flatMap(([patientId]) => rowsOf(patientId));
  const named = rows.slice(0, namedRows).join(', ') + (rows.length > namedRows ? ', …' : '');
  const parts = [...new Set(copies.flatMap(([, splits]) => [...splits]))].sort().join(' and ');
  const what = counted('en', copies.length, 'picture stands', 'pictures stand');
  return new AppError(
    'SPLIT_LEAKS_PATIENT',
    `${what} in several parts (${parts}), as copies of one file or under one name twice${rows.length === 0 ? '' : ` (rows ${named})`}.`,
    {
      action:
        'A model would be judged on pictures from which it learned. Take the copies out of all parts but one: files of the same size and content are the same picture, whatever they are called.',
      details: { patients: copies.length, rows: rows.slice(0, 100) },
    },
  );
}

/** Patients who would have several parts by earlier files, in any data set, once the images go to whom the file gives them. */
export function leaksOfMoves(
  db: ReadDb,
  before: readonly FiledImage[],
  after: readonly FiledImage[],
): PatientMoves['leaking'] {
  const sources = new Map<number, Map<PatientId, Set<PatientId>>>();
  const splits = new Map<number, Map<PatientId, SplitName>>();
  before.forEach((image, at) => {
    const to = after[at]?.patientId ?? image.patientId;
    if (to === image.patientId || image.instanceId < 0) return;
    for (const datasetId of datasetsOfStudy(db, image.studyId)) {
      if (!splits.has(datasetId)) {
        const given = splitsOf(db, datasetId).filter(({ origin }) => origin === 'given');
        splits.set(datasetId, new Map(given.map((row) => [row.patientId, row.split])));
      }
      const moved = sources.get(datasetId) ?? new Map<PatientId, Set<PatientId>>();
      sources.set(datasetId, moved.set(to, (moved.get(to) ?? new Set([to])).add(image.patientId)));
    }
  });
  return [...sources].flatMap(([datasetId, moved]) =>
    [...moved].flatMap(([patientId, from]) => {
      const found = [...new Set([...from].flatMap((one) => splits.get(datasetId)?.get(one) ?? []))];
      return found.length > 1 ? [{ datasetId, patientId, splits: found }] : [];
    }),
  );
}
