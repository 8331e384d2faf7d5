import { researchUseOnly } from '../../contract/index.ts';
import { defineCommand, wordArgument } from '../command.ts';
import { replayLines } from '../replay-lines.ts';

export const command = defineCommand({
  name: 'replay',
  summary: 'train a model again from its record and compare',
  description:
    'Trains a stored model again from its record: the settings of its run, the frozen version of its data set with labels and parts as they were, the seed, ' +
    'and the LPM by its hash, with the engine, device, threads and precision that it was made with, unless one of those is given. On the machine that it was made on ' +
    'the weights must be the same, bit for bit; elsewhere it is said how far the farthest weight and the farthest probability are off. ' +
    'The new weights are not kept; what came of it is kept with the model and stands on its card. Features that are gone are computed again. ' +
    'Where images that it learned from, its LPM or its run are gone, it says which and what to do.',
  arguments: [{ syntax: '<model>', help: 'name of the model (see: sidelight models)' }],
  options: {},
  examples: [
    { line: 'sidelight replay mammo-1', why: 'show that the model can be made again from what is kept' },
    { line: 'sidelight --threads 1 replay mammo-1', why: 'how much hangs on the number of threads' },
  ],
  run: async (context, args) => {
    const services = await context.services();
    const { replayModel } = await import('../../services/replay/replay.ts');
    const { requireModel } = await import('../../services/training/model.ts');
    const { engine, device, threads, precision } = context.globals;
    const isAsked = engine !== 'auto' || device !== 'auto' || threads !== undefined || precision !== 'f32';
    const model = wordArgument(args, 0);
    const report = await replayModel(services, { model, computeAs: isAsked ? 'session' : 'record' });
    const { target } = requireModel(services, model).record;
    return { json: { ...report, notice: researchUseOnly }, lines: replayLines(report, target) };
  },
});
