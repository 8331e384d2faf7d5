/**
 * A labels file as an import or a preview reads it: by its own columns, by options, or by the profile of a public set.
 *
 * A file that a profile is known for is never read by it without a word. An import refuses it and says what to give; a preview reads it as
 * the profile would, and says that it is a proposal.
 */
import { existsSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { AppError } from '../../base/errors.ts';
import { type LabelReading, type TargetKind, targetFacts } from '../../contract/index.ts';
import { besidesOf } from './besides.ts';
import { otherKindOfLabels } from './label-kinds.ts';
import type { LabelTable } from './label-table.ts';
import type { LabelText } from './label-text.ts';
import { invalid, type LabelsFile, parseLabels, readLabelText, refuseWithoutHeader, tableOf } from './labels-file.ts';
import { describePlan } from './profiles/describe.ts';
import { joinTables } from './profiles/join.ts';
import { asQuestions, planOfOwnColumns } from './profiles/own-columns.ts';
import { nameToGive, planOf, planOfProfile, type ReadingPlan, severalFit } from './profiles/plan.ts';
import type { Profile, ProfileVariant } from './profiles/profile.ts';
import { type AgainstNone, readByPlan } from './profiles/read.ts';
import { profileOfSecondFile, profilesOf, tableOfLines } from './profiles/recognise.ts';

/** How a file was read that has not the product's own columns. */
export interface UsedReading {
  readonly plan: ReadingPlan;
  /** True where nobody asked for it: a preview shows what it would be. */
  readonly isProposed: boolean;
  /** What it was taken for, in sentences. */
  readonly says: readonly string[];
  /** The findings that its rows say something of, in the order of the file; null where labels are no findings. */
  readonly findings: readonly string[] | null;
  /** Findings that no row says anything of. */
  readonly silent: readonly string[];
  /** Lines that say that nothing was found, and name a finding. */
  readonly againstNone: AgainstNone;
}

export interface ReadLabels extends LabelsFile {
  readonly reading: UsedReading | null;
  /** A profile that fits a file which is read by its own columns all the same. */
  readonly alsoFits: Profile | null;
}

export interface LabelsAsked {
  readonly reading?: LabelReading | undefined;
  /** What the data set asks; null for one that is not there and of which nobody said it. */
  readonly target: TargetKind | null;
  /** The names of the data set, where each of them is a question. */
  readonly questions: readonly string[];
  /** Whether a profile that fits is to be used though nobody asked for it. */
  readonly proposes: boolean;
}

/**
 * Reads a labels file.
 * @throws as readLabelText; LABELS_INVALID where nothing of it can be used, or it is that of a profile and nobody said so; BAD_INPUT for
 *   options that do not fit it
 */
export async function readLabels(path: string, asked: LabelsAsked): Promise<ReadLabels> {
  const text = await readLabelText(path);
  const table = tableOf(text.text);
  if (asked.reading?.profile !== undefined) await refuseSecondFirst(path, table, asked.reading);
  // A profile that is named may be one of a file without a header.
  const fitting = asked.reading?.profile === undefined ? profilesOf(text.text, table) : [];
  if (asked.reading?.profile === undefined && fitting.length === 0) refuseWithoutHeader(table);
  const plan = planOf(asked.reading, text.text, table);
  if (plan !== null) {
    const own = asQuestions(plan, asked.target);
    return await readPlanned(path, text, table, { plan: own, isProposed: false }, asked);
  }
  const plain = plainLabels(text);
  const isPlain = 'file' in plain && plain.file.otherKind === null && (plain.file.hasLabels || fitting.length === 0);
  if (fitting.length === 0 && asked.target !== null && targetFacts[asked.target].isPerName) {
    // Patients and splits without labels may come for any data set.
    const own = ownPlan(table, asked.target, asked.questions, isPlain && !plain.file.hasLabels);
    if (own !== null) return await readPlanned(path, text, table, { plan: own, isProposed: false }, asked);
  }
  const [profile, ...others] = fitting;
  if (isPlain) {
    return { ...plain.file, encoding: text.encoding, reading: null, alsoFits: profile ?? null };
  }
  if (profile !== undefined) {
    if (others.length > 0) throw severalFit(fitting);
    if (!asked.proposes) throw notByItself(profile, asked.target);
    const proposed = planOfProfile(profile, suitable(profile, asked.target));
    return await readPlanned(path, text, table, { plan: proposed, isProposed: true }, asked);
  }
  const owner = profileOfSecondFile(table);
  if (owner !== undefined) throw isSecondFile(owner);
  if ('error' in plain) throw plain.error;
  return { ...plain.file, encoding: text.encoding, reading: null, alsoFits: null };
}

/** The plan of a file of findings or quantities in the product's own form; null where it has none and need not have any. */
function ownPlan(
  table: LabelTable,
  target: TargetKind,
  questions: readonly string[],
  mayHaveNone: boolean,
): ReadingPlan | null {
  try {
    return planOfOwnColumns(table, target, questions);
  } catch (error) {
    if (mayHaveNone && error instanceof AppError && error.code === 'LABELS_INVALID') return null;
    throw error;
  }
}

/** The first variant that gives what the data set asks, or the first. */
function suitable({ variants }: Profile, target: TargetKind | null): ProfileVariant {
  const found = variants.find((variant) => variant.target === target) ?? variants[0];
  if (found === undefined) throw new Error('a profile has a variant');
  return found;
}

function plainLabels({ text }: LabelText): { readonly file: LabelsFile } | { readonly error: AppError } {
  try {
    return { file: parseLabels(text) };
  } catch (error) {
    if (error instanceof AppError && error.code === 'LABELS_INVALID') return { error };
    throw error;
  }
}

async function readPlanned(
  path: string,
  { text, encoding }: LabelText,
  table: LabelTable,
  { plan, isProposed }: { readonly plan: ReadingPlan; readonly isProposed: boolean },
  { reading }: LabelsAsked,
): Promise<ReadLabels> {
  const whole = plan.profile === null ? table : (tableOfLines(text, plan.profile) ?? table);
  const joined = await withSecondFile(path, whole, plan, reading);
  const { rows, problems, columns, findings, silent, againstNone, plan: used } = readByPlan(plan, joined);
  return {
    column: 'path',
    hasLabels: true,
    rows,
    problems,
    columns,
    // What a column of classes may hold does not depend on who named it.
    otherKind: plan.profile === null && plan.labels.from === 'column' ? otherKindOfLabels(rows) : null,
    encoding,
    separator: table.separator,
    emptyRows: whole.emptyRows,
    rowCount: whole.rows.length,
    besides: besidesOf(whole, columns),
    reading: { plan: used, isProposed, says: describePlan(used), findings, silent, againstNone },
    alsoFits: null,
  };
}

/** The table with what the second file of the set says of its rows. */
async function withSecondFile(
  path: string,
  table: LabelTable,
  { second, profile }: ReadingPlan,
  reading: LabelReading | undefined,
): Promise<LabelTable> {
  const given = reading?.secondFile;
  if (second === undefined) {
    if (given === undefined) return table;
    throw new AppError('BAD_INPUT', 'A second file was named, and these labels stand in one.', {
      action: 'Leave --second-file out.',
    });
  }
  const beside = [second.file, `${second.file}.gz`].map((name) => join(dirname(path), name));
  const found = given ?? beside.find((one) => existsSync(one));
  if (found === undefined) {
    throw new AppError(
      'LABELS_INVALID',
      `The labels of ${profile?.title ?? 'this set'} stand in two files; ${second.file} (${second.title}) does not lie beside the labels file.`,
      { action: `Put it there, or name it with --second-file.` },
    );
  }
  const other = tableOf((await readLabelText(found)).text);
  const missing = second.columns.filter(
    (name) => !(other.header?.fields ?? []).some((field) => field.toLowerCase() === name.toLowerCase()),
  );
  if (missing.length > 0) {
    const message = `the second file has no column ${missing.map((name) => `"${name}"`).join(', ')}; ${second.file} has`;
    throw invalid(
      [{ row: null, message }],
      `Put ${second.file} beside the labels file, or name it with --second-file.`,
    );
  }
  return joinTables(table, other, second);
}

function notByItself(profile: Profile, target: TargetKind | null): AppError {
  const others = profile.variants.slice(1);
  const variants = others.map((one) => `--profile ${nameToGive(profile, one)} for ${one.title}`);
  const name = nameToGive(profile, suitable(profile, target));
  return new AppError(
    'LABELS_INVALID',
    `This is the labels file of ${profile.title}, which has not Sidelight's columns. Nothing was labelled.`,
    {
      action: `To have it read as such: --profile ${name}${variants.length === 0 ? '' : ` (${variants.join(', ')})`}. With --preview you see before what it says; in the window, the preview proposes it.`,
    },
  );
}

/**
 * Refuses the second file of a set where its first one belongs.
 * @throws LABELS_INVALID
 */
async function refuseSecondFirst(path: string, table: LabelTable, { secondFile }: LabelReading): Promise<void> {
  const owner = profileOfSecondFile(table);
  if (owner === undefined || profilesOf('', table).length > 0) return;
  const refused = isSecondFile(owner);
  if (secondFile === undefined) throw refused;
  const { text } = await readLabelText(secondFile);
  if (!profilesOf(text, tableOf(text)).includes(owner)) throw refused;
  throw new AppError('LABELS_INVALID', `These are the two files of ${owner.title} in the other order.`, {
    action: `Name them as --labels ${basename(secondFile)} --second-file ${basename(path)}, with their folders.`,
  });
}

function isSecondFile({ title, files, second }: Profile): AppError {
  return new AppError(
    'LABELS_INVALID',
    `This is the second file of ${title} (${second?.title ?? ''}); the labels stand in the other.`,
    { action: `Name ${files.join(' or ')} as the labels file and let this one lie beside it.` },
  );
}
