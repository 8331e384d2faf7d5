/** Parts of a preview that are counted over labels: what they change, what is said of each finding; and how the file was read. */
import { type ImportNote, type LabelsPreview, type Mark, markNames, targetKey } from '../../contract/index.ts';
import { type ComparedLabel, comparedLabels, listReaders, type ReadDb } from '../../store/index.ts';
import { type AlikePatients, alikeGroups } from '../patients/alike.ts';
import type { CatalogueImage } from './catalogue.ts';
import { knownReader } from './file-readers.ts';
import { doubtfulClasses } from './import-notes.ts';
import type { LabelEntry } from './labels.ts';
import { nameToGive } from './profiles/plan.ts';
import type { ReadLabels } from './read-labels.ts';

/** What labels would do to those that are there, each compared with that of its reader about the same finding. */
export function changesOf(
  db: ReadDb,
  datasetId: number | null,
  agreed: readonly LabelEntry[],
  fallback: string,
): LabelsPreview['changes'] {
  const readers = listReaders(db);
  const compared = new Map<string, ReadonlyMap<string, ComparedLabel>>();
  const standing = (reader: string, question: string | null): ReadonlyMap<string, ComparedLabel> => {
    const key = `${reader}\n${question ?? ''}`;
    const known = compared.get(key);
    if (known !== undefined) return known;
    const labels = datasetId === null ? [] : comparedLabels(db, datasetId, reader, question);
    const found = new Map(labels.map((label) => [`${label.level} ${label.targetId}`, label]));
    compared.set(key, found);
    return found;
  };
  const changes = { new: 0, same: 0, changed: 0, overruled: 0 };
  for (const { target, label, question, reader } of agreed) {
    const there = standing(knownReader(readers, reader, fallback), question).get(targetKey(target));
    if (there?.own === label) changes.same += 1;
    else if (there !== undefined && there.decided !== null && there.decided !== label && there.decided !== there.own)
      changes.overruled += 1;
    else if (there?.own == null) changes.new += 1;
    else changes.changed += 1;
  }
  return changes;
}

/** The notes about names that would be classes and may be none, or one class typed in two ways. */
export function doubtfulOf(agreed: readonly LabelEntry[], hasFixedClasses: boolean): ImportNote[] {
  const labels = agreed.filter(({ label, question }) => question === null && label !== '');
  const classes = [...Map.groupBy(labels, ({ label }) => label)].map(([name, own]) => ({
    name,
    labels: own.length,
    stored: own.length,
  }));
  return doubtfulClasses({ target: 'class', classes, hasFixedClasses });
}

/** How the file was read, for whoever decides whether it is meant so. */
export function readingOf({ reading }: Pick<ReadLabels, 'reading'>): LabelsPreview['reading'] {
  if (reading === null) return null;
  const { plan, isProposed, says, silent } = reading;
  const { profile, variant } = plan;
  return {
    title: profile?.title ?? null,
    profile: profile === null || variant === null ? null : nameToGive(profile, variant),
    isProposed,
    variants: profile?.variants.map((one) => ({ profile: nameToGive(profile, one), title: one.title })) ?? [],
    says: [...says],
    notes: [...(profile?.notes ?? [])],
    target: plan.target,
    silent: [...silent],
  };
}

/** Patients of the images as they would be filed whose IDs hardly differ; null where there are none. */
export function alikeOf({
  images,
  before,
  entries,
}: {
  readonly images: readonly CatalogueImage[];
  /** The same images, as they are filed before. */
  readonly before: readonly CatalogueImage[];
  readonly entries: readonly LabelEntry[];
}): Pick<AlikePatients, 'groups' | 'patients'> | null {
  const keys = new Map(before.map(({ patientId, patientKey }) => [patientId, patientKey]));
  for (const { patientId, givenPatient } of entries)
    if (typeof givenPatient === 'string') keys.set(patientId, givenPatient);
  const groups = alikeGroups(new Set(images.flatMap(({ patientId }) => keys.get(patientId) ?? [])));
  return groups.length === 0 ? null : { groups: groups.length, patients: groups.flat().length };
}

function isMark(label: string): label is Mark {
  return (markNames as readonly string[]).includes(label);
}

/** What is said of each finding, over what anything is said of. */
export function findingsOf(agreed: readonly LabelEntry[], entries: readonly LabelEntry[]): LabelsPreview['findings'] {
  // Of an image of which nothing is said, everything is unknown.
  const nameOf = ({ target, reader }: LabelEntry): string => `${targetKey(target)}\n${reader ?? ''}`;
  const all = new Set(entries.flatMap((entry) => (entry.isSilent === true ? [nameOf(entry)] : [])));
  const counts = new Map<string, { present: number; absent: number; uncertain: number }>();
  for (const entry of agreed) {
    const { question, label } = entry;
    if (question === null || !isMark(label)) continue;
    all.add(nameOf(entry));
    const there = counts.get(question) ?? { present: 0, absent: 0, uncertain: 0 };
    counts.set(question, there);
    there[label] += 1;
  }
  return [...counts].map(([name, { present, absent, uncertain }]) => ({
    name,
    present,
    absent,
    uncertain,
    unknown: all.size - present - absent - uncertain,
  }));
}

/** The images that labels of each target are about. */
export function imagesByTarget(images: readonly CatalogueImage[]): ReadonlyMap<string, readonly CatalogueImage[]> {
  const byTarget = new Map<string, CatalogueImage[]>();
  for (const image of images) {
    const { instanceId, seriesId, studyId, patientId } = image;
    const targets = [`instance ${instanceId}`, `series ${seriesId}`, `study ${studyId}`, `patient ${patientId}`];
    for (const target of targets) {
      const there = byTarget.get(target);
      if (there === undefined) byTarget.set(target, [image]);
      else there.push(image);
    }
  }
  return byTarget;
}
