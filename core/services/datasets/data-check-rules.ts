/** The rules of the data check: images in, findings out. */
import {
  caseVariants,
  type DataCheck,
  type DataFinding,
  type InstanceId,
  noClassOf,
  type PatientId,
  type SplitName,
  type SplitOrigin,
  type StudyId,
  splitNames,
  type TargetKind,
  targetFacts,
} from '../../contract/index.ts';
import { targets } from '../../targets/index.ts';
import type { AlikePatients } from '../patients/alike.ts';
import type { SharedIssuers } from '../patients/issuers.ts';
import type { SharedPatient } from '../patients/shared-patient.ts';

export interface CheckedImage {
  readonly instanceId: InstanceId;
  readonly studyId: StudyId;
  readonly patientId: PatientId;
  /** Where each name is a question, null for what has no answer at all. */
  readonly label: string | null;
  /** Where each name is a question, what is said to each that is answered. */
  readonly answers?: ReadonlyMap<string, string>;
  readonly split: SplitName | null;
  readonly splitOrigin: SplitOrigin | null;
  readonly contentHash: string;
  /** Equal for equal pixels; null where they were not decoded yet. */
  readonly pixelKey: string | null;
  /** A picture that is its own patient, because nothing says whose it is. */
  readonly isOwnPatient: boolean;
  readonly modality: string | null;
  readonly rows: number | null;
  readonly columns: number | null;
}

export interface CheckSettings {
  readonly target: TargetKind;
  readonly inputSize: number;
  readonly flip: boolean;
  /** What stands behind too few patients, if anything does. */
  readonly shared: SharedPatient | null;
  /** Patients whose IDs hardly differ. */
  readonly alike?: Pick<AlikePatients, 'groups' | 'patients' | 'studyIds'> | null;
  /** Patients under an ID of several issuers. */
  readonly issuers?: SharedIssuers | null;
  /** Images that no file holds any more. */
  readonly gone?: readonly Pick<CheckedImage, 'studyId' | 'label'>[];
  /** The positive class that somebody chose. */
  readonly positive?: string | null;
}

/** Studies that a finding opens. */
const studiesShown = 200;
/** A class this many times larger than another is worth a word. */
const imbalanceFrom = 4;
/** An interval of the AUC wider than ± this says little. */
export const usefulHalfWidth = 0.1;
/** The AUC for which the interval is foretold. */
export const assumedAuc = 0.85;
/** Images are squeezed to a square; beyond this ratio of sides that changes what they look like. */
const stretchedFrom = 1.8;

/** Every finding, the gravest first; of a data set whose labels are one of its names. */
export function findingsOf(
  images: readonly CheckedImage[],
  classes: readonly string[],
  settings: CheckSettings,
): DataFinding[] {
  const labelled = images.filter(({ label }) => label !== null);
  const found = [
    ...sharedPatients(settings.shared),
    ...impossible(labelled, classes, settings.target),
    ...givenSplits(labelled),
    ...alikeIds(settings.alike ?? null),
    ...idsShared(settings.issuers ?? null),
    ...imagesGone(settings.gone ?? []),
    ...picturesAlone(images),
    ...sameImages(labelled),
    ...balance(labelled, classes),
    ...testSize(labelled, classes),
    ...guessedPositive(classes, settings),
    ...classNames(classes),
    ...mixedStudies(labelled),
    ...unlabelled(images),
    ...sizes(labelled, settings.inputSize),
    ...modalities(labelled),
    ...(settings.flip && labelled.length > 0 ? [finding('laterality', 'note', {})] : []),
  ];
  return gravestFirst(found);
}

export function gravestFirst(found: readonly DataFinding[]): DataFinding[] {
  const rank = { blocks: 0, serious: 1, note: 2 };
  return [...found].sort((a, b) => rank[a.severity] - rank[b.severity]);
}

