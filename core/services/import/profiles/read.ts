/** The rows of a labels file as a plan reads them. */
import { AppError } from '../../../base/errors.ts';
import { redact } from '../../../base/redact.ts';
import {
  columnOfName,
  isOwnColumnName,
  type KeyColumn,
  type KeyKind,
  type LabelProblem,
  plainColumnName,
  splitNames,
  splitOfWord,
} from '../../../contract/index.ts';
import type { LabelTable, LabelTableRow } from '../label-table.ts';
import { damageOf, type FileColumn, invalid, type LabelRow, named, type RowKey } from '../labels-file.ts';
import { withSplitWords } from '../split-columns.ts';
import { Columns, columnsOf, plainWord } from './cells.ts';
import { columnsOfSource, labelReader, type RowLabel } from './labels-of-row.ts';
import { missingColumns, type ReadingPlan, thereAre } from './plan.ts';

export interface ReadRows {
  readonly rows: readonly LabelRow[];
  readonly problems: readonly LabelProblem[];
  readonly columns: readonly FileColumn[];
  /** The findings of the file that are taken, in its order; null where labels are no findings. */
  readonly findings: readonly string[] | null;
  /** Findings of a profile that no row says anything of. */
  readonly silent: readonly string[];
  /** The plan with the columns that it did not name: of a patient whom a lab added, of a split. */
  readonly plan: ReadingPlan;
  /** Lines that name a finding as present and say that there is none, and how they say it. */
  readonly againstNone: AgainstNone;
}

/** Rows that contradict themselves: what they name as present is taken. */
export interface AgainstNone {
  readonly word: string;
  readonly rows: readonly number[];
}

/** What stands in a row, before rows that belong together are one. */
interface Said {
  readonly keys: readonly RowKey[];
  readonly reader: string | null;
  readonly labels: readonly RowLabel[];
  readonly at: LabelTableRow;
}

/**
 * Reads a table by a plan. A cell that means nothing refuses its row.
 * @throws LABELS_INVALID for columns that are not there, no rows, and a finding column that somebody named and that says nothing; BAD_INPUT
 *   for findings that are not among those of the file
 */
export function readByPlan(given: ReadingPlan, table: LabelTable): ReadRows {
  const asked = withPatient(given, table);
  const columns = new Columns(table.header?.fields ?? [], asked);
  refuseMissing(asked, table);
  const understood = withSplit(meanings(asked, columns, table), table);
  const plan = { ...asked, split: asked.split ?? understood.find(({ meaning }) => meaning === 'split')?.name ?? null };
  refuseDoubled(plan, table);
  if (table.rows.length === 0) throw invalid([{ row: null, message: 'the file has a header but no rows' }]);
  const reader = labelReader(plan.labels, columns, table);
  const taken = takenFindings(plan, reader.findings);
  const problems: LabelProblem[] = [];
  const strange = Map.groupBy(table.problems, (problem) => problem.row);
  const width = table.header?.fields.length ?? 0;
  const said: Said[] = [];
  const againstNone = new Set<number>();
  for (const row of table.rows) {
    const found = (strange.get(row.row) ?? []).map(({ message }) => message);
    if (row.fields.length !== width)
      found.push(
        row.fields.length === 0
          ? 'the line is not like those above it'
          : `${row.fields.length} fields where the header has ${width}`,
      );
    else if (found.length === 0) {
      const keys = plan.keys.flatMap(({ kind, from }): RowKey[] => {
        const text = columns.fill(from, row);
        // Where nobody said that names alone tell, "train/1.png" is not the 1.png of another folder.
        const isGuess = kind === 'file-name' && plan.keys.length > 1 && text !== null && /[\\/]/.test(text);
        return text === null || isGuess ? [] : [{ kind, text }];
      });
      if (keys.length === 0) found.push(`${namesOf(plan.keys.map(({ from }) => from))} does not name an image`);
      const what = reader.of(row);
      if ('problem' in what) found.push(what.problem);
      const given = plan.split === null ? '' : (columns.cell(row, plan.split) ?? '');
      if (given !== '' && splitOfWord(given) === null)
        found.push(`split "${given}" is none of ${splitNames.join(', ')}; write one of these`);
      const patientID = plan.patient === null ? null : columns.fill(plan.patient, row);
      const damaged = patientID === null ? null : damageOf(patientID);
      if (damaged !== null) found.push(`${namesOf([plan.patient ?? ''])} ${redact(patientID ?? '')} ${damaged}`);
      if (found.length === 0 && 'labels' in what) {
        const labels = what.labels.filter(({ question }) => taken === null || question === null || taken.has(question));
        const by = plan.reader === null ? null : named(columns.cell(row, plan.reader) ?? '');
        said.push({ keys, reader: by, labels, at: row });
        if (what.isAgainstNone === true) againstNone.add(row.row);
      }
    }
    problems.push(...found.map((message) => ({ row: row.row, message })));
  }
  // Rows that the second file does not know are no rows of the joined table.
  const lines = new Set(table.rows.map(({ row }) => row));
  problems.push(...table.problems.filter(({ row }) => row === null || !lines.has(row)));
  const known = new Set(said.flatMap(({ labels }) => labels.map(({ question }) => question)));
  const findings = reader.findings?.filter((name) => taken === null || taken.has(name)) ?? null;
  const silent = findings?.filter((name) => !known.has(name)) ?? [];
  if (silent.length > 0 && problems.length === 0 && (plan.isNamed || known.size === 0)) throw saysNothing(silent);
  return {
    rows: together(plan, said).flatMap((one) => labelRows(plan, columns, one)),
    problems,
    columns: understood,
    findings: findings?.filter((name) => known.has(name)) ?? null,
    silent,
    plan,
    againstNone: { word: reader.none ?? '', rows: [...againstNone] },
  };
}

