import { defineCommand, UsageError, wordArgument } from '../command.ts';
import { plural } from '../format.ts';
import { text } from '../options.ts';
import { putAsideLines } from '../put-aside-lines.ts';

export const command = defineCommand({
  name: 'dataset delete',
  summary: 'take a data set out of the library, and say what goes and what stays',
  description:
    'Says what goes (labels, comments, models) and what stays (the studies), and with --confirm and the name once more takes the data set out of ' +
    'every list. It can be brought back with all of it (sidelight dataset restore), so it stays in the library file. Jobs about it that a closed window ' +
    'left are put aside: the window offers to go on with them. To remove what is known of a person: sidelight patient delete.',
  arguments: [{ syntax: '<dataset>', help: 'name of the data set (see: sidelight datasets)' }],
  options: {
    confirm: text('--confirm <name>', 'the same name once more: delete it; without, only what would go is said'),
  },
  examples: [
    { line: 'sidelight dataset delete trial', why: 'what would go' },
    { line: 'sidelight dataset delete trial --confirm trial', why: 'delete it' },
  ],
  run: async (context, args, { confirm }) => {
    const name = wordArgument(args, 0);
    if (confirm !== undefined && confirm !== name) {
      throw new UsageError(
        `--confirm says "${confirm}", and the data set is "${name}": give the same name, or leave --confirm out.`,
      );
    }
    const isMeant = confirm !== undefined;
    const services = await context.services(isMeant ? 'write' : 'read');
    const { deleteDataset, planDatasetDeletion } = await import('../../services/library/datasets.ts');
    const { withWorkAside } = await import('../../services/library/left-work.ts');
    const plan = planDatasetDeletion(services, name);
    const { studies, labels, comments, models, inUse } = plan;
    const about = [
      { kind: 'dataset', name } as const,
      ...models.map((model) => ({ kind: 'model', name: model }) as const),
    ];
    const putAside = isMeant ? withWorkAside(services, about, () => deleteDataset(services, name)).putAside : [];
    return {
      json: { ...plan, isDeleted: isMeant, putAside },
      lines: [
        `${isMeant ? 'Gone' : 'Would go'}: data set "${name}" with ${plural(labels, 'label')}, ${plural(comments, 'comment')} and ` +
          `${models.length === 0 ? 'no model' : `${plural(models.length, 'model')} (${models.join(', ')})`}.`,
        ...(inUse === null ? [] : [`Model "${inUse}" ${isMeant ? 'was' : 'is'} in use for it.`]),
        `Staying: its ${plural(studies, 'study', 'studies')}, in the library.`,
        ...putAsideLines(putAside),
        isMeant
          ? `Bring it back: sidelight dataset restore "${name}"`
          : `Nothing was changed. Delete it: sidelight dataset delete "${name}" --confirm "${name}"`,
      ],
    };
  },
});