/** What the data set holds, patients by class and split. */
export function checkedCounts(
  images: readonly CheckedImage[],
  classes: readonly string[],
): Omit<DataCheck, 'dataset' | 'findings' | 'positiveClass' | 'positiveClassSource'> {
  const labelled = images.filter(({ label }) => label !== null);
  return {
    patients: distinct(images, 'patientId').size,
    studies: distinct(images, 'studyId').size,
    images: images.length,
    labelledImages: labelled.length,
    classes: classes.map((name) => {
      const list = labelled.filter(({ label }) => label === name);
      return { name, images: list.length, patients: patientsIn(list) };
    }),
    splits: patientsIn(labelled),
  };
}

/** Patients of images by split. */
export function patientsIn(list: readonly CheckedImage[]): Record<SplitName, number> {
  return Object.fromEntries(
    splitNames.map((split) => [
      split,
      distinct(
        list.filter((i) => i.split === split),
        'patientId',
      ).size,
    ]),
  ) as Record<SplitName, number>;
}

/**
 * Half the width of the 95 % interval of an AUC that is estimated from `positives` and `negatives` cases.
 * Source: Hanley and McNeil, Radiology 1982;143:29-36, equation 1 with the exponential approximation of Q1 and Q2.
 */
export function expectedHalfWidth(auc: number, positives: number, negatives: number): number {
  const q1 = auc / (2 - auc);
  const q2 = (2 * auc ** 2) / (1 + auc);
  const variance =
    (auc * (1 - auc) + (positives - 1) * (q1 - auc ** 2) + (negatives - 1) * (q2 - auc ** 2)) / (positives * negatives);
  return 1.96 * Math.sqrt(variance);
}

/** A finding with the studies that it is about. */
export function finding(
  code: DataFinding['code'],
  severity: DataFinding['severity'],
  values: DataFinding['values'],
  images: readonly Pick<CheckedImage, 'studyId'>[] = [],
): DataFinding {
  const studyIds = [...new Set(images.map(({ studyId }) => studyId))];
  return { code, severity, values, studyIds: studyIds.slice(0, studiesShown) };
}

/** The different patients or studies of images. */
export function distinct<K extends 'patientId' | 'studyId'>(
  images: readonly CheckedImage[],
  key: K,
): Set<CheckedImage[K]> {
  return new Set(images.map((image) => image[key]));
}

function groupBy(
  images: readonly CheckedImage[],
  key: (image: CheckedImage) => string | number | null,
): Map<string | number, CheckedImage[]> {
  const groups = new Map<string | number, CheckedImage[]>();
  for (const image of images) {
    const name = key(image);
    if (name === null || name === '') continue;
    const group = groups.get(name);
    if (group === undefined) groups.set(name, [image]);
    else group.push(image);
  }
  return groups;
}

function impossible(labelled: readonly CheckedImage[], classes: readonly string[], target: TargetKind): DataFinding[] {
  const used = new Set(labelled.map(({ label }) => label)).size;
  if (used < targets[target].fewestNames) {
    return [finding('tooFewClasses', 'blocks', { classes: used, labelled: labelled.length })];
  }
  return classes.flatMap((name) => {
    const list = labelled.filter(({ label }) => label === name);
    // A listed name that nobody has keeps its place; nothing has to be dealt for it.
    if (list.length === 0) return [];
    const patients = distinct(list, 'patientId').size;
    if (patients < splitNames.length) return [finding('classTooSmall', 'blocks', { name, patients }, list)];
    const missing = splitNames.filter((split) => !list.some((image) => image.split === split));
    return missing.length === 0 ? [] : [finding('splitGap', 'blocks', { name, splits: missing.join(',') }, list)];
  });
}

/** The cause of what `impossible` finds, and of figures that count studies of many people as one person's. */
export function sharedPatients(shared: SharedPatient | null): DataFinding[] {
  return shared === null ? [] : [finding('sharedPatient', 'serious', { ...shared })];
}

/** How the parts came to be, where a file gives some of them. */
export function givenSplits(labelled: readonly CheckedImage[]): DataFinding[] {
  const patients = (split: SplitName, ...origins: readonly SplitOrigin[]): number =>
    distinct(
      labelled.filter((i) => i.split === split && i.splitOrigin !== null && origins.includes(i.splitOrigin)),
      'patientId',
    ).size;
  const [cut, given, drawn] = [patients('val', 'cut'), patients('test', 'given'), patients('test', 'drawn', 'cut')];
  const others = patients('train', 'drawn') + patients('val', 'drawn');
  return [
    ...(cut > 0 ? [finding('validationCut', 'note', { cut, training: cut + patients('train', 'given') })] : []),
    ...(given > 0 && drawn > 0 ? [finding('testAlsoDrawn', 'serious', { given, drawn })] : []),
    ...(given > 0 && drawn === 0 && others > 0 ? [finding('testGiven', 'note', { given, others })] : []),
  ];
}

