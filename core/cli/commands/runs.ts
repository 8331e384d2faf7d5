import { type RunView, splitNames } from '../../contract/index.ts';
import { defineCommand } from '../command.ts';
import { formatDuration, formatMeasure, formatTable } from '../format.ts';
import { rowsOf } from '../rows.ts';

export const command = defineCommand({
  name: 'runs',
  summary: 'list the training runs',
  description:
    'Lists training runs with their state. An interrupted run, such as one whose Sidelight was killed, goes on with `sidelight train DATASET ' +
    '--resume RUN`, or by giving the same command again. Where it cannot be told whether anybody is still working in the library, the state has a question ' +
    'mark (`isStateKnown` is false with --json).',
  arguments: [],
  options: {},
  examples: [{ line: 'sidelight runs', why: 'what ran, and what can be resumed' }],
  run: async (context) => {
    const { listRuns } = await import('../../services/library/summary.ts');
    const rows = await rowsOf(context, listRuns);
    const unknown = rows.filter(({ isStateKnown }) => !isStateKnown).map(({ name }) => name);
    return {
      json: rows,
      lines:
        rows.length === 0
          ? ['No run yet. Start one: sidelight train DATASET']
          : [
              ...formatTable(
                [
                  'name',
                  'state',
                  'data set',
                  'splits',
                  'method',
                  'epochs',
                  'best val AUC',
                  'time',
                  'model',
                  'started (UTC)',
                ],
                rows.map((r) => [
                  r.name,
                  r.isStateKnown ? r.state : `${r.state}?`,
                  r.dataset,
                  splitsOf(r.splits),
                  r.settings.method,
                  `${r.epochsDone}/${r.settings.epochs * r.settings.folds}`,
                  formatMeasure(r.bestValAuc),
                  formatDuration(r.seconds),
                  r.modelName,
                  r.createdAt.slice(0, 16).replace('T', ' '),
                ]),
              ),
              ...(unknown.length === 0 ? [] : [notKnown(unknown)]),
            ],
    };
  },
});

/** Why the state of these runs is not known, and what makes it known. */
function notKnown(names: readonly string[]): string {
  return (
    `Not known: whether ${names.join(', ')} still ${names.length === 1 ? 'runs' : 'run'}. The file writer.lock in the library's folder says whether a Sidelight ` +
    'works there, and cannot be read from here: give this account the right to read it, or look under the account that trains. Where the library is of an ' +
    'earlier version, give the command again.'
  );
}

/** `train 26, val 10 (cut), test 4 (given)`. */
function splitsOf(splits: RunView['splits']): string {
  return splitNames
    .flatMap((split) => splits.filter((row) => row.split === split))
    .map(({ split, origin, patients }) => `${split} ${patients}${origin === 'drawn' ? '' : ` (${origin})`}`)
    .join(', ');
}
