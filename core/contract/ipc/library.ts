/** Calls about what the library holds: studies, series, data sets, LPMs; import and the demo set. */
import { z } from 'zod';
import { instanceIdSchema, seriesIdSchema, studyIdSchema } from '../ids.ts';
import { classNameSchema, frameRuleSchema, nameSchema, splitSchema } from '../names.ts';
import { fileOfImportSchema } from '../problems.ts';
import {
  datasetSummarySchema,
  lpmRecordSchema,
  modelRecordSchema,
  positiveClassSourceSchema,
  runViewSchema,
} from '../records.ts';
import { defaultTarget, targetKindSchema } from '../targets.ts';
import { defineCalls, defineEvents, nothing } from './call.ts';
import { evidenceObstacleSchema } from './evidence.ts';

const count = z.int().nonnegative();
const id = z.int().positive();
const text = z.string().max(200).default('');
const date = z.union([z.literal(''), z.iso.date()]).default('');

/** What the list of studies is narrowed to; '' is everything. */
export const studyFilterSchema = z.strictObject({
  patientName: text,
  patientID: text,
  accessionNumber: text,
  studyDescription: text,
  modality: text,
  /** Days, both included, as 2024-01-31. */
  from: date,
  to: date,
  dataset: text,
  /** Counts within `dataset`. */
  labels: z.enum(['any', 'labelled', 'unlabelled']).default('any'),
});
export type StudyFilter = z.output<typeof studyFilterSchema>;

export const studySortColumns = [
  'studyDate',
  'patientName',
  'patientID',
  'studyDescription',
  'accessionNumber',
  'modalities',
  'bodyPartExamined',
  'instanceCount',
] as const;
export const studySortSchema = z.strictObject({
  column: z.enum(studySortColumns).default('studyDate'),
  isDescending: z.boolean().default(true),
});
export type StudySort = z.output<typeof studySortSchema>;

const word = z.string().nullable();

/** A row of the list of studies. Attributes as the files write them; null where unknown or not kept. */
export const studyRowSchema = z.object({
  id: studyIdSchema,
  patientName: word,
  /** Under which the study is filed. */
  patientID: word,
  /** By the header, where another patient was given. */
  headerPatientID: word,
  isPatientGiven: z.boolean(),
  /** Who issued the ID that the header gives. */
  issuerOfPatientID: word,
  patientSex: word,
  patientBirthDate: word,
  studyDate: word,
  studyTime: word,
  studyDescription: word,
  accessionNumber: word,
  /** `CT/SR`. */
  modalities: z.string(),
  bodyPartExamined: word,
  seriesCount: count,
  instanceCount: count,
  /** The newest label of the most general level within the data set asked for, of a blinded reader their own; null without one. */
  label: word,
  /** Where the data set asks several questions, or for a number, what is said to each; null where nothing is. */
  answers: z.array(z.object({ name: z.string(), word })).optional(),
});
export type StudyRow = z.infer<typeof studyRowSchema>;

export const studyDetailsSchema = studyRowSchema.extend({
  studyInstanceUID: z.string(),
  datasets: z.array(z.string()),
  /** Other studies of the patient, oldest first. */
  otherStudies: z.array(studyRowSchema),
  series: z.array(
    z.object({
      id: seriesIdSchema,
      seriesInstanceUID: z.string(),
      modality: word,
      seriesDescription: word,
      seriesNumber: z.int().nullable(),
      instances: z.array(
        z.object({
          id: instanceIdSchema,
          instanceNumber: z.int().nullable(),
          numberOfFrames: z.int().positive(),
          rows: count.nullable(),
          columns: count.nullable(),
        }),
      ),
    }),
  ),
});
export type StudyDetails = z.infer<typeof studyDetailsSchema>;

/** Everything about one data set. Of a split's patients, `given` and `cut` say how many a file gave and were cut for validation. `classes` stand in the readers' order: the first has the digit 1; `labels` of them count, and with one `stored`, if only in the history, a class stays. */
export const datasetDetailsSchema = z.object({
  id,
  name: z.string(),
  target: targetKindSchema,
  frames: frameRuleSchema,
  /** Made by classifying: nothing chooses it by itself. */
  isKeptApart: z.boolean(),
  createdAt: z.string(),
  patients: count,
  studies: count,
  instances: count,
  classes: z.array(z.object({ id, name: z.string(), labels: count, stored: count })),
  /** Whether labels of other classes are refused. */
  hasFixedClasses: z.boolean(),
  /** The positive one of two classes, and how it was found; null with more or fewer. */
  positiveClass: z.string().nullable(),
  positiveClassSource: positiveClassSourceSchema.nullable(),
  splits: z.array(
    z.object({ split: splitSchema.nullable(), patients: count, studies: count, given: count, cut: count }),
  ),
  versions: z.array(
    z.object({
      number: z.int().positive(),
      images: count,
      runs: count,
      createdAt: z.string(),
      /** Images that belong to another patient since; the version keeps the patients that it was made of. */
      movedImages: count,
    }),
  ),
});
export type DatasetDetails = z.infer<typeof datasetDetailsSchema>;

/** A study that goes from a given patient back to the one of its header. IDs are null where there is none to show. */
const takenBackSchema = z.object({
  studyId: studyIdSchema,
  studyInstanceUID: z.string(),
  from: word,
  to: word,
  images: count,
});

const studyIds = z.array(studyIdSchema).max(1_000_000);
const dataset = z.strictObject({ dataset: nameSchema });

