import type { DatasetSummary } from '../../contract/index.ts';
import { defineCommand } from '../command.ts';
import { formatTable } from '../format.ts';
import { rowsOf } from '../rows.ts';

/** How many instances a class has; of a finding, in how many it is present of those in which it is known. */
function countOf({ name, instances, marks }: DatasetSummary['classes'][number]): string {
  if (marks === undefined) return `${name} ${instances}`;
  const { present, absent, uncertain } = marks;
  return `${name} ${present} of ${present + absent}${uncertain === 0 ? '' : ` (${uncertain} uncertain)`}`;
}

export const command = defineCommand({
  name: 'datasets',
  summary: 'list the data sets',
  description:
    'Lists the data sets of the library with their patients, studies, instances and classes, or of findings how often each is present of how often it is known; (?) behind the positive class says that its name does not tell (see: sidelight classes).',
  arguments: [],
  options: {},
  examples: [{ line: 'sidelight datasets', why: 'what is there to train on' }],
  run: async (context) => {
    const { listDatasets } = await import('../../services/datasets/dataset.ts');
    const rows = await rowsOf(context, listDatasets);
    return {
      json: rows,
      lines:
        rows.length === 0
          ? ['No data set yet. Make one: sidelight import PATH --dataset NAME']
          : formatTable(
              ['name', 'patients', 'studies', 'instances', 'labelled', 'positive class', 'classes (instances)'],
              rows.map((d) => [
                d.name,
                String(d.patients),
                String(d.studies),
                String(d.instances),
                String(d.labelledInstances),
                d.positiveClass === null
                  ? '–'
                  : `${d.positiveClass}${d.positiveClassSource === 'alphabet' ? ' (?)' : ''}`,
                d.classes.map(countOf).join(', '),
              ]),
            ),
    };
  },
});
