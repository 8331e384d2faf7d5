import { defineCommand, wordArgument } from '../command.ts';
import { given, text } from '../options.ts';
import { watchedAgainLines } from '../put-aside-lines.ts';

export const command = defineCommand({
  name: 'model restore',
  summary: 'bring a deleted model back',
  description:
    'Brings back the model that was deleted under this name last. One that was in use is in use again, unless another one was put there; folders ' +
    'that stopped with it are watched again, by the window. Names the folders that stay stopped.',
  arguments: [{ syntax: '<model>', help: 'the name that it had' }],
  options: { as: text('--as <name>', 'another name for it') },
  examples: [{ line: 'sidelight model restore mammo-1', why: 'it was deleted by mistake' }],
  run: async (context, args, options) => {
    const services = await context.services();
    const { restoreModel } = await import('../../services/library/models.ts');
    const name = wordArgument(args, 0);
    const { as = name } = given({ as: options.as });
    const back = restoreModel(services, name, as);
    return { json: { model: as, ...back }, lines: [`Model "${as}" is back.`, ...watchedAgainLines(back)] };
  },
});
