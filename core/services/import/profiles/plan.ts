/** From options to how a labels file is read: a profile with what options change of it, or options alone. */
import { AppError } from '../../../base/errors.ts';
import {
  automaticProfile,
  columnOfName,
  type FindingMeaning,
  type KeyColumn,
  type KeyKind,
  keyColumns,
  type LabelReading,
  targetFacts,
  targetKinds,
  usualFindingWords,
} from '../../../contract/index.ts';
import type { LabelTable } from '../label-table.ts';
import { Columns, columnsOf, plainWord } from './cells.ts';
import type { LeftColumn } from './column-kinds.ts';
import { profiles } from './index.ts';
import { columnsOfSource } from './labels-of-row.ts';
import type { LabelSource, Profile, ProfileVariant } from './profile.ts';
import { profilesOf } from './recognise.ts';

/** How a file is read. */
export interface ReadingPlan extends Pick<Profile, 'keys' | 'cells' | 'otherNames' | 'second'> {
  readonly profile: Profile | null;
  readonly variant: ProfileVariant | null;
  /** What the labels are; null where the data set says it. */
  readonly target: ProfileVariant['target'] | null;
  readonly patient: string | null;
  readonly reader: string | null;
  readonly split: string | null;
  readonly labels: LabelSource;
  /** Findings that are to be taken of those that there are; null for all. */
  readonly only: readonly string[] | null;
  /** Whether somebody named the finding columns: one that says nothing is then a mistake. */
  readonly isNamed: boolean;
  /** Whether somebody named the column of the patient. */
  readonly isPatientNamed?: boolean;
  /** Of columns that were taken because of what stands in them, those that were not, and why. */
  readonly left?: readonly LeftColumn[];
}

/** What an option is called on the command line, for messages. */
const optionNames = {
  keyColumn: '--key-column',
  labelColumn: '--label-column',
  findingColumns: '--finding-columns',
  separator: '--separator',
  values: '--values',
} as const;

/** What a data set asks whose labels are marks. */
const targetOfFindings = targetKinds.find((kind) => targetFacts[kind].hasMarks) ?? null;

/** Kinds of key that a column of an unknown name may hold, the surest first. */
const usualKinds: readonly KeyKind[] = ['path', 'path-end', 'file-name'];

/** A profile by `name` or `name:variant`. @throws BAD_INPUT */
export function profileByName(given: string): { readonly profile: Profile; readonly variant: ProfileVariant } {
  const [name, variantName] = given.toLowerCase().split(':');
  const profile = profiles.find((one) => one.name === name);
  if (profile === undefined) {
    throw new AppError('BAD_INPUT', `There is no profile "${given}".`, {
      action: `Name one of ${profiles.map((one) => one.name).join(', ')}, or ${automaticProfile}.`,
    });
  }
  const [first] = profile.variants;
  const variant = variantName === undefined ? first : profile.variants.find((one) => one.name === variantName);
  if (variant === undefined) {
    throw new AppError('BAD_INPUT', `The profile "${profile.name}" has no variant "${variantName}".`, {
      action: `Name one of ${profile.variants.map((one) => `${profile.name}:${one.name}`).join(', ')}.`,
    });
  }
  return { profile, variant };
}

/** What has to be said to have a profile used: its name, with the variant where that is not the first. */
export function nameToGive({ name, variants }: Profile, variant: ProfileVariant): string {
  return variant === variants[0] ? name : `${name}:${variant.name}`;
}

/**
 * The plan for a file; null where options say nothing and it is read by its own columns.
 * @throws BAD_INPUT for options that do not go together or ask for columns that are not there; LABELS_INVALID where `auto` fits no profile
 *   or several, or the profile that was named does not fit
 */
export function planOf(reading: LabelReading | undefined, text: string, table: LabelTable): ReadingPlan | null {
  if (reading === undefined || Object.keys(reading).length === 0) return null;
  if (reading.profile === undefined) return planOfOptions(reading, table);
  const fitting = profilesOf(text, table);
  const { profile, variant } =
    reading.profile === automaticProfile ? theOnlyOne(fitting) : profileByName(reading.profile);
  const plan = changed(planOfProfile(profile, variant), reading, table);
  if (fitting.includes(profile)) return plan;
  // Of the profile that somebody names, columns that are not read may have been taken out.
  const missing = 'line' in profile.told || fitting.length > 0 ? profile.told.columns : missingColumns(plan, table);
  if (missing.length > 0) throw doesNotFit(profile, fitting, missing);
  return plan;
}

