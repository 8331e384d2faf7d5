import { defineCommand, wordArgument } from '../command.ts';
import { plural } from '../format.ts';
import { toggle } from '../options.ts';
import { putAsideLines } from '../put-aside-lines.ts';

export const command = defineCommand({
  name: 'model delete',
  summary: 'take a model out of the library, and say what goes and what stays',
  description:
    'Says what goes and what stays, and with --yes takes the model out of every list. Results that it gave stay readable. It can be brought back ' +
    '(sidelight model restore), so its weights stay in the library file. Jobs about it that a closed window left are put aside: the window offers to go ' +
    'on with them. A model in use for its data set goes only with --in-use.',
  arguments: [{ syntax: '<model>', help: 'name of the model (see: sidelight models)' }],
  options: {
    yes: toggle('--yes', 'delete it; without, only what would go is said'),
    inUse: toggle('--in-use', 'also where it is in use for its data set, which has none then'),
  },
  examples: [
    { line: 'sidelight model delete mammo-1', why: 'what would go' },
    { line: 'sidelight model delete mammo-1 --yes', why: 'delete it' },
  ],
  run: async (context, args, { yes, inUse }) => {
    const services = await context.services(yes ? 'write' : 'read');
    const { deleteModel, planModelDeletion } = await import('../../services/library/models.ts');
    const name = wordArgument(args, 0);
    const { withWorkAside } = await import('../../services/library/left-work.ts');
    const { value: plan, putAside } = yes
      ? withWorkAside(services, [{ kind: 'model', name }], () => deleteModel(services, name, { evenInUse: inUse }))
      : { value: planModelDeletion(services, name), putAside: [] };
    const { dataset, isInUse, evaluations, batches, watches } = plan;
    return {
      json: { ...plan, isDeleted: yes, putAside },
      lines: [
        `${yes ? 'Gone' : 'Would go'}: model "${name}" of "${dataset}" with ${plural(evaluations, 'evaluation')}.`,
        ...(isInUse
          ? [
              `It ${yes ? 'was' : 'is'} in use for "${dataset}", which ${yes ? 'has' : 'would have'} no model in use then.`,
            ]
          : []),
        ...(watches > 0 ? [`${plural(watches, 'watched folder')} ${yes ? 'stopped' : 'would stop'}.`] : []),
        `Staying: the data set, its labels, and the results of ${plural(batches, 'classification')}.`,
        ...putAsideLines(putAside),
        yes
          ? `Bring it back: sidelight model restore "${name}"`
          : `Nothing was changed. Delete it: sidelight model delete "${name}" --yes${isInUse ? ' --in-use' : ''}`,
      ],
    };
  },
});
