/**
 * Files of findings and of quantities in the product's own form: a column that names the image, and one for each finding with 1 (present),
 * 0 (absent), -1 (uncertain) or nothing, or one for each quantity with numbers. Exported labels are such files.
 */
import { AppError } from '../../../base/errors.ts';
import { columnOfName, defaultQuantity, keyColumns, type TargetKind, targetFacts } from '../../../contract/index.ts';
import type { LabelTable } from '../label-table.ts';
import { plainWord } from './cells.ts';
import { columnsThatFit, isOwnMark, type LeftColumn, ownWords } from './column-kinds.ts';
import { type ReadingPlan, thereAre } from './plan.ts';
import type { LabelSource } from './profile.ts';

/**
 * How a file is read for a data set whose names are questions.
 * @param known the names that the data set has; where it has none, columns with nothing but such cells are taken
 * @throws LABELS_INVALID where no column names the image or none says anything
 */
export function planOfOwnColumns(table: LabelTable, target: TargetKind, known: readonly string[]): ReadingPlan {
  const { hasMarks, noun } = targetFacts[target];
  const header = table.header?.fields ?? [];
  const key = keyColumns.find((one) => header.some((name) => columnOfName(name) === one));
  if (key === undefined) {
    throw new AppError('LABELS_INVALID', `No column of the labels file names the image; ${thereAre(table)}`, {
      action: `Call it one of ${keyColumns.join(', ')}, or name it with --key-column.`,
    });
  }
  const nameOf = (meaning: ReturnType<typeof columnOfName>): string | undefined =>
    header.find((name) => columnOfName(name) === meaning);
  const words = new Set(known.map(plainWord));
  const fits = hasMarks ? isOwnMark : isNumber;
  const named = header.filter((name) => words.has(plainWord(name)));
  // Where names are known, others are not asked for.
  const { taken, left } = known.length > 0 ? { taken: [], left: [] } : columnsThatFit(table, fits, hasMarks);
  const columns = named.length > 0 ? named : taken;
  const label = nameOf('label');
  // One quantity may stand in the column "label"; a finding has no name there.
  const quantity = !hasMarks && columns.length === 0 && known.length < 2 ? label : undefined;
  if (columns.length === 0 && quantity === undefined) {
    const of = known.length > 0 ? ` of ${known.map((name) => `"${name}"`).join(', ')}` : '';
    throw new AppError(
      'LABELS_INVALID',
      `The data set asks for ${noun[1]}, and no column of the labels file is one${of}; ${thereAre(table)}${whyNot(left)}`,
      {
        action: hasMarks
          ? 'Name the columns of findings with --finding-columns A,B and what stands in them with --values, or a column with several findings in its cells with --label-column and --separator.'
          : 'Give the column the name of the quantity, or name it with --label-column.',
      },
    );
  }
  const question = known[0] ?? defaultQuantity;
  const labels: LabelSource = hasMarks
    ? { from: 'columns', columns: [...columns], words: { ...ownWords } }
    : { from: 'numbers', columns: quantity === undefined ? [...columns] : [question] };
  const patient = nameOf('patientID');
  return {
    profile: null,
    variant: null,
    second: undefined,
    cells: [],
    otherNames: quantity === undefined ? {} : { [quantity]: question },
    keys: [{ kind: key, from: `{${nameOf(key) ?? key}}` }],
    target,
    patient: patient === undefined || key === 'patientID' ? null : `{${patient}}`,
    reader: nameOf('reader') ?? null,
    split: nameOf('split') ?? null,
    labels,
    only: null,
    isNamed: false,
    ...(known.length > 0 ? {} : { left }),
  };
}

/** Why columns that look like it are none, for whoever has no other. */
function whyNot(left: readonly LeftColumn[]): string {
  const said = left.flatMap(({ name, why, first }) => {
    if (why === 'attribute') return [`"${name}" is not taken for one, by its name`];
    return first === undefined ? [] : [`"${name}" has "${first.word}" in row ${first.row}`];
  });
  return said.length === 0 ? '' : ` Not taken: ${said.join('; ')}.`;
}

function isNumber(cell: string): boolean {
  return cell !== '' && Number.isFinite(Number(cell.replace(/^([-−+]?\d*),(\d+)$/, '$1.$2').replace('−', '-')));
}

/**
 * A plan whose column of labels is taken for a quantity, where the data set asks for one.
 * @throws LABELS_INVALID where it asks for findings, which have no name in such a column
 */
export function asQuestions(plan: ReadingPlan, target: TargetKind | null): ReadingPlan {
  const { labels } = plan;
  if (target === null || !targetFacts[target].isPerName || labels.from !== 'column' || plan.target !== null)
    return plan;
  if (targetFacts[target].hasMarks) {
    throw new AppError(
      'LABELS_INVALID',
      `The data set asks for findings, and the column "${labels.column}" holds one word an image.`,
      {
        action:
          'Name the columns of findings with --finding-columns A,B, or what stands between several findings of one cell with --separator.',
      },
    );
  }
  return { ...plan, target, labels: { from: 'numbers', columns: [labels.column] } };
}
