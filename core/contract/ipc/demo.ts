/** The demo set: made-up studies on which the whole work can be tried at once. */
import { z } from 'zod';
import { nameSchema } from '../names.ts';

const count = z.int().nonnegative();

/** What the walk through the whole job may ask of its studies. */
export const demoTaskNames = ['classes', 'findings'] as const;
export type DemoTaskName = (typeof demoTaskNames)[number];

export const demoOptionsSchema = z.strictObject({
  dataset: nameSchema.default('demo'),
  /** Studies to learn from; a multiple of three gives equal classes. */
  studies: z.int().min(6).max(2000).default(120),
  /** Of these, how many come without a label, to be labelled by hand. */
  unlabelled: z.int().min(0).max(100).default(12),
  /** Studies left in a folder of their own, to be classified. */
  unseen: z.int().min(0).max(500).default(12),
  /** Pixels of an image's side. */
  size: z.int().min(64).max(2048).default(512),
});
export type DemoOptions = z.input<typeof demoOptionsSchema>;

export const demoReportSchema = z.object({
  dataset: z.string(),
  studies: count,
  instances: count,
  labelled: count,
  unlabelled: count,
  lpm: z.string(),
  /** True where no pre-trained LPM comes with the program and one of random weights stands in. */
  isStandIn: z.boolean(),
  /** The folder with studies to classify. */
  unseenFolder: z.string(),
  seconds: z.number(),
});
export type DemoReport = z.infer<typeof demoReportSchema>;
