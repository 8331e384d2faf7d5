import { defineCommand, wordArgument } from '../command.ts';

export const command = defineCommand({
  name: 'model rename',
  summary: 'give a model another name',
  description: 'Gives a model another name. Its results, evaluations, decisions and watched folders stay its own.',
  arguments: [
    { syntax: '<model>', help: 'name of the model (see: sidelight models)' },
    { syntax: '<name>', help: 'its new name' },
  ],
  options: {},
  examples: [{ line: 'sidelight model rename mammo-fpt+-2 mammo-winter', why: 'a name that says more' }],
  run: async (context, args) => {
    const { nameSchema, parseOptions } = await import('../../contract/index.ts');
    const [from, to] = [wordArgument(args, 0), parseOptions(nameSchema, wordArgument(args, 1))];
    const services = await context.services();
    const { renameModel } = await import('../../services/library/models.ts');
    renameModel(services, from, to);
    return { json: { from, model: to }, lines: [`Model "${from}" is called "${to}" now.`] };
  },
});
