/** What goes out of sight with a model or a data set, what stays, and what can be brought back. */
import { z } from 'zod';
import { timeSchema } from './names.ts';

const count = z.int().nonnegative();

export const modelDeletionSchema = z.object({
  model: z.string(),
  dataset: z.string(),
  /** Whether it is the one in use for its data set, which then has none. */
  isInUse: z.boolean(),
  /** Parts that it was evaluated on. */
  evaluations: count,
  /** Classifications, whose results stay. */
  batches: count,
  /** Watched folders, which are watched no more. */
  watches: count,
});
export type ModelDeletion = z.infer<typeof modelDeletionSchema>;

export const datasetDeletionSchema = z.object({
  dataset: z.string(),
  /** They stay in the library. */
  studies: count,
  instances: count,
  /** They go. */
  labels: count,
  comments: count,
  models: z.array(z.string()),
  /** The model in use for it. */
  inUse: z.string().nullable(),
});
export type DatasetDeletion = z.infer<typeof datasetDeletionSchema>;

/** What came back with a model: folders that are watched again, and those that stay stopped. */
export const modelBackSchema = z.object({ watches: count, stopped: z.array(z.string()) });
export type ModelBack = z.infer<typeof modelBackSchema>;

/** What came back with a data set, and which of its models stay away because others have their names. */
export const datasetBackSchema = modelBackSchema.extend({ modelsLeft: z.array(z.string()) });
export type DatasetBack = z.infer<typeof datasetBackSchema>;

/** Something that is out of sight, under the name that it had. */
export const deletedThingSchema = z.object({ id: z.int(), name: z.string(), deletedAt: timeSchema });
export type DeletedThing = z.infer<typeof deletedThingSchema>;
