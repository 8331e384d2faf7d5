import { type RunRecord, splitNames } from '../../contract/index.ts';
import { defineCommand } from '../command.ts';
import { formatDuration, formatMeasure, formatTable } from '../format.ts';
import { rowsOf } from '../rows.ts';

export const command = defineCommand({
  name: 'runs',
  summary: 'list the training runs',
  description:
    'Lists training runs with their state. An interrupted run goes on with `sidelight train DATASET --lpm NAME --resume RUN`, or by ' +
    'giving the same command again.',
  arguments: [],
  options: {},
  examples: [{ line: 'sidelight runs', why: 'what ran, and what can be resumed' }],
  run: async (context) => {
    const { listRuns } = await import('../../services/library/summary.ts');
    const rows = await rowsOf(context, listRuns);
    return {
      json: rows,
      lines:
        rows.length === 0
          ? ['No run yet. Start one: sidelight train DATASET --lpm NAME']
          : formatTable(
              ['name', 'state', 'data set', 'splits', 'method', 'epochs', 'best val AUC', 'time', 'model', 'started'],
              rows.map((r) => [
                r.name,
                r.state,
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
    };
  },
});

/** `train 26, val 10 (cut), test 4 (given)`. */
function splitsOf(splits: RunRecord['splits']): string {
  return splitNames
    .flatMap((split) => splits.filter((row) => row.split === split))
    .map(({ split, origin, patients }) => `${split} ${patients}${origin === 'drawn' ? '' : ` (${origin})`}`)
    .join(', ');
}
