/** Calls that rename, merge and delete what the library holds, and bring it back; and where the window was. */
import { z } from 'zod';
import {
  datasetBackSchema,
  datasetDeletionSchema,
  deletedThingSchema,
  modelBackSchema,
  modelDeletionSchema,
} from '../deletions.ts';
import { instanceIdSchema, studyIdSchema } from '../ids.ts';
import { classNameSchema, nameSchema } from '../names.ts';
import { erasureExtents, erasurePlanSchema, mostErasedStudies } from '../results/erasure.ts';
import { defineCalls, nothing } from './call.ts';

const count = z.int().nonnegative();
const model = z.strictObject({ model: nameSchema });
const dataset = z.strictObject({ dataset: nameSchema });
const pair = z.strictObject({ dataset: nameSchema, from: classNameSchema, into: classNameSchema });

/** Where the window was; null where nothing was chosen or what was chosen is gone. */
export const windowChoicesSchema = z.strictObject({
  screen: z.string().max(40).nullable(),
  dataset: z.string().nullable(),
  model: z.string().nullable(),
  at: z.strictObject({ studyId: studyIdSchema, instanceId: instanceIdSchema.nullable(), frame: count }).nullable(),
});

export const editingCalls = defineCalls({
  'choices.get': {
    doc: 'Where the window was in this library: screen, data set, model, case.',
    input: nothing,
    output: windowChoicesSchema,
  },
  'choices.save': { doc: 'Keeps where the window is.', input: windowChoicesSchema, output: z.null() },
  'models.rename': {
    doc: 'Gives a model another name; what it answered and decided stays its own.',
    input: z.strictObject({ model: nameSchema, name: nameSchema }),
    output: z.null(),
  },
  'models.deletion': {
    doc: 'What would go with a model, and what would stay.',
    input: model,
    output: modelDeletionSchema,
  },
  'models.delete': {
    doc: 'Takes a model out of sight; results that it gave stay. One in use goes only where that is said.',
    input: z.strictObject({ model: nameSchema, evenInUse: z.boolean() }),
    output: modelDeletionSchema,
  },
  'models.deleted': {
    doc: 'Models that can be brought back, newest first.',
    input: nothing,
    output: z.array(deletedThingSchema),
  },
  'models.restore': {
    doc: 'Brings a model back that was deleted; folders that stopped with it are watched again. Names the folders that stay stopped.',
    input: model,
    output: modelBackSchema,
  },
  'datasets.deletion': {
    doc: 'What would go with a data set, and what would stay.',
    input: dataset,
    output: datasetDeletionSchema,
  },
  'datasets.delete': {
    doc: 'Takes a data set out of sight with its labels and models; its studies stay in the library.',
    input: dataset,
    output: datasetDeletionSchema,
  },
  'datasets.deleted': {
    doc: 'Data sets that can be brought back, newest first.',
    input: nothing,
    output: z.array(deletedThingSchema),
  },
  'datasets.restore': {
    doc: 'Brings a data set back with its labels and models; folders that stopped with them are watched again. Names the folders that stay stopped, and the models that stay away because others have their names.',
    input: dataset,
    output: datasetBackSchema,
  },
  'studies.deletion': {
    doc: 'What would leave the library with some studies, or with the patients whose they are, and what would stay. A job of kind `erase` does it.',
    input: z.strictObject({
      studyIds: z.array(studyIdSchema).min(1).max(mostErasedStudies),
      extent: z.enum(erasureExtents),
    }),
    output: erasurePlanSchema,
  },
  'classes.plannedMerge': {
    doc: 'How many labels would say the other class.',
    input: pair,
    output: z.object({ labels: count }),
  },
  'classes.merge': {
    doc: 'Makes a class part of another: labels that count and say the one say the other from then on. Gives how many.',
    input: pair,
    output: z.object({ labels: count }),
  },
  'classes.merges': {
    doc: 'Classes that became part of others and can be taken apart, newest first.',
    input: dataset,
    output: z.array(z.object({ name: z.string(), into: z.string(), labels: count, mergedAt: z.string() })),
  },
  'classes.takeApart': {
    doc: 'Takes the newest merge of a class back; gives how many labels count no more.',
    input: z.strictObject({ dataset: nameSchema, from: classNameSchema }),
    output: z.object({ labels: count }),
  },
});
export type WindowPlace = z.output<typeof windowChoicesSchema>;
