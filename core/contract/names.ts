/** The closed lists that columns, options and reports share. SQL CHECKs are written from them by hand and tested against them. */
import { z } from 'zod';

/**
 * How a model is trained: the two published methods, a small probe of the LPM's tokens, three honest baselines and the methods that the paper
 * compares with, each with the line that help and reports say about it. What a method does is its object in core/models/methods.
 */
export const methodMeaning = {
  'fpt+': 'small network on a low-resolution image, prompted by what the frozen LPM saw at full resolution',
  fpt: 'the predecessor of FPT+: all layers, larger low-resolution image',
  attentive: 'a few learned queries over all tokens of three layers of the frozen LPM; quick, learns best at --lr 5e-3',
  'side-only': 'the same small network without the LPM',
  linear: "logistic regression on the LPM's final class token",
  full: 'every weight of the LPM trained at full resolution, which needs many times the memory',
  lora: "low-rank changes of the LPM's queries and values (LoRA), the rest frozen; reads every image through the LPM in every epoch, as full does",
  adapter: 'a small bottleneck after each MLP of the LPM, the rest frozen; as slow as lora',
  'prompt-tuning':
    'learned tokens beside those of the image in every block of the LPM (deep VPT), the rest frozen; as slow as lora',
  bitfit: 'the biases of the LPM alone; as slow as lora',
  partial: 'the last blocks of the LPM, the others frozen',
} as const;
export type Method = keyof typeof methodMeaning;
export const methods = Object.keys(methodMeaning) as readonly Method[];
export const methodSchema = z.enum(methods);

/** Sizes that some methods let their user choose. */
export interface MethodSizes {
  /** Of the changes to queries and values. */
  readonly rank?: number | undefined;
  /** Those changes are multiplied by alpha / rank. */
  readonly alpha?: number | undefined;
  /** Numbers between the two layers of an adapter. */
  readonly bottleneck?: number | undefined;
  /** Learned tokens in each block. */
  readonly prompts?: number | undefined;
  /** Blocks that are trained, counted from the last. */
  readonly blocks?: number | undefined;
}
export type SizeName = keyof MethodSizes;

/**
 * The sizes that a method has, with their defaults. LoRA: rank and alpha 16, so that the changes are taken as they are (Hu et al. begin with
 * alpha = rank, section 4.1). Adapter: 64, the middle of the sizes that Houlsby et al. 2019 tried. Prompts: 50, of the 1 to 200 that Jia et al. 2022 tried.
 * Partial: the last block, their Partial-1.
 */
export const methodSizes: { readonly [M in Method]?: MethodSizes } = {
  lora: { rank: 16, alpha: 16 },
  adapter: { bottleneck: 64 },
  'prompt-tuning': { prompts: 50 },
  partial: { blocks: 1 },
};

/** Every size, with the methods that have it. */
export const sizeNames: Readonly<Record<SizeName, readonly Method[]>> = {
  rank: methodsWith('rank'),
  alpha: methodsWith('alpha'),
  bottleneck: methodsWith('bottleneck'),
  prompts: methodsWith('prompts'),
  blocks: methodsWith('blocks'),
};

function methodsWith(size: SizeName): readonly Method[] {
  return methods.filter((method) => methodSizes[method]?.[size] !== undefined);
}

/** The sizes of a method: those that are given of the ones that it has, and its defaults of the others. */
export function sizesOf(method: Method, given: MethodSizes = {}): MethodSizes {
  const own = Object.entries(methodSizes[method] ?? {});
  return Object.fromEntries(own.map(([size, standard]) => [size, given[size as SizeName] ?? standard]));
}

/** Options of several methods as one of them takes them: without the sizes that it has not. */
export function withoutOtherSizes<T extends MethodSizes>(method: Method, options: T): T {
  const own = methodSizes[method] ?? {};
  const entries = Object.entries(options).filter(([name]) => !(name in sizeNames) || name in own);
  return Object.fromEntries(entries) as T;
}