export const libraryCalls = defineCalls({
  'library.summary': {
    doc: 'What the library holds and where it is.',
    input: nothing,
    output: z.object({ folder: z.string(), patients: count, studies: count, instances: count }),
  },
  'studies.find': {
    doc: 'Row ids of the studies that match, in order: what a list of any length needs to know at once.',
    input: z.strictObject({ filter: studyFilterSchema.prefault({}), sort: studySortSchema.prefault({}) }),
    output: z.object({
      ids: z.instanceof(Int32Array),
      /** The data set asked for is read blinded: labels of others, imported and decided ones are neither told nor counted as labels. */
      isBlinded: z.boolean(),
    }),
  },
  'studies.rows': {
    doc: 'What the list shows of some studies, with their labels in a data set; to a blinded reader only their own.',
    input: z.strictObject({ ids: z.array(studyIdSchema).max(500), dataset: text }),
    output: z.array(studyRowSchema),
  },
  'studies.get': {
    doc: 'One study with its series, images, data sets and the patient’s other studies.',
    input: z.strictObject({ id: studyIdSchema }),
    output: studyDetailsSchema,
  },
  'studies.plannedTakeBack': {
    doc: 'Which of some studies were given a patient beside their header, and to whom they would go back.',
    input: z.strictObject({ studyIds }),
    output: z.array(takenBackSchema),
  },
  'studies.takeBackPatients': {
    doc: 'Files studies under the patients of their headers again; gives what changed.',
    input: z.strictObject({ studyIds }),
    output: z.array(takenBackSchema),
  },
  'studies.modalities': { doc: 'Modalities of the library.', input: nothing, output: z.array(z.string()) },
  'datasets.list': {
    doc: 'Data sets with their classes and counts.',
    input: nothing,
    output: z.array(datasetSummarySchema),
  },
  'datasets.get': {
    doc: 'One data set: classes in order, splits, versions.',
    input: dataset,
    output: datasetDetailsSchema,
  },
  'datasets.create': {
    doc: 'Makes a data set, empty or of some studies.',
    input: z.strictObject({
      name: nameSchema,
      target: targetKindSchema.default(defaultTarget),
      frames: frameRuleSchema.default('middle'),
      studyIds: studyIds.default([]),
      classes: z.array(classNameSchema).max(50).default([]),
    }),
    output: datasetDetailsSchema,
  },
  'datasets.rename': {
    doc: 'Gives a data set another name.',
    input: z.strictObject({ dataset: nameSchema, name: nameSchema }),
    output: z.null(),
  },
  'datasets.addStudies': {
    doc: 'Adds every image of some studies; gives how many images were new.',
    input: z.strictObject({ dataset: nameSchema, studyIds }),
    output: z.object({ instances: count }),
  },
  'datasets.removeStudies': {
    doc: 'Takes studies out of a data set, not out of the library; gives how many images went, and the number by which they come back. Frozen versions keep theirs.',
    input: z.strictObject({ dataset: nameSchema, studyIds }),
    output: z.object({ instances: count, removal: id }),
  },
  'datasets.putBackStudies': {
    doc: 'Puts back exactly the images that one call of datasets.removeStudies took out, into the same data set; gives its name now and how many came back.',
    input: z.strictObject({ removal: id }),
    output: z.object({ dataset: z.string(), instances: count }),
  },
  'datasets.setClasses': {
    doc: 'The classes in order: with an id one that is there (renamed, moved), without a new one; one left out goes if no label names it.',
    input: z.strictObject({
      dataset: nameSchema,
      classes: z.array(z.strictObject({ id: id.optional(), name: classNameSchema })).max(50),
      /** Whether these are all that there may be; as it was where left out. */
      isFixed: z.boolean().optional(),
    }),
    output: datasetDetailsSchema,
  },
  'datasets.setPositive': {
    doc: 'Says which of two classes is the positive one for models that are trained from now on; null leaves it to their names.',
    input: z.strictObject({ dataset: nameSchema, positive: classNameSchema.nullable() }),
    output: datasetDetailsSchema,
  },
  'imports.leftOut': {
    doc: 'Every file that an import left out, and then those that it took and that are to be looked at, with whole paths and reasons; null where an earlier session imported, which kept no paths.',
    input: z.strictObject({ jobId: z.int() }),
    output: z.array(fileOfImportSchema).nullable(),
  },
  'imports.saveLeftOut': {
    doc: 'Writes the files that an import of this session left out, and those to be looked at, as a CSV file.',
    input: z.strictObject({ jobId: z.int(), path: z.string().min(1) }),
    output: z.null(),
  },
  'lpms.list': { doc: 'Large pre-trained models of this library.', input: nothing, output: z.array(lpmRecordSchema) },
  'models.list': {
    doc: 'Trained models, newest last, and what stands between their answers and evidence, null where there is evidence to look at.',
    input: nothing,
    output: z.array(modelRecordSchema.extend({ evidenceObstacle: evidenceObstacleSchema.nullable() })),
  },
  'runs.list': { doc: 'Training runs, newest last.', input: nothing, output: z.array(runViewSchema) },
});

export const libraryEvents = defineEvents({
  /** Something of the library changed; lists that show it load again. `jobs`: many at once, by something else than their own course. */
  'library.changed': z.object({
    what: z.enum(['studies', 'datasets', 'labels', 'lpms', 'models', 'predictions', 'settings', 'jobs']),
  }),
});
