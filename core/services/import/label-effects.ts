/**
 * Labels of a file that would change nothing, and labels of before that a file leaves standing: a file that corrects an earlier one says so
 * with neither, and the figures of a training would be those of the labels that somebody thought were gone.
 */
import { classNameKey, type ImportNote, type LabelLevel, targetKey } from '../../contract/index.ts';
import {
  comparedLabels,
  decidingLevels,
  listReaders,
  type Question,
  questionsOf,
  type ReadDb,
} from '../../store/index.ts';
import { knownReader } from './file-readers.ts';
import type { LabelEntry } from './labels.ts';
import type { ReadLabels } from './read-labels.ts';

interface Given {
  /** Every row that is about something. */
  readonly entries: readonly LabelEntry[];
  /** Those whose labels are written. */
  readonly agreed: readonly LabelEntry[];
  readonly file: Pick<ReadLabels, 'reading'>;
  /** Who gives labels of rows that name nobody. */
  readonly reader: string;
}

/** Levels from the one that counts before all others. */
const levels: readonly LabelLevel[] = ['instance', 'series', 'study', 'patient'];

/** What a preview says before and an import after. */
export function effectNotes(db: ReadDb, datasetId: number | null, given: Given): ImportNote[] {
  if (datasetId === null) return [];
  return [...finerLabels(db, datasetId, given), ...marksThatStay(db, datasetId, given)];
}

/** Labels that were written and that readers or an adjudicator overrule; a preview counts them among its changes. */
export function overruledNote(db: ReadDb, datasetId: number, agreed: readonly LabelEntry[]): ImportNote[] {
  let labels = 0;
  for (const [question, entries] of Map.groupBy(agreed, (entry) => entry.question)) {
    const decided = new Map(
      comparedLabels(db, datasetId, '', question).map(({ level, targetId, decided: label }) => [
        `${level} ${targetId}`,
        label,
      ]),
    );
    labels += entries.filter(({ target, label }) => (decided.get(targetKey(target)) ?? label) !== label).length;
  }
  return labels === 0 ? [] : [{ code: 'labelsOverruled', values: { labels } }];
}

/** What is said of an image counts before what is said of its study, whichever came first. */
function finerLabels(db: ReadDb, datasetId: number, { agreed }: Given): ImportNote[] {
  const hidden = new Set<LabelEntry>();
  const images = new Set<number>();
  const coarse = new Map<Question, Map<string, LabelEntry>>();
  for (const entry of agreed) {
    if (entry.target.kind === 'instance') continue;
    const byTarget = coarse.get(entry.question) ?? new Map<string, LabelEntry>();
    coarse.set(entry.question, byTarget.set(targetKey(entry.target), entry));
  }
  if (coarse.size === 0) return [];
  for (const { question, level, label, ...at } of decidingLevels(db, datasetId, coarse.keys())) {
    const ids = { instance: at.instanceId, series: at.seriesId, study: at.studyId, patient: at.patientId };
    for (const kind of levels.slice(levels.indexOf(level) + 1)) {
      const entry = coarse.get(question)?.get(`${kind} ${ids[kind]}`);
      if (entry === undefined || entry.label === label) continue;
      hidden.add(entry);
      images.add(at.instanceId);
    }
  }
  if (hidden.size === 0) return [];
  return [{ code: 'finerLabels', values: { labels: hidden.size, images: images.size } }];
}

/** An empty cell says nothing, so what an earlier file said of that finding stays. */
function marksThatStay(db: ReadDb, datasetId: number, { entries, file, reader }: Given): ImportNote[] {
  const { reading } = file;
  if (reading?.findings == null) return [];
  const readers = listReaders(db);
  const columns = new Set([...reading.findings, ...reading.silent].map(classNameKey));
  const asked = questionsOf(db, datasetId).filter(
    (question) => question !== null && columns.has(classNameKey(question)),
  );
  const said = new Map<string, Set<Question>>();
  const keyOf = ({ target, reader: by }: LabelEntry): string =>
    `${knownReader(readers, by, reader)}\n${targetKey(target)}`;
  for (const entry of entries) {
    const there = said.get(keyOf(entry)) ?? new Set<Question>();
    said.set(keyOf(entry), there.add(entry.label === '' ? null : entry.question));
  }
  let labels = 0;
  const keys = new Set([reader, ...readers.map(({ key }) => key)]);
  for (const by of new Set(entries.map((entry) => knownReader(readers, entry.reader, reader)))) {
    // Whom the library does not know has said nothing; for it, the name would stand for all imports.
    if (!keys.has(by)) continue;
    for (const question of asked) {
      for (const { level, targetId, own } of comparedLabels(db, datasetId, by, question)) {
        const questions = said.get(`${by}\n${level} ${targetId}`);
        if (own !== null && questions?.has(question) === false) labels += 1;
      }
    }
  }
  return labels === 0 ? [] : [{ code: 'marksStay', values: { labels } }];
}
