/** Calls about reading: readers, labels, quality tags, comments, agreement, adjudication, keys. */
import { z } from 'zod';
import {
  instanceIdSchema,
  patientIdSchema,
  readerIdSchema,
  readingTargetSchema,
  seriesIdSchema,
  studyIdSchema,
} from '../ids.ts';
import { classNameSchema, nameSchema, qualityTagSchema, readingUnitSchema, timeSchema } from '../names.ts';
import { targetKindSchema } from '../targets.ts';
import { defineCalls, nothing } from './call.ts';

const dataset = z.string().min(1);
const about = { dataset, target: readingTargetSchema };
/** What a reader does to the item in view. */
const act = {
  ...about,
  /** Who reads, as the page says; refused when somebody else is the current reader by now. */
  readerId: readerIdSchema,
};
/** A label is given to a picture: the instance that the page displays, which must belong to the target, and whose picture that is. */
const seen = { displayed: instanceIdSchema, sopInstanceUID: z.string() };
/** What a label answers where each name of the data set is a question (a finding, a quantity); left out or null of every other data set. */
const asked = { question: z.string().nullable().optional() };
const count = z.int().nonnegative();

const readerSchema = z.object({ id: readerIdSchema, name: z.string(), labels: count });
const readersSchema = z.object({ readers: z.array(readerSchema), currentId: readerIdSchema });

/** One thing to label, as the current reader may see it. */
export const readingItemSchema = z.object({
  target: readingTargetSchema,
  patientId: patientIdSchema,
  /** Position of the patient in the list, from 1: the name under which the list speaks of a patient. */
  patientNumber: z.int().positive(),
  studyId: studyIdSchema,
  modality: z.string().nullable(),
  /** As the header writes it, `YYYYMMDD`; null where it says none, or was imported under a pseudonym. */
  studyDate: z.string().nullable(),
  /** Of the study; where a label is about a series or an image, of its series if that has one. */
  description: z.string().nullable(),
  /** Where a label is about an image: its InstanceNumber, or its place in its series. */
  slice: z.int().nullable(),
  images: count,
  /** The current reader's own label; null where each name is a question. */
  label: z.string().nullable(),
  labelId: z.int().nullable(),
  /** What counts for training now; hidden from a blinded reader. */
  reference: z.string().nullable(),
  /** Readers disagree and nobody has decided; hidden from a blinded reader. */
  isDisputed: z.boolean(),
  /** Where each name of the data set is a question: the current reader's own answers, in the order of `classes`. Else empty. */
  answers: z.array(z.string().nullable()),
  /** What counts of each question, and whether it is disputed; both as `reference` and `isDisputed`, which then speak of none. */
  standing: z.array(z.object({ reference: z.string().nullable(), isDisputed: z.boolean() })),
  tag: qualityTagSchema,
  reason: z.string(),
  /** The current reader's comment. */
  comment: z.string(),
});
export type ReadingItem = z.infer<typeof readingItemSchema>;

/** What a reader's action leaves of an item: the part that the action can change. */
export const readingStateSchema = readingItemSchema.pick({
  target: true,
  label: true,
  labelId: true,
  answers: true,
  tag: true,
  reason: true,
  comment: true,
});
export type ReadingState = z.infer<typeof readingStateSchema>;

export const readingListSchema = z.object({
  dataset: z.string(),
  unit: readingUnitSchema,
  isBlinded: z.boolean(),
  /** Several people read in this library: what is still to label is what the current reader has not labelled. */
  isShared: z.boolean(),
  reader: readerSchema,
  target: targetKindSchema,
  /** In the order of their making, or as somebody ordered them: the first nine have the digit keys. */
  classes: z.array(z.string()),
  items: z.array(readingItemSchema),
});
export type ReadingList = z.infer<typeof readingListSchema>;

export const readingImageSchema = z.object({
  instanceId: instanceIdSchema,
  sopInstanceUID: z.string(),
  seriesId: seriesIdSchema,
  studyId: studyIdSchema,
  modality: z.string().nullable(),
  numberOfFrames: z.int().positive(),
  /** `R` or `L` as the header says, and the view (`CC`, `MLO`): by these mammograms hang. */
  laterality: z.string().nullable(),
  viewPosition: z.string().nullable(),
});
export type ReadingImage = z.infer<typeof readingImageSchema>;

const kappaSchema = z.object({
  value: z.number().nullable(),
  interval: z.tuple([z.number(), z.number()]).nullable(),
});

/** How far the numbers of two readers differ. Source: Bland and Altman, Lancet 1986;327:307-310. */
const differencesSchema = z.object({
  /** The difference is that of the second one's number from the first one's. */
  readers: z.tuple([z.string(), z.string()]),
  cases: count,
  mean: z.number().nullable(),
  /** Between which 95 % of the differences are to be expected; null with fewer than two cases. */
  limits: z.tuple([z.number(), z.number()]).nullable(),
});

