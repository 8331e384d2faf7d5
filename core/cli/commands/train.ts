import { counted } from '../../base/counted.ts';
import {
  budgetMeaning,
  budgetNames,
  classWeightings,
  criterionMeaning,
  criterionNames,
  deliveries,
  methodMeaning,
  methodSizes,
  methods,
  normalisations,
  optimiserMeaning,
  optimiserNames,
  type RecipeName,
  recipeNames,
  type SizeName,
  type searchedOptions,
  sizeNames,
  type TrainOptions,
  type TrainReport,
  targetFacts,
  targetFigureWords,
  tokenRules,
  trainOptionsSchema,
  uncertainPolicies,
} from '../../contract/index.ts';
import { namedPositive, positiveClassWarnings } from '../../report/positive-class-words.ts';
import type { ServiceContext } from '../../services/session/context.ts';
import { defineCommand, UsageError, wordArgument } from '../command.ts';
import { foldLines } from '../fold-lines.ts';
import { formatCount, formatDuration, formatMeasure, formatTable } from '../format.ts';
import { refuseUncounted } from '../goes-on.ts';
import { methodsOf } from '../methods-option.ts';
import { splitOriginLines } from '../note-lines.ts';
import { decimal, given, integer, list, lpmName, oneOf, text, toggle } from '../options.ts';
import { featuresOption, keptFeatures, readingPrecision } from '../precision.ts';
import { verdictLines } from '../verdict-lines.ts';

const defaults = trainOptionsSchema.parse({ dataset: 'D' });

/** The methods that have a size, each with its default. */
const ofMethods = (size: SizeName): string =>
  sizeNames[size].map((method) => `${method}; default: ${methodSizes[method]?.[size]}`).join('; ');

/** What a search decides, so that naming one of them is naming a recipe. */
const searched: Readonly<Record<(typeof searchedOptions)[number], string>> = {
  method: '--method',
  epochs: '--epochs',
  lr: '--lr',
  weightDecay: '--weight-decay',
  augment: '--no-augment',
  earlyStop: '--early-stop',
  folds: '--folds',
  rank: '--rank',
  alpha: '--alpha',
  bottleneck: '--bottleneck',
  prompts: '--prompts',
  blocks: '--blocks',
};
const searchedFlags = Object.values(searched);

