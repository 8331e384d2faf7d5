/**
 * Whether a model's answers hang on what is no finding. Some of its images are answered once more with a corner covered, with all corners covered, and with
 * everything outside the body covered: where the probability of what is true falls markedly, the model reads what stood there. And the labels are
 * looked at for devices and sites that give them away.
 *
 * It needs the pixels and nothing of the network, so it holds for every method.
 */
import { AppError } from '../../base/errors.ts';
import { throwIfCancelled } from '../../base/progress.ts';
import {
  coveredRegions,
  jobSchemas,
  parseOptions,
  type ShortcutOptions,
  type ShortcutReport,
  shortcutOptionsSchema,
  targetFacts,
  type VersionImage,
} from '../../contract/index.ts';
import { coverPixels, type GreyOrColourImage, regionMask } from '../../images/index.ts';
import { defineJob } from '../../jobs/index.ts';
import { addAuditEvent, saveShortcutCheck, versionImages } from '../../store/index.ts';
import { targets } from '../../targets/index.ts';
import { type ImageClassifiers, openClassifiers } from '../classification/image.ts';
import { evaluatedSet, runOf } from '../evaluation/evaluated-set.ts';
import { sourceImage } from '../evaluation/evidence.ts';
import { caseGroups } from '../evaluation/subgroups.ts';
import { type ServiceContext, timeOf } from '../session/context.ts';
import { survivable } from '../session/problems.ts';
import { runAsJob } from '../session/run-as-job.ts';
import { type LoadedModel, requireModel } from '../training/model.ts';
import { acquisitionResults } from './acquisition.ts';
import { type CoveredAnswers, regionResult } from './covering.ts';
import { kindsOf, sampleImages } from './sample.ts';

/**
 * Checks a model for shortcuts on one split; the report is kept with it.
 * @throws MODEL_NOT_FOUND, LPM_NOT_FOUND; DATASET_NOT_READY where none of the split's images can be read; CANCELLED
 */
export async function checkShortcuts(context: ServiceContext, options: ShortcutOptions): Promise<ShortcutReport> {
  return await runAsJob(shortcutsJob, parseOptions(shortcutOptionsSchema, options), context);
}

export const shortcutsJob = defineJob({
  kind: 'shortcuts',
  ...jobSchemas.shortcuts,
  run: async (options, tools: { deps: ServiceContext; progress: ServiceContext['progress'] }) => {
    const context = { ...tools.deps, progress: tools.progress };
    const model = requireModel(context, options.model);
    const { record } = model;
    const labelled = labelledImages(context, model, options.split);
    const { isPerName, hasMarks } = targetFacts[record.target];
    const kinds = kindsOf(labelled.truths, isPerName ? record.classes.length : 0, hasMarks);
    const chosen = sampleImages(
      labelled.images.map(({ patientId }, i) => ({ patientId, kind: kinds[i] as string })),
      options.perClass,
      options.seed,
    );
    const answered = await answerCovered(context, model, labelled, chosen);
    const asked = { record, truths: answered.truths };
    const report: ShortcutReport = {
      model: record.name,
      split: options.split,
      perClass: options.perClass,
      checkedAt: timeOf(context),
      images: answered.answers.length,
      patients: new Set(answered.answers.map(({ patient }) => patient)).size,
      regions: coveredRegions.map((region) => regionResult(asked, answered.answers, region)),
      acquisition: acquisitionOf(context, model, options.split),
      failed: answered.failed,
    };
    keepReport(context, record.id, report);
    return report;
  },
});

function keepReport({ library, ...context }: ServiceContext, modelId: number, report: ShortcutReport): void {
  const db = library.writer;
  db.transaction(() => {
    saveShortcutCheck(db, modelId, report);
    addAuditEvent(db, {
      happenedAt: timeOf(context),
      action: 'model.checkedForShortcuts',
      subject: report.model,
      details: { split: report.split, images: report.images },
    });
  });
}

interface LabelledImages {
  readonly images: readonly VersionImage[];
  /** [n] classes, or [n, names]. */
  readonly truths: Float64Array;
  readonly perImage: number;
}

/** The images of a split of the version that a model was trained on, with what is true of them. */
function labelledImages(
  context: ServiceContext,
  { record }: LoadedModel,
  split: VersionImage['split'],
): LabelledImages {
  const images = versionImages(context.library.db, runOf(context, record).datasetVersionId, split);
  const truths = Float64Array.from(
    targets[record.target].labelsOf(images, { uncertain: record.uncertain, scale: null }),
  );
  return { images, truths, perImage: targetFacts[record.target].isPerName ? record.classes.length : 1 };
}

/** Answers the chosen images, whole and covered. Those that cannot be read are counted and left out. */
async function answerCovered(
  context: ServiceContext,
  model: LoadedModel,
  { images, truths, perImage }: LabelledImages,
  chosen: readonly number[],
): Promise<{ readonly truths: Float64Array; readonly answers: readonly CoveredAnswers[]; readonly failed: number }> {
  const classifier = await openClassifiers(context, [model]);
  const kept: number[] = [];
  const answers: CoveredAnswers[] = [];
  let first: unknown;
  try {
    for (const [done, place] of chosen.entries()) {
      throwIfCancelled(context.signal, 'The check for shortcuts');
      const { patientId, instanceId, frame } = images[place] as VersionImage;
      try {
        const image = await sourceImage(context, model, { instanceId, frame });
        answers.push({ patient: patientId, ...(await answersOf(classifier, image)) });
        kept.push(place);
      } catch (thrown) {
        first ??= survivable(thrown);
      }
      context.progress({ stage: 'shortcuts', done: done + 1, total: chosen.length, unit: 'images' });
    }
  } finally {
    await classifier.close();
  }
  if (answers.length === 0) {
    const reason = first instanceof AppError ? first.message : 'it has none';
    throw new AppError('DATASET_NOT_READY', `No image of the split can be read: ${reason}`);
  }
  const own = kept.flatMap((place) => [...truths.subarray(place * perImage, (place + 1) * perImage)]);
  return { truths: Float64Array.from(own), answers, failed: chosen.length - kept.length };
}

async function answersOf(
  classifier: ImageClassifiers,
  image: GreyOrColourImage,
): Promise<Omit<CoveredAnswers, 'patient'>> {
  const answer = async (shown: GreyOrColourImage): Promise<Float64Array> =>
    Float64Array.from((await classifier.answers(null, async () => shown)[0]?.())?.probabilities ?? []);
  const whole = await answer(image);
  const covered: Partial<Record<(typeof coveredRegions)[number], Float64Array>> = {};
  for (const region of coveredRegions) {
    const mask = regionMask(image, region);
    if (mask !== null) covered[region] = await answer(coverPixels(image, mask));
  }
  return { whole, covered };
}

/** What device and site give away; nothing where the labels are no classes or the model was not evaluated on the split. */
function acquisitionOf(
  context: ServiceContext,
  model: LoadedModel,
  split: VersionImage['split'],
): ShortcutReport['acquisition'] {
  const { record } = model;
  if (targetFacts[record.target].isPerName) return [];
  const set = evaluatedSet(context, { model: record.name, split, pooling: 'mean' });
  if (set === null) return [];
  const { db } = context.library;
  const training = labelledImages(context, model, 'train');
  const groupsOf = (members: Parameters<typeof caseGroups>[1]) => caseGroups(db, members);
  return acquisitionResults(
    {
      truths: training.truths,
      patients: training.images.map(({ patientId }) => patientId),
      groups: groupsOf(training.images.map(({ instanceId }) => [{ instanceId }])),
    },
    { ...set.image, groups: groupsOf(set.image.members) },
  );
}
