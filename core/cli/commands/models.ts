import { defineCommand } from '../command.ts';
import { formatCount, formatMeasure, formatTable } from '../format.ts';
import { rowsOf } from '../rows.ts';

export const command = defineCommand({
  name: 'models',
  summary: 'list the trained models',
  description:
    'Lists the models of the library: what they were trained on, with which method and LPM, their validation AUC, and which are in use ' +
    '(sidelight promote).',
  arguments: [],
  options: {},
  examples: [{ line: 'sidelight models', why: 'names for evaluate and classify' }],
  run: async (context) => {
    const { listModels } = await import('../../services/library/summary.ts');
    const { listModelsInUse } = await import('../../services/promotion/promote.ts');
    const rows = await rowsOf(context, (services) => {
      const inUse = listModelsInUse(services);
      return listModels(services).map((model) => ({
        ...model,
        isInUse: inUse.some((row) => row.model === model.name),
      }));
    });
    return {
      json: rows,
      lines:
        rows.length === 0
          ? ['No model yet. Train one: sidelight train DATASET']
          : formatTable(
              [
                'name',
                'in use',
                'method',
                'data set',
                'LPM',
                'classes',
                'positive class',
                'learnable',
                'val AUC',
                'made',
              ],
              rows.map((m) => [
                m.name,
                m.isInUse ? 'yes' : '',
                m.method,
                m.dataset,
                m.lpm ?? `${m.lpmHash.slice(0, 12)} (not in this library)`,
                m.classes.join(', '),
                m.positiveClass === null
                  ? '–'
                  : `${m.positiveClass}${m.positiveClassSource === 'alphabet' ? ' (?)' : ''}`,
                formatCount(m.learnable),
                formatMeasure(m.valAuc),
                m.createdAt.slice(0, 10),
              ]),
            ),
    };
  },
});