/** Columns that a plan reads and a table has not. Some files of a set have a column that others of it have not. */
export function missingColumns(
  { profile, keys, labels, patient, reader, split, ...plan }: ReadingPlan,
  table: LabelTable,
) {
  const columns = new Columns(table.header?.fields ?? [], plan);
  const optional = profile === null ? [] : [profile.reader, profile.split];
  const needed = [
    ...keys.slice(0, 1).flatMap(({ from }) => columnsOf(from)),
    ...columnsOfSource(labels),
    ...(patient === null ? [] : columnsOf(patient)),
    ...[reader, split].flatMap((name) => (name === null || optional.includes(name) ? [] : [name])),
  ];
  // What is made of another column is missing with it.
  const sourceOf = (name: string): string =>
    plan.cells.find(({ pattern }) => pattern.includes(`(?<${name}>`))?.column ?? name;
  return [...new Set(needed.filter((name) => !columns.has(name)).map(sourceOf))];
}

/** The plan of a profile as it is. */
export function planOfProfile(profile: Profile, variant: ProfileVariant): ReadingPlan {
  const { keys, cells, otherNames, second } = profile;
  return {
    profile,
    variant,
    keys,
    cells,
    otherNames,
    second,
    target: variant.target,
    patient: profile.patient ?? null,
    reader: profile.reader ?? null,
    split: profile.split ?? null,
    labels: variant.labels,
    only: null,
    isNamed: false,
  };
}

function theOnlyOne(fitting: readonly Profile[]): { readonly profile: Profile; readonly variant: ProfileVariant } {
  const [profile, ...others] = fitting;
  if (profile !== undefined && others.length === 0) return profileByName(profile.name);
  if (profile === undefined) {
    throw new AppError('LABELS_INVALID', 'The labels file is that of no profile.', {
      action: `Say how it is read with --key-column, --label-column or --finding-columns. The profiles: ${profiles.map(({ name }) => name).join(', ')}.`,
    });
  }
  throw severalFit(fitting);
}

/** The refusal of a file that fits several profiles. */
export function severalFit(fitting: readonly Profile[]): AppError {
  const titles = fitting.map(({ title }) => title).join(' and ');
  return new AppError('LABELS_INVALID', `The labels file fits the profiles of ${titles}, which read it differently.`, {
    action: `Say which one is meant: ${fitting.map(({ name }) => `--profile ${name}`).join(' or ')}.`,
  });
}

function doesNotFit(profile: Profile, fitting: readonly Profile[], missing: readonly string[]): AppError {
  const { name, title, told, files, variants } = profile;
  const [other] = fitting;
  const has =
    'line' in told
      ? `, which has lines of ${told.columns.join(', ')}.`
      : other === undefined
        ? `: it has no column ${missing.map((column) => `"${column}"`).join(', ')}.`
        : `, which has the columns ${told.columns.join(', ')}. It looks like that of ${other.title}.`;
  const some = variants.some(({ labels }) => labels.from === 'columns')
    ? `, name the findings that it has with --finding-columns A,B`
    : '';
  return new AppError('LABELS_INVALID', `The labels file is not that of ${title}${has}`, {
    action:
      other === undefined
        ? `Give ${files.join(' or ')} as it was published${some}, or leave out --profile ${name} and name the columns.`
        : `Name that profile: --profile ${other.name}.`,
  });
}

const template = (column: string): string => `{${column}}`;

/** A profile's plan with what options say otherwise. */
function changed(plan: ReadingPlan, reading: LabelReading, table: LabelTable): ReadingPlan {
  const { keyColumn, labelColumn, findingColumns, separator, values, readerColumn, splitColumn, patientColumn } =
    reading;
  let { labels } = plan;
  if (labelColumn !== undefined) {
    if (!('column' in labels)) throw notWith('labelColumn', plan, 'has no column of labels');
    labels = { ...labels, column: labelColumn };
  }
  if (separator !== undefined) {
    if (labels.from !== 'list') throw notWith('separator', plan, 'has no cells of several findings');
    labels = { ...labels, separator };
  }
  if (values !== undefined) {
    if (!('words' in labels) || labels.from === 'column') throw notWith('values', plan, 'has no words of findings');
    labels = { ...labels, words: wordsOf(values) };
  }
  if (findingColumns !== undefined && !['columns', 'list', 'rows'].includes(labels.from))
    throw notWith('findingColumns', plan, 'has no findings');
  if (findingColumns !== undefined && labels.from === 'columns') {
    const taken = new Set(findingColumns.map(plainWord));
    const columns = labels.columns.filter((name) => taken.has(plainWord(name)));
    // A name that the profile has not is refused with those that it has.
    if (columns.length === taken.size) labels = { ...labels, columns };
  }
  return {
    ...plan,
    labels,
    ...(keyColumn === undefined && reading.keys === undefined ? {} : { keys: keysOf(reading, table) }),
    patient: patientColumn === undefined ? plan.patient : template(patientColumn),
    isPatientNamed: patientColumn !== undefined,
    reader: readerColumn ?? plan.reader,
    split: splitColumn ?? plan.split,
    only: findingColumns ?? null,
    isNamed: findingColumns !== undefined,
  };
}

