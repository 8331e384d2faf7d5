import { defineCommand } from '../command.ts';
import { formatCount, formatTable } from '../format.ts';
import { rowsOf } from '../rows.ts';

export const command = defineCommand({
  name: 'batches',
  summary: 'list what was classified',
  description:
    'Lists the batches of classified studies, newest first: the model, how many studies, and how many files failed.',
  arguments: [],
  options: {},
  examples: [{ line: 'sidelight batches', why: 'numbers for batch delete' }],
  run: async (context) => {
    const { listBatches } = await import('../../services/classification/results.ts');
    const rows = await rowsOf(context, listBatches);
    return {
      json: rows,
      lines:
        rows.length === 0
          ? ['Nothing was classified yet: sidelight classify PATH --model NAME --out results.csv']
          : formatTable(
              ['number', 'model', 'studies', 'images', 'failed files', 'made (UTC)'],
              rows.map((b) => [
                String(b.id),
                b.model,
                formatCount(b.studies),
                formatCount(b.images),
                formatCount(b.failed),
                b.createdAt.slice(0, 16).replace('T', ' '),
              ]),
            ),
    };
  },
});
