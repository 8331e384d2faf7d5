/** How long work reports where it is, and how it is stopped. */
import { AppError } from './errors.ts';

/** What work is at: a key that stays, and what the command line says. The window has words of its own in each language. */
export const progressStages = {
  checking: 'Checking',
  classifying: 'Classifying',
  comparing: 'Comparing methods',
  copyingLpm: 'Copying LPM',
  curve: 'Learning curve',
  decoding: 'Decoding',
  deletionCheck: 'Deletion check',
  encoding: 'Encoding',
  erasing: 'Deleting',
  erasingBackups: 'Deleting in backups',
  evaluating: 'Evaluating',
  evidence: 'Evidence',
  exporting: 'Exporting',
  importing: 'Importing',
  makingStudies: 'Making studies',
  makingUnseen: 'Making studies to classify',
  measuring: 'Measuring',
  ordering: 'Ordering cases',
  readingImage: 'Reading the image',
  readingWeights: 'Reading weights',
  searching: 'Searching a recipe',
  shortcuts: 'Checking for shortcuts',
  statistics: 'Mean and deviation',
  training: 'Training',
} as const;
export type ProgressStage = keyof typeof progressStages;

/** What progress counts, in plural. */
export const progressUnits = ['MB', 'files', 'images', 'parts', 'records', 'runs', 'seconds', 'steps'] as const;
export type ProgressUnit = (typeof progressUnits)[number];

/** Where a training is. Epochs count from 1. */
export interface TrainingProgress {
  readonly epoch: number;
  readonly epochs: number;
  /** Epochs that ended: as many are in the library. */
  readonly epochsDone: number;
  /** Of a cross-validation, which of its networks learns and how many there are, counted from 1. */
  readonly fold?: number | undefined;
  readonly folds?: number | undefined;
  /** Of the last step. */
  readonly loss: number;
  /** Of the last epoch that ended; null before the first, and where it could not be computed. */
  readonly valLoss: number | null;
  readonly valAuc: number | null;
}

/** One report: `done` never goes back; `total` is null while unknown. */
export interface ProgressEvent {
  readonly stage: ProgressStage;
  readonly done: number;
  readonly total: number | null;
  readonly unit: ProgressUnit;
  /** More of it, for people to read: nothing is to be taken out of it again. */
  readonly note?: string;
  /** Of a training's steps. */
  readonly training?: TrainingProgress;
}

export type ReportProgress = (event: ProgressEvent) => void;

/** Throws CANCELLED when the user asked to stop; call it between units of work. */
export function throwIfCancelled(signal: AbortSignalLike, what: string): void {
  if (signal.aborted) throw new AppError('CANCELLED', `${what} was stopped.`);
}

/** The part of AbortSignal that pure layers use (they have no DOM or Node types). */
export interface AbortSignalLike {
  readonly aborted: boolean;
}