export const command = defineCommand({
  name: 'train',
  summary: 'fine-tune a classifier on a data set',
  description:
    'Trains a small network on what the frozen LPM saw; patients, not images, are dealt to training, validation and test. ' +
    'Left to itself it searches for the recipe: methods and learning rates are tried on folds of the training and validation patients, and the ' +
    'best is trained on all folds, whose networks answer together. Test patients are not touched. With --recipe published, or where method, rate, ' +
    'epochs or the like are named, one network is trained as told: the weights with the best validation AUC are kept (of findings: the best mean over those that can be judged; of grades: the best kappa; of numbers: the least mean absolute error). A checkpoint is written every epoch: the same command after a stop ' +
    'or a crash goes on and ends with the same weights as an uninterrupted run.',
  arguments: [{ syntax: '<dataset>', help: 'name of the data set' }],
  options: {
    lpm: lpmName(defaults.lpm),
    recipe: oneOf(
      '--recipe <who>',
      `auto: found by a search on your own data; published: the paper's settings, and those that you name (default: auto, published where one of ${searchedFlags.join(', ')} is named)`,
      recipeNames,
      undefined,
    ),
    budget: oneOf(
      '--budget <size>',
      `how much a search tries, counted in steps; ${budgetNames.map((name) => `${name}: ${budgetMeaning[name]}`).join('; ')}`,
      budgetNames,
      defaults.budget,
    ),
    methods: list(
      '--methods <names>',
      `what a search tries, with commas between, of: ${methods.join(', ')} (default: those of its budget). Those that run the LPM in every epoch take many times as long as the others; what each takes is said before the search begins`,
    ),
    method: oneOf(
      '--method <name>',
      `${methods.map((method) => `${method}: ${methodMeaning[method]}`).join('; ')} (published: ${defaults.method})`,
      methods,
      undefined,
    ),
    epochs: integer('--epochs <n>', `passes over the training images (published: ${defaults.epochs})`, undefined),
    batch: integer('--batch <n>', 'images a step', defaults.batch),
    lr: decimal(
      '--lr <rate>',
      `learning rate at the start; falls to 0 along a cosine (published: ${defaults.lr})`,
      undefined,
    ),
    positive: text(
      '--positive <name>',
      'the positive one of two classes, which the threshold is chosen for; kept with the data set (default: what was chosen for it, else read from the names)',
    ),
    seed: integer(
      '--seed <n>',
      'seed of split, initialisation, order and augmentation; a search is the same for the same seed, and with another one made afresh, with other folds',
      defaults.seed,
    ),
    name: text('--name <name>', 'name of the model (default: from data set and method)'),
    resume: text('--resume <run>', 'go on with this run (see: sidelight runs), with the settings that it began with'),
    again: text(
      '--again <model>',
      'with the settings of this model on the data set as it is now; the new model names it. Beside it only --name',
    ),
    on: text(
      '--on <model>',
      'train this model on: its settings, --epochs more of them, from the weights that it ended with (the optimiser begins anew); a new model comes of it. Beside it only --epochs and --name. People who are test patients by now and whom those weights have learned from (patients became one, or a file gave another split) are said',
    ),
    criterion: oneOf(
      '--criterion <name>',
      criterionNames.map((name) => `${name}: ${criterionMeaning[name]}`).join('; '),
      criterionNames,
      defaults.criterion,
    ),
    classWeights: oneOf(
      '--class-weights <how>',
      'balanced: rare classes count more; of findings, present as much as absent; dynamic: so at first, and towards equal weights over the epochs',
      classWeightings,
      defaults.classWeights,
    ),
    uncertain: oneOf(
      '--uncertain <what>',
      'of findings, what marks of "uncertain" count as: unknown leaves them out, present and absent count them so',
      uncertainPolicies,
      defaults.uncertain,
    ),
    flip: toggle('--no-flip', 'never mirror images while training; use it where laterality matters'),
    augment: toggle('--no-augment', 'no random crops, brightness or contrast'),
    earlyStop: integer(
      '--early-stop <n>',
      'stop after n epochs without a better validation AUC (of grades: kappa; of numbers: mean absolute error)',
      undefined,
    ),
    folds: integer(
      '--folds <k>',
      'cross-validation, for few patients: k networks, each of which learns from the training and validation patients without a fold of them and predicts that fold; the model answers with their mean. Takes k times as long; weights after the last epoch count (published: 1)',
      undefined,
    ),
    repeats: integer(
      '--repeats <r>',
      'deals the patients to folds so often anew; out-of-fold answers and the model are means over all deals. Takes r times as long, and figures depend less on how the patients were dealt; their intervals do not become narrower',
      defaults.repeats,
    ),
    deliver: oneOf(
      '--deliver <what>',
      'what the model of a cross-validation is; folds: the mean of its networks, which are the ones that were judged; refit: one network more, trained on all training and validation patients, smaller, of which no figure is but those of the others',
      deliveries,
      defaults.deliver,
    ),
    optimiser: oneOf(
      '--optimiser <name>',
      optimiserNames.map((name) => `${name}: ${optimiserMeaning[name]}`).join('; '),
      optimiserNames,
      defaults.optimiser,
    ),
    weightDecay: decimal(
      '--weight-decay <w>',
      `pull of the weights towards 0 (published: ${defaults.weightDecay})`,
      undefined,
    ),
    microBatch: integer(
      '--micro-batch <n>',
      'full and other methods that run the LPM in training: images computed at a time; the result is that of the batch, the memory that of so many',
      defaults.microBatch,
    ),
    rank: integer('--rank <n>', `rank of the changes (${ofMethods('rank')})`, undefined),
    alpha: decimal('--alpha <a>', `what they count, over the rank (${ofMethods('alpha')})`, undefined),
    bottleneck: integer(
      '--bottleneck <n>',
      `numbers in the middle of an adapter (${ofMethods('bottleneck')})`,
      undefined,
    ),
    prompts: integer('--prompts <n>', `learned tokens in each block (${ofMethods('prompts')})`, undefined),
    blocks: integer(
      '--blocks <n>',
      `blocks that are trained, counted from the last (${ofMethods('blocks')})`,
      undefined,
    ),
    inputSize: integer('--input-size <px>', 'image size the LPM reads', defaults.inputSize),
    tokens: oneOf('--tokens <rule>', 'how important tokens are scored', tokenRules, defaults.tokens),
    tokenRatio: decimal('--token-ratio <r>', 'share of tokens to keep', defaults.tokenRatio),
    normalisation: oneOf(
      '--normalisation <source>',
      'mean and deviation from the training images or from the LPM',
      normalisations,
      defaults.normalisation,
    ),
    features: featuresOption,
  },
  examples: [
    { line: 'sidelight train mammo', why: 'a recipe searched for on your data, some minutes' },
    { line: 'sidelight train mammo --budget overnight --name mammo-1', why: 'a longer search' },
    {
      line: 'sidelight train mammo --methods attentive,fpt+,lora',
      why: 'a search among these methods; lora takes long, and how long is said first',
    },
    { line: 'sidelight train mammo --lpm vit-base --recipe published', why: 'FPT+ exactly as published' },
    {
      line: 'sidelight train mammo --lpm vit-base --precision int8',
      why: 'reads images quicker, in 8 bits; measure first: sidelight lpm try-int8 mammo --lpm vit-base',
    },
    { line: 'sidelight train mammo --lpm vit-base --features int8', why: 'features in half of the disk' },
    {
      line: 'sidelight train mammo --lpm vit-base --method side-only',
      why: 'the baseline without the LPM, to compare',
    },
    {
      line: 'sidelight train mammo --lpm vit-base --method full --epochs 10',
      why: 'the whole LPM, for comparison; hours instead of minutes without a GPU',
    },
    {
      line: 'sidelight train chest --uncertain present',
      why: 'findings, with what readers were not sure of as present',
    },
    {
      line: 'sidelight train mammo --folds 5 --method attentive --lr 5e-3',
      why: 'some hundred patients: every one of them is learned from and predicted, the test patients are not touched',
    },
    {
      line: 'sidelight train mammo --again mammo-1',
      why: 'after labels were corrected: the same settings, to compare',
    },
    { line: 'sidelight train mammo --on mammo-1 --epochs 10', why: 'ten more epochs from where mammo-1 ended' },
    { line: 'sidelight train mammo --resume run-3', why: 'go on where run-3 stopped' },
  ],
  run: async (context, args, options) => {
    if (options.again !== undefined && options.on !== undefined)
      throw new UsageError('Give --again or --on, one of the two.');
    refuseUncounted(command.options, context.given);
    const services = await context.services();
    const { trainModel } = await import('../../services/jobs/train.ts');
    const { methods: names, features, ...others } = given(options);
    const asked = { ...others, ...(names === undefined ? {} : { methods: methodsOf('--methods', names) }) };
    if (context.globals.precision === 'int8' && (options.again ?? options.on ?? options.resume) !== undefined) {
      throw new UsageError('A run that goes on or is trained again reads as it did: leave --precision int8 out.');
    }
    const dataset = wordArgument(args, 0);
    const wanted =
      options.again === undefined && options.on === undefined
        ? {
            dataset,
            ...asked,
            ...readingPrecision(context.globals),
            ...keptFeatures(features),
            recipe: recipeOf(asked),
          }
        : await again(services, dataset, options);
    const report = await trainModel(services, wanted);
    const { modelVerdict } = await import('../../services/evaluation/judge-report.ts');
    const known = modelVerdict(services, report.model);
    return { json: { ...report, verdict: known }, lines: [...verdictLines(known), ...trainLines(report)] };
  },
});