/** The three parts of a data set. Patients, not images, are dealt to them. */
export const splitNames = ['train', 'val', 'test'] as const;
export const splitSchema = z.enum(splitNames);
export type SplitName = z.infer<typeof splitSchema>;

/**
 * What an evaluation may be of: a part of the data set, or the patients of training and validation together, each answered by the network of a
 * cross-validated model that did not learn from them.
 */
export const evaluationParts = [...splitNames, 'cross-validation'] as const;
export const evaluationPartSchema = z.enum(evaluationParts);
export type EvaluationPart = z.infer<typeof evaluationPartSchema>;

/**
 * How a patient came into a part: `given` by a file or by folders, `drawn` by the seed, or `cut`: given as training, and dealt to
 * validation because the file gives no validation patients.
 */
export const splitOrigins = ['given', 'drawn', 'cut'] as const;
export const splitOriginSchema = z.enum(splitOrigins);
export type SplitOrigin = z.infer<typeof splitOriginSchema>;

/** Who is the patient of a picture, which has no header: each picture its own, its folder, or its name before the first `_`. */
export const picturePatients = ['picture', 'folder', 'prefix'] as const;
export const picturePatientsSchema = z.enum(picturePatients);
export type PicturePatients = z.infer<typeof picturePatientsSchema>;

/** What a label was given to; the most specific label of an image counts. */
export const labelLevels = ['instance', 'series', 'study', 'patient'] as const;
export const labelLevelSchema = z.enum(labelLevels);
export type LabelLevel = z.infer<typeof labelLevelSchema>;

/** What one label of the reading room is about. */
export const readingUnits = ['study', 'series', 'instance'] as const;
export const readingUnitSchema = z.enum(readingUnits);
export type ReadingUnit = z.infer<typeof readingUnitSchema>;

/** What a reader says about an item's quality; `excluded` keeps it out of training. */
export const qualityTags = ['usable', 'limited', 'excluded'] as const;
export const qualityTagSchema = z.enum(qualityTags);
export type QualityTag = z.infer<typeof qualityTagSchema>;

/** Which frames of a multi-frame instance belong to a data set. */
export const frameRules = ['middle', 'first', 'all'] as const;
export const frameRuleSchema = z.enum(frameRules);
export type FrameRule = z.infer<typeof frameRuleSchema>;

/** How the important tokens of a layer are scored. */
export const tokenRules = ['global', 'class_token'] as const;
export const tokenRuleSchema = z.enum(tokenRules);
export type TokenRule = z.infer<typeof tokenRuleSchema>;

/** What the LPM that comes with the program is called in a library. */
export const embeddedLpmName = 'embedded';

/** Whether an LPM of that name came with the program: another release's has a part of its hash in its name. */
export function isEmbeddedLpmName(name: string): boolean {
  return name === embeddedLpmName || name.startsWith(`${embeddedLpmName} `);
}

/** Whether rare classes count more in the loss: never, always, or at first, towards equal weights over the epochs (`dynamic`). */
export const classWeightings = ['none', 'balanced', 'dynamic'] as const;
export const classWeightingSchema = z.enum(classWeightings);
export type ClassWeighting = z.infer<typeof classWeightingSchema>;

/** What a training makes small, each with the line that help says about it. What a criterion does is its object in core/training/criteria. */
export const criterionMeaning = {
  'cross-entropy': 'minus the logarithm of the probability of the right class, the published recipe',
  'label-smoothing': 'cross-entropy that spreads a tenth of each label over all classes, against being too sure',
  focal: 'cross-entropy in which what is already right hardly counts, for a few hard or rare examples',
  kappa:
    'one minus kappa with quadratic weights of a batch, for grades: far off costs more than next door; wants large batches',
  'binary-cross-entropy': 'the cross-entropy of each finding on its own, over what is known alone',
  'mean-squared-error': 'the square of how far a number is off: the farthest count most',
  l1: 'how far a number is off: a few wrong labels hardly pull',
  'smooth-l1': 'the square where a number is off by little, the distance beyond it',
} as const;
export type CriterionName = keyof typeof criterionMeaning;
export const criterionNames = Object.keys(criterionMeaning) as readonly CriterionName[];
export const criterionSchema = z.enum(criterionNames);
export const defaultCriterion: CriterionName = 'cross-entropy';

