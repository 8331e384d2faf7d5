/** How a plan reads a file, in sentences, for previews and documentation. */
import { findingMeanings, keyKindMeanings } from '../../../contract/index.ts';
import { columnsOf } from './cells.ts';
import type { ReadingPlan } from './plan.ts';
import type { LabelSource } from './profile.ts';

/** What a plan takes from where. Names of columns stand in quotation marks. */
export function describePlan({ keys, labels, patient, reader, split, second }: ReadingPlan): string[] {
  const looked = keys.map(({ kind, from }) => `${shown(from)} as ${keyKindMeanings[kind]}`);
  return [
    `Image: ${looked.join(', else ')}.`,
    `Labels: ${describeLabels(labels)}.`,
    ...(patient === null ? [] : [`Patient: ${shown(patient)}.`]),
    ...(reader === null ? [] : [`Reader: "${reader}".`]),
    ...(split === null ? [] : [`Split: "${split}".`]),
    ...(second === undefined
      ? []
      : [`Second file: ${second.file} (${second.title}), joined by ${second.on.join(' and ')}.`]),
  ];
}

/** A template as it is read: the name of the column where it is one alone. */
export function shown(template: string): string {
  const [only, ...more] = columnsOf(template);
  return more.length === 0 && template === `{${only}}` ? `"${only}"` : template;
}

function describeWords(words: Readonly<Record<string, string>>): string {
  const known = findingMeanings as readonly string[];
  return Object.entries(words)
    .sort(([, a], [, b]) => known.indexOf(a) - known.indexOf(b))
    .map(([word, meaning]) => `${word} = ${meaning}`)
    .join(', ');
}

/** Where labels come from and what their words mean. */
export function describeLabels(source: LabelSource): string {
  switch (source.from) {
    case 'columns': {
      const { none } = source;
      const except = none === undefined || none.except.length === 0 ? '' : ` but ${none.except.join(', ')}`;
      const nothing =
        none === undefined ? '' : `; where "${none.column}" is ${none.word}, empty cells are absent${except}`;
      return `a column for each of ${source.columns.length} findings: ${describeWords(source.words)}${nothing}`;
    }
    case 'list': {
      const between = source.separator === 'python' ? "a list as ['a', 'b']" : `separated by ${source.separator}`;
      const none = source.none.length === 0 ? '' : `; ${source.none.join(', ')}: none of them`;
      const open = source.open.length === 0 ? '' : `; beside ${source.open.join(', ')} what is not named is unknown`;
      return `findings in "${source.column}", ${between}; what is named is present, what is not is absent${none}${open}`;
    }
    case 'rows':
      return `a row for each finding, in "${source.column}": ${describeWords(source.words)}`;
    case 'column': {
      const words = Object.entries(source.words ?? {}).map(([word, name]) => `${word} = ${name}`);
      const order = source.order === undefined ? '' : `, in the order ${source.order.join(', ')}`;
      const highest = source.highest ? '; of several rows about one image the last in this order counts' : '';
      return `"${source.column}"${words.length === 0 ? '' : ` (${words.join(', ')})`}${order}${highest}`;
    }
    case 'one-hot':
      return `the one of ${source.columns.map((name) => `"${name}"`).join(', ')} that is 1`;
    case 'numbers':
      return `numbers in ${source.columns.map((name) => `"${name}"`).join(', ')}`;
  }
}
