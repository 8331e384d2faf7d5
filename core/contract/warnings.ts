/**
 * What a job found that its user must know, beside how it ended: what it left out, what it did otherwise than asked. One closed list for every kind of
 * job, so that the command line, the log, the list of jobs, the screen "Train" and the model card say the same, each in its language.
 *
 * Values are counts, names that the user gave and codes. There is no patient data in them: they are kept with the job.
 */
import { z } from 'zod';
import { counted } from '../base/counted.ts';
import { shownNumber } from '../base/shown-number.ts';

const count = z.int().nonnegative();

/** Why, as the core says it; `code` is '' where no failure stands behind it. */
const causeSchema = z.object({ code: z.string(), message: z.string(), action: z.string() });
export type WarningCause = z.infer<typeof causeSchema>;

/** What images are read for. */
const readFor = z.enum(['training', 'search']);
/** What a library keeps of an LPM, and what other files of the same weights say of it. */
const otherwise = <T extends z.ZodType>(value: T) => z.object({ kept: value, told: value }).nullable();
const channels = z.array(z.number());
const version = { dataset: z.string(), version: z.int().positive() };

const of = <C extends string, T extends z.ZodRawShape>(code: C, values: T) =>
  z.object({ code: z.literal(code), ...values });

export const jobWarningSchema = z.discriminatedUnion('code', [
  of('imagesLeftOut', { of: readFor, images: count, cause: causeSchema }),
  of('imagesLookEmpty', { of: readFor, images: count, cause: causeSchema }),
  of('recipeKnown', { seed: count }),
  of('searchGoesOn', version),
  of('searchBeginsAnew', version),
  of('trainingGoesOn', version),
  of('fewerFolds', {
    folds: count,
    wanted: count,
    /** Classes (null: all together) with fewer patients than are wanted folds. Warnings of before, and of other reasons, have none. */
    few: z.array(z.object({ name: z.string().nullable(), patients: count })).exactOptional(),
    cause: causeSchema,
  }),
  of('networkStuck', { network: count, networks: count }),
  of('methodLeftOut', { method: z.string(), training: count, cause: causeSchema }),
  of('computedElsewhere', { engine: z.string(), device: z.string(), cause: causeSchema }),
  of('startKnowsPatients', { model: z.string(), part: z.enum(['val', 'test']), patients: count }),
  of('patientsMoved', { images: count, inSeveralParts: count, countedApart: count }),
  of('lpmReadAsAdded', {
    lpm: z.string(),
    mean: otherwise(channels),
    std: otherwise(channels),
    eps: otherwise(z.number()),
  }),
  of('earlierNotCounted', { images: count }),
  of('otherKindsAnswered', { images: count, studies: count }),
  of('littleMemory', { lpm: z.string(), inputSize: count, neededBytes: z.number(), freeBytes: z.number() }),
]);
export type JobWarning = z.infer<typeof jobWarningSchema>;
export type WarningCode = JobWarning['code'];

/** By code, the sentence; why stands in `cause`. */
export type WarningWords = {
  readonly [C in WarningCode]: (values: Omit<Extract<JobWarning, { code: C }>, 'code' | 'cause'>) => string;
};

const gigabytes = (bytes: number): string => `${shownNumber(bytes / 1e9, 1)} GB`;
const named = (v: { readonly dataset: string; readonly version: number }): string =>
  `version ${v.version} of "${v.dataset}"`;

