import { defineCommand, wordArgument } from '../command.ts';
import { given, text } from '../options.ts';
import { watchedAgainLines } from '../put-aside-lines.ts';

export const command = defineCommand({
  name: 'dataset restore',
  summary: 'bring a deleted data set back',
  description:
    'Brings back the data set that was deleted under this name last, with its labels, versions and models; folders that stopped with them ' +
    'are watched again, by the window. Names the folders that stay stopped.',
  arguments: [{ syntax: '<dataset>', help: 'the name that it had' }],
  options: { as: text('--as <name>', 'another name for it') },
  examples: [{ line: 'sidelight dataset restore trial', why: 'it was deleted by mistake' }],
  run: async (context, args, options) => {
    const services = await context.services();
    const { restoreDataset } = await import('../../services/library/datasets.ts');
    const name = wordArgument(args, 0);
    const { as = name } = given({ as: options.as });
    const back = restoreDataset(services, name, as);
    return {
      json: { dataset: as, ...back },
      lines: [
        `Data set "${as}" is back with its labels and models.`,
        ...watchedAgainLines(back),
        ...back.modelsLeft.map(
          (model) =>
            `Not its model "${model}", because another one has that name: sidelight model restore "${model}" --as NAME`,
        ),
      ],
    };
  },
});
