import { defineCommand, wordArgument } from '../command.ts';
import { plural } from '../format.ts';
import { toggle } from '../options.ts';

export const command = defineCommand({
  name: 'class merge',
  summary: 'make a class of a data set part of another one',
  description:
    'Labels that count and say the one class say the other one from then on, by the same readers; history shows both. Versions and models that are ' +
    'there stay as they are. --undo takes it back.',
  arguments: [
    { syntax: '<dataset>', help: 'name of the data set' },
    { syntax: '<class>', help: 'the class that becomes part of the other one' },
    { syntax: '<into>', help: 'the other one; with --undo the class that it went into' },
  ],
  options: { undo: toggle('--undo', 'take the newest merge of the class back') },
  examples: [
    { line: 'sidelight class merge mammo "probably benign" benign', why: 'two classes that nobody tells apart' },
    { line: 'sidelight class merge mammo "probably benign" benign --undo', why: 'they are to be told apart after all' },
  ],
  run: async (context, args, { undo }) => {
    const [dataset, from, into] = [wordArgument(args, 0), wordArgument(args, 1), wordArgument(args, 2)];
    const services = await context.services();
    const { mergeClasses, takeClassMergeBack } = await import('../../services/datasets/merge-classes.ts');
    const labels = undo
      ? takeClassMergeBack(services, dataset, from, into)
      : mergeClasses(services, dataset, from, into);
    return {
      json: { dataset, from, into, labels, isUndone: undo },
      lines: [
        undo
          ? `"${from}" is a class by itself again: ${plural(labels, 'label')} that said "${into}" ${labels === 1 ? 'counts' : 'count'} no more.`
          : `"${from}" is part of "${into}" now: ${plural(labels, 'label')} ${labels === 1 ? 'says' : 'say'} so. Take it back with --undo.`,
      ],
    };
  },
});
