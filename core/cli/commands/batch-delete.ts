import { defineCommand, UsageError, wordArgument } from '../command.ts';
import { plural } from '../format.ts';

export const command = defineCommand({
  name: 'batch delete',
  summary: 'delete the results of a classification, and the names of files that failed',
  description:
    'Removes the predictions of a batch and the paths of files that it could not use, which nothing else removes: such a file belongs ' +
    'to no known patient. Images in the library, the files themselves and results files stay. Backups inside the library keep the ' +
    'batch until they are replaced. Cannot be undone.',
  arguments: [{ syntax: '<number>', help: 'number of the batch (see `sidelight batches`)' }],
  options: {},
  examples: [{ line: 'sidelight batch delete 12', why: 'the results of batch 12' }],
  run: async (context, args) => {
    const word = wordArgument(args, 0);
    if (!/^\d{1,15}$/.test(word)) throw new UsageError(`<number>: found "${word}"; allowed: the number of a batch.`);
    const services = await context.services();
    const { deleteBatches } = await import('../../services/library/delete-batch.ts');
    const report = deleteBatches(services, { batch: Number(word) });
    return {
      json: report,
      lines: [
        `Removed: ${plural(report.predictions, 'prediction')}, ${plural(report.failures, 'file')} that could not be used.`,
      ],
    };
  },
});