export const agreementSchema = z.object({
  /** What it is about where each name is a question; null of every other data set. */
  question: z.string().nullable(),
  /** All the questions, with the figures of each; empty where names are none. */
  questions: z.array(
    z.object({
      name: z.string(),
      cases: count,
      kappa: kappaSchema,
      agreement: z.number().nullable(),
      toAdjudicate: count,
    }),
  ),
  /** What may be decided: the words of labels; empty of numbers. */
  words: z.array(z.string()),
  /** Readers who labelled something. */
  readers: z.array(z.object({ id: readerIdSchema, name: z.string(), cases: count })),
  /** Cases that every one of them labelled; the figures are about these. */
  cases: count,
  /** Cohen's kappa with two readers, Fleiss' with more, differences of numbers; null with fewer than two readers. */
  method: z.enum(['cohen', 'fleiss', 'differences']).nullable(),
  kappa: kappaSchema,
  /** The share of cases on which all agree. */
  agreement: z.number().nullable(),
  byClass: z.array(kappaSchema.extend({ name: z.string() })),
  /** Of numbers, the differences of each two readers. */
  differences: z.array(differencesSchema),
  toAdjudicate: count,
  /** Cases on which others differ and that the current reader, who is blinded, has not labelled yet: they are not in the list. */
  heldBack: count,
  /** The current reader, who is blinded, has said nothing in this data set: what is held back is shown to them once they say that they decide. */
  mayDecide: z.boolean(),
  disagreements: z.array(
    z.object({
      target: readingTargetSchema,
      patientNumber: z.int(),
      studyId: studyIdSchema,
      /** What was said and by how many, in the order of the words: whoever decides is not to know who said it. */
      labels: z.array(z.object({ label: z.string(), readers: count })),
      /** What an adjudicator decided. */
      decision: z.string().nullable(),
    }),
  ),
});
export type Agreement = z.infer<typeof agreementSchema>;

/** Chords of one command, such as `Ctrl+Z`, `Shift+1`, `ArrowUp`; the page knows the commands. */
export const keyTableSchema = z.record(
  z.string().regex(/^[a-z][A-Za-z0-9]{0,40}$/),
  z.array(z.string().min(1).max(40)).max(4),
);

export const labelCalls = defineCalls({
  'readers.list': {
    doc: 'Readers, and who reads now. The first one is made when there is none.',
    input: nothing,
    output: readersSchema,
  },
  'readers.add': { doc: 'Adds a reader.', input: z.strictObject({ name: nameSchema }), output: readersSchema },
  'readers.rename': {
    doc: 'Gives a reader another name; the labels stay theirs.',
    input: z.strictObject({ id: readerIdSchema, name: nameSchema }),
    output: readersSchema,
  },
  'readers.setCurrent': {
    doc: 'Makes a reader the one who reads now.',
    input: z.strictObject({ id: readerIdSchema }),
    output: readersSchema,
  },
  'reading.list': {
    doc: 'Everything to label in a data set, as the current reader may see it.',
    input: z.strictObject({ dataset }),
    output: readingListSchema,
  },
  'reading.images': {
    doc: 'The instances of a study that belong to a data set.',
    input: z.strictObject({ dataset, studyId: studyIdSchema }),
    output: z.array(readingImageSchema),
  },
  'reading.configure': {
    doc: 'Sets what a label is about, whether readers see each other’s labels, or both; what is left out stays as it is.',
    input: z.strictObject({ dataset, unit: readingUnitSchema.optional(), isBlinded: z.boolean().optional() }),
    output: z.null(),
  },
  'labels.addClass': {
    doc: 'Adds a class to a data set.',
    input: z.strictObject({ dataset, name: classNameSchema }),
    output: z.null(),
  },
  'labels.set': {
    doc: 'Writes the current reader’s label; it is on the disk when this answers. Gives what it left of the item. Refused unless the picture displayed belongs to the item.',
    input: z.strictObject({
      ...act,
      ...seen,
      ...asked,
      label: classNameSchema,
      /** The model from whose list of labels to check the case was opened: what became of the label is kept. */
      checking: nameSchema.optional(),
    }),
    output: readingStateSchema,
  },
  'labels.clear': {
    doc: 'Takes back all that the current reader says to one question about an item: it is not known by them again. Gives what is left of the item.',
    input: z.strictObject({ ...act, question: z.string() }),
    output: readingStateSchema,
  },
  'labels.withdraw': {
    doc: 'Takes the current reader’s newest label back: undo. The one before counts again.',
    input: z.strictObject({ ...act, ...asked }),
    output: readingStateSchema,
  },
  'labels.tag': {
    doc: 'Says whether an item may be used. Excluded items are in no version of a data set made afterwards.',
    input: z.strictObject({ ...act, tag: qualityTagSchema, reason: z.string().max(200) }),
    output: readingStateSchema,
  },
  'labels.comment': {
    doc: 'Writes the current reader’s comment; an empty one removes it.',
    input: z.strictObject({ ...act, text: z.string().max(4000) }),
    output: readingStateSchema,
  },
  'labels.history': {
    doc: 'Who said what about an item and when, oldest first; a blinded reader sees their own part.',
    input: z.strictObject(about),
    output: z.array(
      z.object({
        at: timeSchema,
        reader: z.string(),
        kind: z.enum(['label', 'adjudication', 'withdrawal', 'tag', 'comment']),
        text: z.string(),
      }),
    ),
  },
  'labels.agreement': {
    doc: 'Agreement of the readers of a data set, and the cases on which they differ; of the first question where none is named.',
    input: z.strictObject({
      dataset,
      ...asked,
      /** The current reader says that they decide and do not label; heard only of one who has labelled nothing in the data set. */
      isDeciding: z.boolean().optional(),
    }),
    output: agreementSchema,
  },
  'labels.adjudicate': {
    doc: 'Writes the current reader’s decision of a disagreement; it becomes the reference standard.',
    input: z.strictObject({ ...act, ...asked, label: classNameSchema }),
    output: agreementSchema,
  },
  'keys.get': {
    doc: 'The profile of keys and mouse, and the keys that were changed from it.',
    input: nothing,
    output: z.object({ profile: z.string(), keys: keyTableSchema }),
  },
  'keys.save': {
    doc: 'Remembers the profile and the changed keys.',
    input: z.strictObject({ profile: z.string().max(40), keys: keyTableSchema }),
    output: z.null(),
  },
});
