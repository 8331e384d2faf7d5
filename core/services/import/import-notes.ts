/** What an import tells besides its counts: whose pictures are, which patients were given, what became of splits and versions. */
import {
  alikeClasses,
  type ImportNote,
  type InstanceId,
  maybeUnknown,
  type PicturePatients,
  targetFacts,
} from '../../contract/index.ts';
import {
  datasetCounts,
  givenPatientCounts,
  type PatientMoves,
  patientsOfInstances,
  type ReadDb,
  splitsOf,
  splitsOfDataset,
  versionsOfEarlierPatients,
} from '../../store/index.ts';
import type { ShownClasses } from '../datasets/classes.ts';
import { alikePatients, alikePatientsNote } from '../patients/alike.ts';
import type { PartedNames } from '../patients/same-name.ts';
import { sharedPatient, sharedPatientNote } from '../patients/shared-patient.ts';
import type { ReplacedImages } from './replaced.ts';

export interface ImportFacts {
  readonly systemFiles: number;
  readonly pictures: ReadonlySet<InstanceId>;
  /** Those of them whose patient is named by a folder above them. */
  readonly byFolders: ReadonlySet<InstanceId>;
  /** Folders in which pictures lie. */
  readonly folders: ReadonlySet<string>;
  /** Pictures that another rule gave another patient. */
  readonly byRule: number;
  readonly rule: PicturePatients;
  /** Whether this import named the rule. */
  readonly isRuleNamed: boolean;
  readonly corrected: number;
  /** Studies that follow their corrected headers to another patient, and results that were made before. */
  readonly followed: { readonly studies: number; readonly results: number; readonly resized?: number };
  /** Patient IDs under which headers speak of two people. */
  readonly sharedIds: number;
  readonly replaced: ReplacedImages;
  /** Names of pictures without `_` that lie in several folders. */
  readonly parted: Pick<PartedNames, 'names' | 'pictures'>;
  /** Studies that the labels file moved to another patient; null where it gives none. */
  readonly studiesGiven: number | null;
  readonly moves: readonly PatientMoves[];
  readonly classes: ShownClasses;
  /** Columns of the labels file that hold words of a split and are none. */
  readonly unusedSplits: readonly { readonly name: string; readonly words?: readonly string[] }[];
  /** How the labels file was read, where nobody said it. */
  readonly labelNotes: readonly ImportNote[];
  /** Patients to whom an earlier file gave another part. */
  readonly splitsChanged: number;
  /** Rows of a labels file that has no labels in it; null for one that has. */
  readonly rowsWithoutLabels: number | null;
}

/** The notes of an import into this data set, in the order in which they are read. */
export function importNotes(db: ReadDb, datasetId: number, facts: ImportFacts): ImportNote[] {
  const notes: ImportNote[] = [];
  const note = (code: ImportNote['code'], values: ImportNote['values']): void => void notes.push({ code, values });
  const sum = (of: (moves: PatientMoves) => number): number => facts.moves.reduce((all, moves) => all + of(moves), 0);
  const given = givenPatientCounts(db, datasetId);
  // Pictures that all have a patient by a file leave nothing to a rule.
  if (facts.pictures.size > 0 && given.studies < datasetCounts(db, datasetId).studies) {
    const patients = patientsOfInstances(db, [...facts.pictures]);
    note('picturePatients', {
      ...{ pictures: facts.pictures.size, patients, folders: facts.folders.size, rule: facts.rule },
      ...(given.studies === 0 ? {} : { given: given.studies }),
      ...(facts.byFolders.size === 0 ? {} : { byFolders: facts.byFolders.size }),
      ...(facts.isRuleNamed ? { isNamed: 1 } : {}),
    });
  }
  const { names, pictures } = facts.parted;
  if (names > 0) note('samePictureNames', { names, pictures });
  if (facts.byRule > 0) note('patientsByRule', { pictures: facts.byRule, rule: facts.rule });
  if (facts.rowsWithoutLabels !== null) note('noLabelColumn', { rows: facts.rowsWithoutLabels });
  notes.push(...facts.labelNotes);
  if (facts.studiesGiven !== null) {
    note('patientsGiven', { ...given, moved: facts.studiesGiven });
  }
  // Studies may also follow what an import that was stopped had found.
  if (facts.corrected + facts.followed.studies > 0)
    note('headersCorrected', { files: facts.corrected, ...facts.followed });
  if (facts.replaced.files > 0) note('imagesReplaced', { ...facts.replaced });
  const handedDown = sum((moves) => moves.handedDown);
  if (handedDown > 0) note('handedDown', { labels: handedDown });
  if (facts.splitsChanged > 0) note('splitsChanged', { patients: facts.splitsChanged });
  const dealtAnew = sum((moves) => moves.dealtAnew + moves.leaking.length);
  if (dealtAnew > 0) note('dealtAnew', { patients: dealtAnew });
  const versions = sum((moves) => moves.studies) > 0 ? versionsOfEarlierPatients(db) : 0;
  if (versions > 0) note('earlierVersions', { versions });
  if (facts.sharedIds > 0) note('sharedIds', { ids: facts.sharedIds });
  notes.push(
    ...sharedPatientNote(sharedPatient(db, datasetId)),
    ...alikePatientsNote(alikePatients(db, datasetId)),
    ...unusedSplits(facts),
    ...splitNotes(db, datasetId),
    ...guessedPositive(facts),
    ...doubtfulClasses(facts.classes),
  );
  if (facts.systemFiles > 0) note('systemFiles', { files: facts.systemFiles });
  return notes;
}