function notWith(option: keyof typeof optionNames, { profile, variant }: ReadingPlan, why: string): AppError {
  const name = `${profile?.name ?? ''}:${variant?.name ?? ''}`;
  return new AppError('BAD_INPUT', `${optionNames[option]} does not go with the profile ${name}, which ${why}.`, {
    action: `Leave ${optionNames[option]} out.`,
  });
}

/** The plan of options alone. */
function planOfOptions(reading: LabelReading, table: LabelTable): ReadingPlan {
  const { findingColumns, readerColumn, splitColumn, patientColumn } = reading;
  return {
    profile: null,
    variant: null,
    cells: [],
    otherNames: {},
    second: undefined,
    keys: keysOf(reading, table),
    target: findingColumns !== undefined || reading.separator !== undefined ? targetOfFindings : null,
    patient: patientColumn === undefined ? templateOf('patientID', table) : template(patientColumn),
    reader: readerColumn ?? nameOf('reader', table),
    split: splitColumn ?? nameOf('split', table),
    labels: labelsOf(reading, table),
    only: reading.separator === undefined ? null : (findingColumns ?? null),
    isNamed: findingColumns !== undefined,
  };
}

function labelsOf(reading: LabelReading, table: LabelTable): LabelSource {
  const { labelColumn, findingColumns, separator, values } = reading;
  if (separator === undefined && findingColumns !== undefined) {
    if (labelColumn !== undefined) {
      throw new AppError(
        'BAD_INPUT',
        '--label-column and --finding-columns were given: labels stand in one column or in one for each finding.',
        { action: 'Leave one of them out; several findings in the cells of one column need --separator too.' },
      );
    }
    return { from: 'columns', columns: findingColumns, words: wordsOf(values) };
  }
  if (values !== undefined) {
    throw new AppError('BAD_INPUT', '--values says what stands in the columns of findings, and none were named.', {
      action: 'Name them with --finding-columns A,B.',
    });
  }
  const column = labelColumn ?? nameOf('label', table);
  if (column === null) {
    throw new AppError('BAD_INPUT', `No column says what the labels are; ${thereAre(table)}`, {
      action: 'Name it with --label-column, or the columns of findings with --finding-columns A,B.',
    });
  }
  if (separator !== undefined)
    return { from: 'list', column, separator: separator === 'list' ? 'python' : separator, none: [], open: [] };
  return { from: 'column', column, without: [], highest: false };
}

function wordsOf(values: LabelReading['values']): Record<string, FindingMeaning> {
  if (values === undefined) return { ...usualFindingWords };
  return { blank: 'unknown', ...Object.fromEntries(values.map(({ word, means }) => [word, means])) };
}

function keysOf({ keyColumn, keys }: LabelReading, table: LabelTable): ReadingPlan['keys'] {
  const known = keyColumns.find((one) => nameOf(one, table) !== null);
  const column = keyColumn ?? (known === undefined ? null : nameOf(known, table));
  if (column === null) {
    throw new AppError('BAD_INPUT', `No column names the image; ${thereAre(table)}`, {
      action: 'Name it with --key-column, and what it holds with --keys.',
    });
  }
  const meaning = columnOfName(column);
  const kinds =
    keys !== undefined
      ? [keys]
      : meaning !== null && meaning !== 'path' && (keyColumns as readonly string[]).includes(meaning)
        ? [meaning as Exclude<KeyColumn, 'path'>]
        : usualKinds;
  return kinds.map((kind) => ({ kind, from: template(column) }));
}

function nameOf(meaning: ReturnType<typeof columnOfName>, { header }: LabelTable): string | null {
  return header?.fields.find((name) => columnOfName(name) === meaning) ?? null;
}

function templateOf(meaning: KeyColumn, table: LabelTable): string | null {
  const name = nameOf(meaning, table);
  return name === null ? null : template(name);
}

/** What columns there are, for messages. */
export function thereAre({ header }: Pick<LabelTable, 'header'>): string {
  const names = (header?.fields ?? []).filter((name) => name !== '').map((name) => `"${name}"`);
  return names.length === 0 ? 'the file has no header.' : `the columns are ${names.join(', ')}.`;
}
