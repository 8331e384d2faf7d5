/**
 * Jobs: what each kind is asked and what it gives. The types of a job's payload and result follow from its kind, wherever a job is
 * read: in the queue, in a handler, on the page.
 */

import { z } from 'zod';
import { classifyReportSchema } from './classification.ts';
import { compareOptionsSchema, comparisonReportSchema } from './comparison.ts';
import { demoOptionsSchema, demoReportSchema } from './ipc/demo.ts';
import { evidenceOptionsSchema, evidenceResultSchema } from './ipc/evidence.ts';
import { curveOptionsSchema, curveReportSchema, orderOptionsSchema, orderReportSchema } from './labelling.ts';
import { type JobKind, jobKinds, jobStateSchema, timeSchema } from './names.ts';
import {
  addLpmOptionsSchema,
  classifyOptionsSchema,
  encodeOptionsSchema,
  evaluateOptionsSchema,
  importOptionsSchema,
  measureOptionsSchema,
  trainOptionsSchema,
} from './options.ts';
import { promiseSchema } from './promise.ts';
import { progressStageSchema, trainingProgressSchema } from './records.ts';
import { replayOptionsSchema, replayReportSchema } from './replay.ts';
import {
  addLpmReportSchema,
  encodeReportSchema,
  evaluateReportSchema,
  importReportSchema,
  measureResultSchema,
  trainReportSchema,
} from './reports.ts';
import { eraseOptionsSchema, eraseReportSchema } from './results/erasure.ts';
import { exportOptionsSchema, exportReportSchema } from './results/export.ts';
import { shortcutOptionsSchema, shortcutReportSchema } from './shortcuts.ts';
import { tryInt8OptionsSchema, tryInt8ReportSchema } from './try-int8.ts';
import { jobWarningSchema } from './warnings.ts';

/** By kind, what a job is asked (`payload`) and what it gives when it succeeds (`result`). */
export const jobSchemas = {
  import: { payload: importOptionsSchema, result: importReportSchema },
  encode: { payload: encodeOptionsSchema, result: encodeReportSchema },
  train: { payload: trainOptionsSchema, result: trainReportSchema },
  replay: { payload: replayOptionsSchema, result: replayReportSchema },
  compare: { payload: compareOptionsSchema, result: comparisonReportSchema },
  evaluate: { payload: evaluateOptionsSchema, result: evaluateReportSchema },
  classify: { payload: classifyOptionsSchema, result: classifyReportSchema },
  evidence: { payload: evidenceOptionsSchema, result: evidenceResultSchema },
  shortcuts: { payload: shortcutOptionsSchema, result: shortcutReportSchema },
  curve: { payload: curveOptionsSchema, result: curveReportSchema },
  order: { payload: orderOptionsSchema, result: orderReportSchema },
  'try-int8': { payload: tryInt8OptionsSchema, result: tryInt8ReportSchema },
  measure: { payload: measureOptionsSchema, result: measureResultSchema },
  demo: { payload: demoOptionsSchema, result: demoReportSchema },
  export: { payload: exportOptionsSchema, result: exportReportSchema },
  'lpm-add': { payload: addLpmOptionsSchema, result: addLpmReportSchema },
  erase: { payload: eraseOptionsSchema, result: eraseReportSchema },
} as const satisfies Record<JobKind, { readonly payload: z.ZodType; readonly result: z.ZodType }>;

export type JobSchemas = typeof jobSchemas;
/** What a job of a kind is asked, with or without the defaults. */
export type JobOptions<K extends JobKind> = z.input<JobSchemas[K]['payload']>;
/** What a job of a kind is asked, defaults filled in. */
export type JobPayload<K extends JobKind> = z.output<JobSchemas[K]['payload']>;
/** What a job of a kind gives when it succeeds. */
export type JobResult<K extends JobKind> = z.output<JobSchemas[K]['result']>;

const count = z.int().nonnegative();

