/** Which answers go to a reader so that the error among the others keeps a promise, and what a rule does on other cases. */
import { AppError } from '../../base/errors.ts';
import {
  isRefit,
  type JudgeLevel,
  type ModelRecord,
  type ReferralOutcome,
  type ReferralReport,
  type StudyPooling,
  targetFacts,
} from '../../contract/index.ts';
import { referralWords } from '../../report/referral-words.ts';
import { promisedReferral } from '../../statistics/promised-referral.ts';
import { wilson } from '../../statistics/proportions.ts';
import { isReferred } from '../../statistics/refer.ts';
import { worthOfRows } from '../../statistics/shares-of-cases.ts';
import { targets } from '../../targets/index.ts';
import type { ServiceContext } from '../session/context.ts';
import { cutOf, referBandOf } from '../training/operating-point.ts';
import { type EvaluatedSet, type EvaluationRequest, evaluatedSet, requireRecord, requireSet } from './evaluated-set.ts';
import { pairOf } from './judge.ts';
import { setReferBand } from './judge-settings.ts';
import { unseenPart } from './unseen-part.ts';

/** Studies, except where some have no label of their own: then images. */
const caseLevel = ({ study, mixedStudies }: EvaluatedSet): JudgeLevel =>
  study.members.length > 0 && mixedStudies.length === 0 ? 'study' : 'image';

/**
 * Finds the rule that refers fewest answers and with 95 % certainty leaves at most `allowed` of the others wrong, and keeps it with the model; of
 * several findings one for each. Where no rule keeps the promise, the outcome says why, and what was stored before stays.
 * @throws MODEL_NOT_FOUND; BAD_INPUT for a model of numbers; DATASET_NOT_READY where the cases to find it on are not there
 */
export function promiseReferral(
  context: ServiceContext,
  asked: {
    readonly model: string;
    readonly allowed: number;
    readonly pooling: StudyPooling;
    /** One finding alone; all of them where left out. */
    readonly finding?: string | null;
  },
): ReferralOutcome[] {
  const record = requireRecord(context, asked.model);
  return findingsAsked(record, asked.finding ?? null).map((finding) => {
    const set = requireSet(context, {
      model: record.name,
      split: unseenPart(record),
      pooling: asked.pooling,
      finding,
    });
    const level = caseLevel(set);
    const { scores, patients } = set[level];
    const about = { finding, allowed: asked.allowed, part: set.split, level, isRefit: isRefit(record) };
    const found = promisedReferral(scores, cutOf(set.record), patients, asked.allowed);
    if (found.band === null) {
      const { band: _, ...refused } = found;
      return { ...about, band: null, refused };
    }
    const { band: place, ...counted } = found;
    const { classIndex, low, high } = place;
    const band = {
      className: classIndex === null ? null : (set.record.classes[classIndex] ?? null),
      low,
      high,
      promise: { allowed: asked.allowed, part: set.split, level, pooling: asked.pooling, ...counted },
    };
    setReferBand(context, record.name, band, finding);
    return { ...about, band, refused: null };
  });
}

/**
 * Makes sure that a model's rule promises `allowed`: the stored one where it does, else one that is found now.
 * @throws BAD_INPUT where no rule keeps the promise (of several findings, for none of them); as `promiseReferral`
 */
function ensurePromise(
  context: ServiceContext,
  asked: { readonly model: string; readonly allowed: number; readonly pooling: StudyPooling },
): ReferralOutcome[] {
  const record = requireRecord(context, asked.model);
  const bands = targetFacts[record.target].hasMarks
    ? record.findings.map(({ referBand }) => referBand)
    : [record.referBand];
  const isKept = bands.every(
    (band) => band?.promise?.allowed === asked.allowed && band.promise.pooling === asked.pooling,
  );
  if (isKept && bands.length > 0) return [];
  const outcomes = promiseReferral(context, asked);
  if (outcomes.some(({ band }) => band !== null)) return outcomes;
  throw new AppError(
    'BAD_INPUT',
    `No rule of referral for model "${asked.model}" keeps the promise: ${outcomes.map(referralWords).join(' ')}`,
    { action: 'Allow a larger error, or train with folds on more patients (`--folds 5`).' },
  );
}

/** `ensurePromise` of several models: of all, or where one keeps no promise of none. Gives what was found of each. @throws as `ensurePromise` */
export function ensurePromises(
  context: ServiceContext,
  {
    models,
    ...asked
  }: { readonly models: readonly string[]; readonly allowed: number; readonly pooling: StudyPooling },
): ReferralOutcome[][] {
  const { library } = context;
  const ensure = () => models.map((model) => ensurePromise(context, { model, ...asked }));
  return library.mode === 'read' ? ensure() : library.writer.transaction(ensure);
}

/** What the stored rules of a model do on the cases of an evaluation; none where it has none. */
export function referralReports(context: ServiceContext, request: EvaluationRequest): ReferralReport[] {
  const record = requireRecord(context, request.model);
  const { isPerName, hasMarks } = targetFacts[record.target];
  if (isPerName && !hasMarks) return [];
  return findingsAsked(record, null).flatMap((finding) => {
    const set = evaluatedSet(context, { ...request, finding });
    const band = set === null ? null : referBandOf(set.record);
    const stored = set?.record.referBand ?? null;
    if (set === null || band === null || stored === null) return [];
    const level = stored.promise?.level ?? caseLevel(set);
    const { scores } = set[level];
    const { classes, targets: truths, probabilities } = scores;
    const decisions = targets[set.record.target].decide(probabilities, classes, cutOf(set.record));
    const accepted = Array.from({ length: truths.length }, (_, i) => i).filter(
      (i) => !isReferred(probabilities.subarray(i * classes, (i + 1) * classes), band),
    );
    const errors = accepted.filter((i) => decisions[i] !== truths[i]).length;
    return [
      {
        finding,
        band: stored,
        isRefit: isRefit(record),
        level,
        cases: truths.length,
        accepted: accepted.length,
        errors,
        errorInterval: pairOf(wilson(errors, accepted.length, worthOfRows(accepted, set[level]))),
      },
    ];
  });
}

/** What a rule is about: each finding of a model of several, else the one answer. */
function findingsAsked({ target, classes }: ModelRecord, finding: string | null): (string | null)[] {
  return targetFacts[target].hasMarks && finding === null ? [...classes] : [finding];
}