function namesOf(templates: readonly string[]): string {
  const names = [...new Set(templates.flatMap(columnsOf))];
  return names.map((name) => `"${name}"`).join(' or ');
}

function refuseMissing(plan: ReadingPlan, table: LabelTable): void {
  const missing = missingColumns(plan, table);
  if (missing.length === 0) return;
  const names = missing.map((name) => `"${name}"`).join(', ');
  const message = `there is no column ${names}; ${thereAre(table).replace(/\.$/, '')}`;
  throw invalid([{ row: table.header?.row ?? null, message }]);
}

/** Of two columns of one name, nothing tells which is meant. */
function refuseDoubled(plan: ReadingPlan, table: LabelTable): void {
  const { labels } = plan;
  const templates = [...plan.keys.map(({ from }) => from), plan.patient ?? ''];
  if (labels.from === 'rows') templates.push(labels.finding);
  const used = [
    ...templates.flatMap(columnsOf),
    ...columnsOfSource(labels),
    ...(labels.from === 'columns' && labels.none !== undefined ? [labels.none.column] : []),
    ...[plan.reader, plan.split].flatMap((name) => name ?? []),
    ...plan.cells.map(({ column }) => column),
    ...Object.keys(plan.otherNames),
  ];
  const names = new Set(used.map(plainColumnName));
  const groups = Map.groupBy(table.header?.fields ?? [], plainColumnName);
  const problems = [...groups].flatMap(([plain, same]): LabelProblem[] => {
    if (same.length < 2 || !names.has(plain)) return [];
    const message = `the columns ${same.map((name) => `"${name}"`).join(' and ')} have one name; rename the one that is not meant`;
    return [{ row: table.header?.row ?? null, message }];
  });
  if (problems.length > 0)
    throw invalid(problems, 'Give every column of the first row a name of its own, and import again.');
}

/** The findings that somebody asked for; null where all are taken. */
function takenFindings({ only }: ReadingPlan, findings: readonly string[] | null): ReadonlySet<string> | null {
  if (only === null || findings === null) return null;
  const byWord = new Map(findings.map((name) => [plainWord(name), name]));
  const missing = only.filter((name) => !byWord.has(plainWord(name)));
  if (missing.length > 0) {
    throw new AppError(
      'BAD_INPUT',
      `The labels file has no finding ${missing.map((name) => `"${name}"`).join(', ')}; it has ${findings.join(', ')}.`,
      { action: 'Name only findings that it has.' },
    );
  }
  return new Set(only.flatMap((name) => byWord.get(plainWord(name)) ?? []));
}

function saysNothing(silent: readonly string[]): AppError {
  const several = silent.length > 1;
  const names = silent.map((name) => `"${name}"`).join(', ');
  return new AppError(
    'LABELS_INVALID',
    `No row says anything of the finding${several ? 's' : ''} ${names}: every cell of ${several ? 'these columns' : 'this column'} is empty or unknown.`,
    { action: `Leave ${several ? 'them' : 'it'} out of --finding-columns, or say with --values what its cells mean.` },
  );
}

/** Rows that are about one image by one reader as one, where the plan says which of several words counts. */
function together({ labels: source }: ReadingPlan, said: readonly Said[]): readonly Said[] {
  if (source.from !== 'column' || !source.highest || source.order === undefined) return said;
  const rank = new Map(source.order.map((name, at) => [name, at]));
  const rankOf = ({ labels }: Said): number => rank.get(labels[0]?.label ?? '') ?? -1;
  const groups = Map.groupBy(said, ({ keys, reader }) => `${keys[0]?.text ?? ''}\n${reader ?? ''}`);
  return [...groups.values()].flatMap((group) => {
    const [first, ...others] = group;
    return first === undefined ? [] : [others.reduce((most, one) => (rankOf(one) > rankOf(most) ? one : most), first)];
  });
}