/** What jobs of every kind have. */
const recordFields = {
  id: z.int(),
  /** `job-<id>`: see `jobName`. */
  name: z.string(),
  state: jobStateSchema,
  error: z.object({ code: z.string(), message: z.string(), action: z.string() }).nullable(),
  done: count,
  total: count.nullable(),
  unit: z.string().nullable(),
  /** Stopped by its user, who means to go on. */
  isPaused: z.boolean(),
  isCleared: z.boolean(),
  /** How often in a row the application died while it ran. */
  crashes: count,
  /** How often it was queued again because the engine failed. */
  retries: count,
  promise: promiseSchema.nullable().catch(null),
  /** What it found that its user must know, in the order in which it was said. */
  warnings: z.array(jobWarningSchema),
  /** The run that a training job began or went on with; null before that, and where an earlier version did not note it. */
  runId: z.int().nullable(),
  /** How long it worked up to its last end. */
  ranSeconds: z.number().nonnegative(),
  createdAt: timeSchema,
  startedAt: timeSchema.nullable(),
  endedAt: timeSchema.nullable(),
};

/** What the queue knows of a job besides its row. */
const viewFields = {
  /** False where it runs by its row, and whoever asks cannot tell whether any process is still doing it. */
  isStateKnown: z.boolean(),
  /** What it is doing now, a key of `progressStages`; null unless running. */
  stage: progressStageSchema.nullable(),
  /** Where a training is; null unless its steps run. */
  training: trainingProgressSchema.nullable(),
  /** Seconds until its end as far as can be told from the speed so far. */
  remainingSeconds: z.number().nonnegative().nullable(),
  /** True while it can be stopped. */
  isStoppable: z.boolean(),
  /** True where running it again goes on where it stopped. */
  isResumable: z.boolean(),
};

/** Payload and result of a job of a kind. Each is null where there is none yet and where this version cannot read what another wrote. */
type OfKind<K extends JobKind> = {
  readonly kind: K;
  readonly payload: JobPayload<K> | null;
  readonly result: JobResult<K> | null;
};
type Fields<T extends z.ZodRawShape> = Readonly<z.output<z.ZodObject<T>>>;

/** A job of the queue or of the history; of one kind, or of any of several told apart by `kind`. */
export type JobRecord<K extends JobKind = JobKind> = { [P in K]: OfKind<P> & Fields<typeof recordFields> }[K];
/** A job as the tray shows it. */
export type JobView<K extends JobKind = JobKind> = { [P in K]: JobRecord<P> & Fields<typeof viewFields> }[K];
/** What starts a job. */
type JobOrder<K extends JobKind = JobKind> = { [P in K]: { kind: P; options: JobOptions<P> } }[K];
type ParsedOrder<K extends JobKind = JobKind> = { [P in K]: { kind: P; options: JobPayload<P> } }[K];

/**
 * One schema of every kind's, told apart by `kind`. TypeScript does not follow a table from kinds to schemas into a union, so the types
 * are said where this is called; they are written over the same table.
 */
function ofEveryKind(of: (kind: JobKind) => z.ZodObject): unknown {
  const [first, ...others] = jobKinds.map(of) as [z.ZodObject, ...z.ZodObject[]];
  return z.discriminatedUnion('kind', [first, ...others]);
}

const recordOf = (kind: JobKind): z.ZodObject =>
  z.object({
    kind: z.literal(kind),
    ...recordFields,
    payload: whereReadable(jobSchemas[kind].payload),
    result: whereReadable(jobSchemas[kind].result),
  });

function whereReadable(schema: z.ZodType): z.ZodType {
  return schema.nullable().catch(null);
}

export const jobRecordSchema = ofEveryKind(recordOf) as z.ZodType<JobRecord, JobRecord>;
export const jobViewSchema = ofEveryKind((kind) => recordOf(kind).extend(viewFields)) as z.ZodType<JobView, JobView>;

/** Options by kind of job: what `jobs.start` takes. */
export const jobOptionsSchema = ofEveryKind((kind) =>
  z.strictObject({ kind: z.literal(kind), options: jobSchemas[kind].payload }),
) as z.ZodType<ParsedOrder, JobOrder>;

/** What a job is called where people read it: `job-<id>`. Programs name it by its number. */
export function jobName(id: number): string {
  return `job-${id}`;
}

/** The number of a job that is called `job-<id>`; 0 for a name that is none. */
export function jobIdOf(name: string): number {
  return Number(/^job-(\d+)$/.exec(name)?.[1] ?? 0);
}
