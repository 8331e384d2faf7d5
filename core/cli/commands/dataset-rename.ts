import { defineCommand, wordArgument } from '../command.ts';

export const command = defineCommand({
  name: 'dataset rename',
  summary: 'give a data set another name',
  description: 'Gives a data set another name. Labels, versions and models stay its own.',
  arguments: [
    { syntax: '<dataset>', help: 'name of the data set (see: sidelight datasets)' },
    { syntax: '<name>', help: 'its new name' },
  ],
  options: {},
  examples: [{ line: 'sidelight dataset rename mammo mammo-2026', why: 'a name that says more' }],
  run: async (context, args) => {
    const { nameSchema, parseOptions } = await import('../../contract/index.ts');
    const [from, to] = [wordArgument(args, 0), parseOptions(nameSchema, wordArgument(args, 1))];
    const services = await context.services();
    const { renameDataset } = await import('../../services/datasets/editing.ts');
    renameDataset(services, from, to);
    return { json: { from, dataset: to }, lines: [`Data set "${from}" is called "${to}" now.`] };
  },
});