/** What trains a model again, or on. @throws UsageError for a model of another data set, and for `--on` without epochs */
async function again(
  services: ServiceContext,
  dataset: string,
  asked: {
    readonly again?: string | undefined;
    readonly on?: string | undefined;
    readonly name?: string | undefined;
    readonly epochs?: number | undefined;
  },
): Promise<TrainOptions> {
  const { optionsAgain, optionsOn } = await import('../../services/training/again.ts');
  if (asked.on !== undefined && asked.epochs === undefined) throw new UsageError('Say with --epochs how many more.');
  const options =
    asked.on === undefined
      ? optionsAgain(services, asked.again ?? '')
      : optionsOn(services, asked.on, asked.epochs ?? 0);
  if (options.dataset !== dataset) {
    throw new UsageError(
      `Model "${asked.on ?? asked.again}" was trained on data set "${options.dataset}", not on "${dataset}".`,
    );
  }
  return asked.name === undefined ? options : { ...options, name: asked.name };
}

/** Whose recipe it is: the one that is named; the user's own where a part of one is; else a search's. @throws UsageError for both at once */
export function recipeOf({ recipe, resume, augment, ...asked }: { readonly [name: string]: unknown }): RecipeName {
  const named = Object.entries(searched).flatMap(([name, flag]) =>
    asked[name] !== undefined || (name === 'augment' && augment === false) ? [flag] : [],
  );
  if (asked['methods'] !== undefined && (recipe === 'published' || resume !== undefined || named.length > 0)) {
    const other = recipe === 'published' ? '--recipe published' : resume !== undefined ? '--resume' : named.join(', ');
    throw new UsageError(
      `--methods is what a search tries, and with ${other} none is made: leave one of the two out${named.includes('--method') ? ' (--method names one method, --methods a list to choose from)' : ''}.`,
    );
  }
  if (recipe !== 'auto')
    return recipe === 'published' || resume !== undefined || named.length > 0 ? 'published' : 'auto';
  if (resume !== undefined)
    throw new UsageError('--resume goes on with a recipe that is chosen: leave --recipe auto out.');
  if (named.length === 0) return 'auto';
  throw new UsageError(
    `--recipe auto finds ${named.join(', ')} itself: leave ${named.length === 1 ? 'it' : 'them'} out, or give --recipe published.`,
  );
}