/**
 * How weights follow their gradient, each with the line that help says about it. What an optimiser does is its object in
 * core/training/optimisers.
 */
export const optimiserMeaning = {
  adamw: 'Adam with decoupled weight decay, the published recipe',
  adam: 'Adam with L2 decay',
  sgd: 'gradient descent with momentum 0.9 and L2 decay; wants a learning rate about 0.01 and a weight decay about 0.0001',
  'sgd-nesterov': "the same with Nesterov's momentum",
} as const;
export type OptimiserName = keyof typeof optimiserMeaning;
export const optimiserNames = Object.keys(optimiserMeaning) as readonly OptimiserName[];
export const optimiserSchema = z.enum(optimiserNames);
export const defaultOptimiser: OptimiserName = 'adamw';

/** Where mean and standard deviation of the input come from: the training images, or the LPM's own. */
export const normalisations = ['dataset', 'lpm'] as const;
export const normalisationSchema = z.enum(normalisations);
export type Normalisation = z.infer<typeof normalisationSchema>;

/** States of a job, of a training run and of a batch. */
export const jobStates = ['queued', 'running', 'succeeded', 'failed', 'cancelled', 'interrupted'] as const;
export const jobStateSchema = z.enum(jobStates);
export type JobState = z.infer<typeof jobStateSchema>;

/** Kinds of jobs. */
export const jobKinds = [
  'import',
  'encode',
  'train',
  'replay',
  'compare',
  'evaluate',
  'classify',
  'evidence',
  'shortcuts',
  'curve',
  'order',
  'try-int8',
  'measure',
  'demo',
  'export',
  'lpm-add',
  'erase',
] as const;
export const jobKindSchema = z.enum(jobKinds);
export type JobKind = z.infer<typeof jobKindSchema>;

/**
 * Kinds whose answer only the screen wants that asked for it: it asks by itself, and again when it needs it. They stand in nobody's way: a deletion that
 * would have to wait for one stops it, and one that a closed window left is not carried on. What evidence finds is kept in memory, for that screen.
 */
export const passingJobKinds: readonly JobKind[] = ['measure', 'evidence'];
/** Kinds that a deletion stops where it would have to wait. An order of cases is made anew by itself, once something more is labelled. */
export const yieldingJobKinds: readonly JobKind[] = [...passingJobKinds, 'order'];

/** What an imported file was. */
export const instanceKinds = ['dicom', 'picture'] as const;
export const instanceKindSchema = z.enum(instanceKinds);
export type InstanceKind = z.infer<typeof instanceKindSchema>;

/** How image results of one study are brought together. */
export const studyPoolings = ['mean', 'max'] as const;
export const studyPoolingSchema = z.enum(studyPoolings);
export type StudyPooling = z.infer<typeof studyPoolingSchema>;

/** What subgroups of cases are formed by, as far as the library knows it. */
export const subgroupAttributes = ['modality', 'manufacturer', 'device', 'institution', 'sex', 'age'] as const;
export const subgroupAttributeSchema = z.enum(subgroupAttributes);
export type SubgroupAttribute = z.infer<typeof subgroupAttributeSchema>;

/** A name a user gives to a data set, an LPM, a model or a run: one line, no path separators. */
export const nameSchema = z
  .string()
  .min(1)
  .max(120)
  .regex(/^[^/\\\p{C}]+$/u, 'no slashes and no control characters');

/** The name of a class as people write it; whether it is one is told by `noClassOf`. */
export const classNameSchema = z.string().min(1).max(200);

/** UTC time as ISO text. */
export const timeSchema = z.iso.datetime();

/** A SHA-256 in lower-case hexadecimal. */
export const hashSchema = z.string().regex(/^[0-9a-f]{64}$/);