/** A column that looks like a split and was not used as one. */
function unusedSplits({ unusedSplits: columns }: ImportFacts): ImportNote[] {
  if (columns.length === 0) return [];
  const said = columns.map(({ name, words = [] }) => `"${name}" (${words.map((word) => `"${word}"`).join(', ')})`);
  return [{ code: 'splitColumnUnused', values: { columns: said.join('; '), count: columns.length } }];
}

/** Two classes whose names do not tell which is positive: asked while there is time, not found in a report. */
function guessedPositive({
  classes: { dataset, classes, positiveClass, positiveClassSource },
}: ImportFacts): ImportNote[] {
  if (positiveClass === null || positiveClassSource !== 'alphabet') return [];
  const other = classes.find(({ name, labels }) => labels > 0 && name !== positiveClass)?.name;
  return other === undefined ? [] : [{ code: 'positiveGuessed', values: { name: positiveClass, other, dataset } }];
}

/** Classes whose names may say that nobody knows (an image of which that is said should have no label), or be one class typed in two ways. */
export function doubtfulClasses({
  target,
  classes,
  hasFixedClasses,
}: Pick<ShownClasses, 'target' | 'classes' | 'hasFixedClasses'>): ImportNote[] {
  // Whoever listed the classes has said that they are some.
  if (targetFacts[target].isPerName || targetFacts[target].isListed || hasFixedClasses) return [];
  const used = classes.filter(({ labels }) => labels > 0);
  const names = used.map(({ name }) => name);
  const unknown = maybeUnknown(names);
  const labels = used.reduce((sum, one) => sum + (unknown.includes(one.name) ? one.labels : 0), 0);
  const alike = alikeClasses(names);
  return [
    ...(unknown.length === 0
      ? []
      : [{ code: 'maybeUnknown' as const, values: { names: quoted(unknown), count: unknown.length, labels } }]),
    ...(alike.length === 0
      ? []
      : [{ code: 'alikeClasses' as const, values: { names: alike.map(quoted).join('; '), groups: alike.length } }]),
  ];
}

function quoted(names: readonly string[]): string {
  return names.map((name) => `"${name}"`).join(', ');
}

/** What the given splits leave open, and what will be done about it. */
function splitNotes(db: ReadDb, datasetId: number): ImportNote[] {
  const rows = splitsOf(db, datasetId);
  const count = (split: string, isGiven: boolean): number =>
    rows.filter((row) => row.split === split && (row.origin === 'given') === isGiven).length;
  const test = count('test', true);
  if (test === 0) return [];
  const drawn = count('test', false);
  const open = splitsOfDataset(db, datasetId).filter(({ split }) => split === null).length;
  const training = count('train', true);
  const hasValidation = rows.some(({ split }) => split === 'val');
  return [
    ...(drawn > 0 ? [{ code: 'testAlsoDrawn' as const, values: { given: test, drawn } }] : []),
    ...(open > 0 ? [{ code: 'testGiven' as const, values: { given: test, open } }] : []),
    ...(open === 0 && training > 0 && !hasValidation
      ? [{ code: 'validationFromTraining' as const, values: { training } }]
      : []),
  ];
}