function trainLines(report: TrainReport): string[] {
  const share =
    report.lpmParameters === null
      ? ''
      : ` (${((100 * report.learnable) / report.lpmParameters).toFixed(2)} % of the LPM)`;
  return [
    `Trained "${report.model}" (${report.method}, ${report.run}${report.resumed ? ', resumed' : ''}) on "${report.dataset}" ` +
      `version ${report.version} in ${formatDuration(report.seconds)}.`,
    ...splitOriginLines(report.splits),
    `Learnable parameters: ${formatCount(report.learnable)}${share}.` +
      (report.peakMb === null ? '' : ` Peak memory: ${Math.round(report.peakMb)} MB.`),
    ...searchLines(report),
    ...(report.folds > 1 ? foldLines(report) : [keptLine(report)]),
    ...positiveLines(report),
    `Next: sidelight evaluate "${report.model}"`,
  ];
}

/** Whom threshold and later figures are about. */
function positiveLines(report: TrainReport): string[] {
  if (report.positiveClass === null) return [];
  return [
    `Positive class: ${namedPositive(report)}.`,
    ...positiveClassWarnings(report).map((warning) => `Warning: ${warning}`),
  ];
}

/** What a search tried, a line for each candidate. */
function searchLines({ search }: TrainReport): string[] {
  if (search === null) return [];
  const [won] = search.rows;
  return [
    `Recipe found by a ${search.budget} search${search.seed === undefined ? '' : ` (seed ${search.seed})`}: ${counted('en', search.trainings, 'training', 'trainings')} on ${counted('en', search.folds, 'fold', 'folds')} of ${counted('en', search.images, 'image', 'images')}.`,
    ...(search.methods === undefined ? [] : [`Methods asked for: ${search.methods.join(', ')}.`]),
    ...formatTable(
      ['', 'method', 'learning rate', 'weight decay', 'augmented', 'steps', 'round', 'folds', 'skill', 'AUC'],
      search.rows.map((row) => [
        row === won ? 'won' : '',
        row.method,
        String(row.learningRate),
        String(row.weightDecay),
        row.augment ? 'yes' : 'no',
        String(row.steps),
        `${row.round} of ${search.rounds}`,
        String(row.folds),
        row.skill === null ? 'diverged' : formatMeasure(row.skill),
        formatMeasure(row.auc),
      ]),
    ),
    'Skill: the share of the loss of guessing that answers take away, on patients that were not learned from; 1 is best, 0 is guessing.',
  ];
}

/** Which epoch's weights are kept, and why. */
function keptLine({ target, bestEpoch, valAuc, epochs }: TrainReport): string {
  if (bestEpoch === null) return 'No validation figure could be computed; the final weights are kept.';
  const { keptBy, hasMarks } = targetFacts[target];
  const when = `after epoch ${bestEpoch} of ${epochs.length}`;
  return keptBy === 'auc'
    ? `Best validation AUC${hasMarks ? ' (mean over the findings that can be judged)' : ''}: ${formatMeasure(valAuc)} ${when}.`
    : `Best validation ${targetFigureWords[keptBy]} ${when}${valAuc === null ? '' : `; validation AUC there: ${formatMeasure(valAuc)}`}.`;
}
