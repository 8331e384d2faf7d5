import {
  type ClassifyReport,
  classifyOptionsSchema,
  researchUseOnly,
  studyPoolings,
  targetFacts,
} from '../../contract/index.ts';
import { decisionWords } from '../../report/positive-class-words.ts';
import { referralWords } from '../../report/referral-words.ts';
import { defineCommand, UsageError, wordsArgument } from '../command.ts';
import { formatDuration, formatTable, plural } from '../format.ts';
import { decimal, oneOf, requiredOutputFile, text, texts } from '../options.ts';
import { problemLines } from '../problem-lines.ts';
import { verdictLines } from '../verdict-lines.ts';

const defaults = classifyOptionsSchema.parse({ paths: ['.'], model: 'M', out: 'results.csv' });

export const command = defineCommand({
  name: 'classify',
  summary: 'classify new studies into a CSV file',
  description:
    'Reads folders, files, ZIP archives or DICOMDIR media and writes one row an image and one row a study: every class ' +
    'probability, the decision, the threshold and the class it is about, the positive class, the model and the LPM hash; whether the answer should go to a reader, where the model has a rule for that; of a model of folds, how many of its networks answer the same and from where to where their probabilities reach; and one row a file (level "file") that gave no answer, with status and reason. A model of several findings gives probability, decision and threshold of each; a model of numbers, the number. The model brings its own preprocessing. Without --model it is the one in use (sidelight promote): for the data set of --in-use, or the only one. The file ' +
    'appears under its name only when it is complete.',
  arguments: [{ syntax: '<path...>', help: 'folders, files, ZIP archives or DICOMDIR files' }],
  options: {
    model: texts(
      '--model <name>',
      'name of the model (see: sidelight models); the one in use where it is left out. Given several times, every image is read once and answered by each model',
    ),
    inUse: text('--in-use <dataset>', 'instead of --model: the model in use for this data set'),
    out: requiredOutputFile(
      '--out <file.csv>',
      'file to write; of several models one file each, results-NAME.csv for results.csv',
    ),
    studyPooling: oneOf(
      '--study-pooling <how>',
      'how images of a study are brought together',
      studyPoolings,
      defaults.studyPooling,
    ),
    refer: decimal(
      '--refer <share>',
      'marks the answers that should go to a reader, so that with 95 % certainty at most this share of the others is wrong (0.05 for 5 %); without it they are marked by the rule that is stored with the model, if one is',
      undefined,
    ),
  },
  examples: [
    { line: 'sidelight classify /data/new --model mammo-1 --out results.csv', why: 'a folder of new studies' },
    {
      line: 'sidelight classify /data/new --model density --model birads --out results.csv',
      why: 'two models; every image is read once',
    },
    { line: 'sidelight classify /data/new --in-use mammo --out results.csv', why: 'with the model in use for mammo' },
    {
      line: 'sidelight classify /data/new --model mammo-cv --refer 0.05 --out results.csv',
      why: 'uncertain answers marked for a reader',
    },
  ],
  run: async (context, args, { model: named, inUse, refer, ...options }) => {
    if (named !== undefined && inUse !== undefined) {
      throw new UsageError(
        '--model and --in-use: found both; allowed: one of them. --in-use takes the model in use for that data set.',
      );
    }
    if (refer !== undefined && !(refer > 0 && refer <= 0.5)) {
      throw new UsageError(`--refer <share>: found "${refer}"; allowed: above 0 up to 0.5 (0.05 for 5 %).`);
    }
    const services = await context.services();
    const { classifyPaths } = await import('../../services/classification/classify.ts');
    const { isNoImage } = await import('../../services/files/no-image.ts');
    const { modelInUse } = await import('../../services/promotion/promote.ts');
    const taken = named === undefined ? modelInUse(services, inUse) : null;
    const [model = '', ...otherModels] = named ?? [(taken as NonNullable<typeof taken>).model];
    const { ensurePromises } = await import('../../services/evaluation/referral.ts');
    const pooling = options.studyPooling ?? defaults.studyPooling;
    const found =
      refer === undefined ? [] : ensurePromises(services, { models: [model, ...otherModels], allowed: refer, pooling });
    const report = await classifyPaths(services, { paths: wordsArgument(args, 0), model, otherModels, ...options });
    const { modelVerdict } = await import('../../services/evaluation/judge-report.ts');
    const { others, ...own } = report;
    const answered = [own, ...others].map((each, m) => ({
      ...each,
      verdict: modelVerdict(services, each.model),
      ...(found[m] === undefined ? {} : { referralFound: found[m] }),
    }));
    const lines = [
      ...(taken === null
        ? []
        : [`Model in use for "${taken.dataset}": "${taken.model}" (since ${taken.at.slice(0, 10)}).`]),
      ...answered.flatMap((each, m) => [
        ...(m === 0 ? [] : ['']),
        ...verdictLines(each.verdict),
        ...(each.referralFound ?? []).map((outcome) => `Rule of referral: ${referralWords(outcome)}`),
        ...classifyLines(each),
      ]),
      researchUseOnly,
    ];
    const [json, ...more] = answered;
    const output = {
      json: { ...json, others: more, isModelInUse: taken !== null, notice: researchUseOnly },
      lines,
    };
    if (report.images > 0) return output;
    const first = report.problems.find(({ code }) => !isNoImage(code));
    const message =
      first === undefined
        ? `Nothing was classified: ${report.failed === 0 ? 'there is no file' : `${plural(report.failed, 'file')}, none of them an image`}.`
        : `Nothing was classified; ${plural(report.failed, 'file')} could not be used. Most frequent reason: ${first.message}`;
    const action =
      first?.action ?? 'Name a folder, a file or a ZIP archive that holds DICOM, PNG, JPEG or TIFF images.';
    return { ...output, failure: { code: 'BAD_INPUT' as const, message, action, retryable: false } };
  },
});

function classifyLines(report: Answered): string[] {
  return [
    `Classified ${plural(report.images, 'image')} of ${plural(report.studies, 'study', 'studies')} with "${report.model}" in ` +
      `${formatDuration(report.seconds)}; ${report.failed} failed.`,
    // Of numbers nothing is decided.
    ...(report.decisions.length === 0
      ? []
      : formatTable(
          [targetFacts[report.target].hasMarks ? 'present' : 'decision', 'images', 'studies'],
          report.decisions.map((d) => [d.name, String(d.images), String(d.studies)]),
        )),
    `Decision: ${decisionWords(report)}.`,
    ...(report.referred === null
      ? []
      : [
          `To a reader: ${plural(report.referred.images, 'image')}, ${plural(report.referred.studies, 'study', 'studies')} (column "referred").`,
        ]),
    ...disagreementLines(report),
    ...problemLines(report.problems),
    ...(report.out === null ? [] : [`Results: ${report.out}`]),
  ];
}

/** What is said of one model. */
type Answered = Omit<ClassifyReport, 'others'>;

/** About how many not all networks of a model of folds answer the same. */
function disagreementLines({ disagreement, images, studies }: Answered): string[] {
  if (disagreement === null || disagreement.studies === null || disagreement.images === null) return [];
  return [
    `The ${disagreement.folds} networks of the folds do not all answer the same about ${disagreement.images} of ${plural(images, 'image')}, ${disagreement.studies} of ${plural(studies, 'study', 'studies')} (column "foldsAgreeing").`,
  ];
}