function labelRows(plan: ReadingPlan, columns: Columns, { keys, reader, labels, at }: Said): LabelRow[] {
  const given = plan.split === null ? '' : (columns.cell(at, plan.split) ?? '');
  const isOfPatient = plan.keys.every(({ kind }) => kind === 'patientID');
  const shared = {
    row: at.row,
    key: keys[0]?.text ?? '',
    keys,
    reader,
    split: given === '' ? null : splitOfWord(given),
    patientID: plan.patient === null || isOfPatient ? null : columns.fill(plan.patient, at),
  };
  if (labels.length === 0) return [{ ...shared, question: null, label: '', isSilent: true }];
  return labels.map(({ question, label }) => ({ ...shared, question, label }));
}

/**
 * A lab may have added a column of patients to the file of a set. Whoever wrote it knows them; what the profile takes for a patient may be an
 * examination. It must not be lost, unless a column was named.
 */
function withPatient(plan: ReadingPlan, { header }: LabelTable): ReadingPlan {
  const isNamed = plan.isPatientNamed === true || (plan.profile === null && plan.patient !== null);
  if (isNamed || plan.keys.some(({ kind }) => kind === 'patientID')) return plan;
  const own = new Set(columnsOf(plan.patient ?? '').map(plainColumnName));
  // Of "patientID" and "Patient", the name itself is meant.
  const added = header?.fields.filter((one) => columnOfName(one) === 'patientID') ?? [];
  const name = added.find(isOwnColumnName) ?? added[0];
  if (name === undefined || added.some((one) => own.has(plainColumnName(one)))) return plan;
  return { ...plan, patient: `{${name}}` };
}

/** A column of the split that nobody named is found as in files of our own columns: a lab's own beside the columns of a public set, too. */
function withSplit(columns: readonly FileColumn[], { rows }: LabelTable): FileColumn[] {
  if (columns.some(({ meaning }) => meaning === 'split')) return withSplitWords(columns, rows);
  const called = columns.map(({ name, meaning }, at) => {
    const cells = rows.map(({ fields }) => fields[at] ?? '').filter((cell) => cell !== '');
    return meaning === null && columnOfName(name) === 'split' && cells.length > 0 && cells.every(splitOfWord);
  });
  // Of several, nothing tells which is meant; their words are told.
  const one = called.filter(Boolean).length === 1 ? called.indexOf(true) : -1;
  return withSplitWords(
    columns.map((column, at) => (at === one ? { ...column, meaning: 'split', why: null } : column)),
    rows,
  );
}

/** The column of our own that a kind of key stands for. A name, a part of a path and a folder are places, as a path is. */
const columnOfKey: Readonly<Record<KeyKind, KeyColumn>> = {
  path: 'path',
  'path-end': 'path',
  'file-name': 'path',
  folder: 'path',
  sopInstanceUID: 'sopInstanceUID',
  seriesInstanceUID: 'seriesInstanceUID',
  studyInstanceUID: 'studyInstanceUID',
  accessionNumber: 'accessionNumber',
  patientID: 'patientID',
};

/** What each column of the file was used for. */
function meanings(plan: ReadingPlan, columns: Columns, table: LabelTable): FileColumn[] {
  const uses = new Map<number, NonNullable<FileColumn['meaning']>>();
  const use = (names: readonly string[], meaning: NonNullable<FileColumn['meaning']>): void => {
    for (const name of names) {
      const source = plan.cells.find(({ pattern }) => pattern.includes(`(?<${name}>`))?.column ?? name;
      const at = columns.indexOf(source);
      if (at >= 0 && !uses.has(at)) uses.set(at, meaning);
    }
  };
  for (const { kind, from } of plan.keys) use(columnsOf(from), columnOfKey[kind]);
  use(columnsOfSource(plan.labels), 'label');
  if (plan.labels.from === 'columns' && plan.labels.none !== undefined) use([plan.labels.none.column], 'label');
  if (plan.split !== null) use([plan.split], 'split');
  if (plan.reader !== null) use([plan.reader], 'reader');
  if (plan.patient !== null) use(columnsOf(plan.patient), 'patientID');
  return (table.header?.fields ?? []).map((name, at): FileColumn => {
    const meaning = uses.get(at) ?? null;
    return { name, meaning, why: meaning === null ? 'unknown' : null };
  });
}