export function alikeIds(alike: NonNullable<CheckSettings['alike']> | null): DataFinding[] {
  if (alike === null) return [];
  const { groups, patients, studyIds } = alike;
  return [
    {
      code: 'alikePatients',
      severity: 'serious',
      values: { groups, patients },
      studyIds: studyIds.slice(0, studiesShown),
    },
  ];
}

/** Two hospitals may number their patients alike; headers that name who issued the ID tell of it. */
export function idsShared(issuers: SharedIssuers | null): DataFinding[] {
  if (issuers === null) return [];
  const { patients, studyIds } = issuers;
  return [{ code: 'sharedIds', severity: 'serious', values: { patients }, studyIds: studyIds.slice(0, studiesShown) }];
}

export function imagesGone(gone: readonly Pick<CheckedImage, 'studyId' | 'label'>[]): DataFinding[] {
  if (gone.length === 0) return [];
  const labelled = gone.filter(({ label }) => label !== null).length;
  return [finding('imagesGone', 'serious', { images: gone.length, labelled }, gone)];
}

/** Pictures of which nothing says whose they are count as different people's, and some may be one's. */
export function picturesAlone(images: readonly CheckedImage[]): DataFinding[] {
  const alone = images.filter(({ isOwnPatient }) => isOwnPatient);
  return alone.length === 0 ? [] : [finding('picturesAlone', 'note', { images: alone.length })];
}

/** One image under two names: within a patient only untidy, between patients suspicious, between splits a leak. */
export function sameImages(labelled: readonly CheckedImage[]): DataFinding[] {
  const groups = [
    ...groupBy(labelled, (image) => image.contentHash).values(),
    ...groupBy(labelled, (image) => image.pixelKey).values(),
  ].filter((group) => group.length > 1);
  const across = (key: (image: CheckedImage) => unknown) => groups.filter((group) => new Set(group.map(key)).size > 1);
  const bySplit = across((image) => image.split);
  const byPatient = across((image) => image.patientId).filter((group) => !bySplit.includes(group));
  const within = groups.filter((group) => !bySplit.includes(group) && !byPatient.includes(group));
  const images = (list: readonly CheckedImage[][]): CheckedImage[] => {
    const flat = list.flat();
    return flat.filter((image, i) => flat.findIndex((other) => other.instanceId === image.instanceId) === i);
  };
  const tell = (
    code: DataFinding['code'],
    severity: DataFinding['severity'],
    list: readonly CheckedImage[][],
  ): DataFinding[] => {
    if (list.length === 0) return [];
    const concerned = images(list);
    return [finding(code, severity, { images: concerned.length }, concerned)];
  };
  return [
    ...tell('sameImageAcrossSplits', 'serious', bySplit),
    ...tell('sameImageAcrossPatients', 'serious', byPatient),
    ...tell('sameImageTwice', 'note', within),
  ];
}

function balance(labelled: readonly CheckedImage[], classes: readonly string[]): DataFinding[] {
  const counts = classes.map((name) => ({ name, n: labelled.filter(({ label }) => label === name).length }));
  const sorted = counts.sort((a, b) => a.n - b.n);
  const [least, most] = [sorted[0], sorted.at(-1)];
  if (least === undefined || most === undefined || classes.length < 2 || most.n < imbalanceFrom * least.n) return [];
  return [
    finding('imbalance', 'note', { most: most.name, mostImages: most.n, least: least.name, leastImages: least.n }),
  ];
}

