/** Calls about what the library holds: data sets, patients, studies, series, LPMs. */
import { z } from 'zod';
import { datasetSummarySchema, lpmRecordSchema, modelRecordSchema, runRecordSchema } from '../records.ts';
import { defineCalls, defineEvents, nothing } from './call.ts';

export const libraryCalls = defineCalls({
  'library.summary': {
    doc: 'What the library holds and where it is.',
    input: nothing,
    output: z.object({
      folder: z.string(),
      patients: z.int().nonnegative(),
      studies: z.int().nonnegative(),
      instances: z.int().nonnegative(),
    }),
  },
  'datasets.list': {
    doc: 'Data sets with their classes and counts.',
    input: nothing,
    output: z.array(datasetSummarySchema),
  },
  'lpms.list': { doc: 'Large pre-trained models of this library.', input: nothing, output: z.array(lpmRecordSchema) },
  'models.list': { doc: 'Trained models, newest last.', input: nothing, output: z.array(modelRecordSchema) },
  'runs.list': { doc: 'Training runs, newest last.', input: nothing, output: z.array(runRecordSchema) },
});

export const libraryEvents = defineEvents({
  /** Something of the library changed; lists that show it load again. */
  'library.changed': z.object({
    what: z.enum(['studies', 'datasets', 'labels', 'lpms', 'models', 'predictions', 'settings']),
  }),
});