/** As the command line and the log say it, and the window in English. */
export const englishWarnings: WarningWords = {
  imagesLeftOut: (v) =>
    v.of === 'search'
      ? `${counted('en', v.images, 'image is left out of the search', 'images are left out of the search')}.`
      : `${counted('en', v.images, 'image is left out of training', 'images are left out of training')}.`,
  imagesLookEmpty: (v) =>
    v.of === 'search'
      ? `${counted('en', v.images, 'image looks empty and is searched with', 'images look empty and are searched with')}.`
      : `${counted('en', v.images, 'image looks empty and is trained on', 'images look empty and are trained on')}.`,
  recipeKnown: (v) =>
    `The recipe is that of an earlier search of the same data, settings and seed (${v.seed}): searched for again it would come out the same. A search with another seed deals the patients to folds afresh.`,
  searchGoesOn: (v) =>
    `The search goes on with ${named(v)}, as it began; what was labelled since then waits for the next training.`,
  searchBeginsAnew: (v) =>
    `Labels or parts of ${named(v)}, with which the search was stopped, have changed since: it begins anew, with the data set as it is now.`,
  trainingGoesOn: (v) =>
    `The training goes on with ${named(v)}, as it began; what was labelled or corrected since then waits for the next training.`,
  fewerFolds: (v) => `Patients are dealt to ${counted('en', v.folds, 'fold', 'folds')} instead of ${v.wanted}.`,
  networkStuck: (v) =>
    `Network ${v.network} of ${v.networks} learned next to nothing and is trained again from another start.`,
  methodLeftOut: (v) => `${v.method}, training ${v.training}, is left out.`,
  computedElsewhere: (v) => `${v.engine} on ${v.device} is not here.`,
  startKnowsPatients: (v) =>
    v.part === 'test'
      ? `The weights that this training begins with, those of "${v.model}", have learned from ${counted('en', v.patients, 'patient who is a test patient here', 'patients who are test patients here')}: figures of the test cases flatter this model. Train it again from the beginning before you trust them.`
      : `The weights that this training begins with, those of "${v.model}", have learned from ${counted('en', v.patients, 'patient who is a validation patient here', 'patients who are validation patients here')}: figures of the validation cases, and what is chosen by them, flatter this model.`,
  patientsMoved: (v) =>
    `${counted('en', v.images, 'image of this version belongs', 'images of this version belong')} to another patient since it was frozen; figures count the patients of then.` +
    (v.inSeveralParts > 0
      ? ` ${counted('en', v.inSeveralParts, 'patient of now stands', 'patients of now stand')} in several splits of it: train anew before you trust the figures.`
      : v.countedApart > 0
        ? ` ${counted('en', v.countedApart, 'patient of now counts', 'patients of now count')} as several in it, so that intervals are too narrow and folds may have learned from whom they answer: train anew before you trust the figures.`
        : ''),
  lpmReadAsAdded: (v) => {
    const pixels = (values: readonly number[]): string => values.join(', ');
    const parts = [
      v.mean && `mean of pixels ${pixels(v.mean.kept)} (these files say ${pixels(v.mean.told)})`,
      v.std && `deviation of pixels ${pixels(v.std.kept)} (these files say ${pixels(v.std.told)})`,
      v.eps && `epsilon of the norms ${v.eps.kept} (these files say ${v.eps.told})`,
    ];
    return `The LPM "${v.lpm}" has these weights and is read as it was added: ${parts.filter((part) => part !== null).join('; ')}. Added under a name of their own these files become another LPM.`;
  },
  earlierNotCounted: (v) =>
    `${counted('en', v.images, 'image that was answered before is', 'images that were answered before are')} not counted with the others of the study: the model may have been calibrated since, and how it was then is not known. Classify the whole study once more.`,
  otherKindsAnswered: (v) =>
    `${counted('en', v.images, 'image is', 'images are')} by header or name no image of what was examined (a localizer, a page of a report, a mask), and answered like the others: ${v.images === 1 ? 'it counts' : 'they count'} in the answers of ${counted('en', v.studies, 'study', 'studies')}. An import that takes such images in names them; classify the folder or archive again without them.`,
  littleMemory: (v) =>
    `The LPM "${v.lpm}" at ${v.inputSize.toLocaleString('en')} px takes about ${gigabytes(v.neededBytes)} of memory, and only ${gigabytes(v.freeBytes)} are free: close other programs, or it may be slow or end.`,
};

/** The sentence of a warning, without why. */
export function warningSentence(warning: JobWarning, words: WarningWords = englishWarnings): string {
  // TypeScript does not follow a union through a table that is keyed by its discriminant.
  return (words[warning.code] as (values: JobWarning) => string)(warning);
}

/** Why, where the sentence does not say it itself. */
export function warningCause(warning: JobWarning): WarningCause | null {
  return 'cause' in warning ? warning.cause : null;
}

/** A warning in one line, as a terminal shows it. */
export function warningLine(warning: JobWarning): string {
  const sentence = warningSentence(warning);
  const cause = warningCause(warning);
  return cause === null ? sentence : `${sentence.replace(/\.$/, '')}: ${cause.message}`;
}

/** Whether a warning says anew what another said, with other counts: the later one is true. */
export function isSameWarning(a: JobWarning, b: JobWarning): boolean {
  return JSON.stringify(withoutCounts(a)) === JSON.stringify(withoutCounts(b));
}

const amounts: readonly string[] = ['images', 'patients', 'studies', 'few', 'neededBytes', 'freeBytes'];
const withoutCounts = (warning: JobWarning): unknown[] =>
  Object.entries(warning).filter(([name]) => !amounts.includes(name));