/** Patients count, not images: images of one patient are much alike. The worst class decides. */
function testSize(labelled: readonly CheckedImage[], classes: readonly string[]): DataFinding[] {
  const test = labelled.filter(({ split }) => split === 'test');
  const patients = distinct(test, 'patientId').size;
  if (patients === 0 || classes.length < 2) return [];
  const widths = classes.slice(classes.length === 2 ? 1 : 0).map((name) => {
    const positives = distinct(
      test.filter(({ label }) => label === name),
      'patientId',
    ).size;
    return { name, positives, halfWidth: expectedHalfWidth(assumedAuc, positives, Math.max(1, patients - positives)) };
  });
  const worst = widths.filter(({ positives }) => positives > 0).sort((a, b) => b.halfWidth - a.halfWidth)[0];
  if (worst === undefined || worst.halfWidth <= usefulHalfWidth) return [];
  const { name, positives, halfWidth } = worst;
  const wide = Math.min(0.5, halfWidth);
  return [finding('fewTestPatients', 'serious', { patients, name, positives, halfWidth: wide, auc: assumedAuc })];
}

/** Sensitivity of the wrong class looks like any other figure, so a guess is said before training. */
function guessedPositive(
  classes: readonly string[],
  { target, positive: chosen = null }: Pick<CheckSettings, 'target' | 'positive'>,
): DataFinding[] {
  const positive = targetFacts[target].positiveOf(classes, chosen);
  if (positive?.source !== 'alphabet') return [];
  const other = classes.find((name) => name !== positive.name) ?? '';
  return [finding('positiveClassGuessed', 'serious', { name: positive.name, other })];
}

/** What a library of before may hold: one class under two spellings, and what was never the name of a class. */
export function classNames(classes: readonly string[]): DataFinding[] {
  const odd = classes.filter((name) => noClassOf(name) !== null);
  const quoted = (names: readonly string[]): string => names.map((name) => `“${name}”`).join(', ');
  return [
    ...caseVariants(classes).map((names) => finding('classesDifferInCase', 'serious', { names: quoted(names) })),
    ...(odd.length === 0 ? [] : [finding('oddClassNames', 'serious', { names: quoted(odd) })]),
  ];
}

function mixedStudies(labelled: readonly CheckedImage[]): DataFinding[] {
  const mixed = [...groupBy(labelled, (image) => image.studyId).values()].filter(
    (group) => new Set(group.map(({ label }) => label)).size > 1,
  );
  return mixed.length === 0 ? [] : [finding('mixedStudies', 'note', { studies: mixed.length }, mixed.flat())];
}

/** Images that nothing is said of. */
export function unlabelled(images: readonly CheckedImage[]): DataFinding[] {
  const without = images.filter(({ label }) => label === null);
  if (without.length === 0) return [];
  const values = { images: without.length, studies: distinct(without, 'studyId').size };
  return [finding('unlabelled', 'note', values, without)];
}

/** Images that are small or far from square for what the LPM reads. */
export function sizes(labelled: readonly CheckedImage[], inputSize: number): DataFinding[] {
  const side = (image: CheckedImage): number => Math.min(image.rows ?? inputSize, image.columns ?? inputSize);
  const small = labelled.filter((image) => side(image) < inputSize / 2);
  const stretched = labelled.filter(({ rows, columns }) => {
    if (rows === null || columns === null) return false;
    return Math.max(rows, columns) >= stretchedFrom * Math.min(rows, columns);
  });
  const smallest = small.reduce((least, image) => Math.min(least, side(image)), inputSize);
  return [
    ...(small.length === 0
      ? []
      : [finding('smallImages', 'note', { images: small.length, smallest, inputSize }, small)]),
    ...(stretched.length === 0
      ? []
      : [finding('stretchedImages', 'note', { images: stretched.length, inputSize }, stretched)]),
  ];
}

/** A modality that goes with a class is a shortcut: the model tells the machine, not the disease. */
export function modalities(labelled: readonly CheckedImage[]): DataFinding[] {
  const groups = groupBy(labelled, (image) => image.modality);
  if (groups.size < 2) return [];
  const sorted = [...groups].sort(([, a], [, b]) => b.length - a.length);
  const rare = sorted.slice(1).flatMap(([, images]) => images);
  const text = sorted.map(([name, images]) => `${name} ${images.length}`).join(', ');
  return [finding('mixedModalities', 'note', { modalities: text }, rare)];
}
