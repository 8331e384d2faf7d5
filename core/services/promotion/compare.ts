/** A model beside the one in use, on the test patients that both were asked about. */
import {
  defaultMargins,
  type EstimateView,
  fewestToTell,
  type GroupGain,
  type PromotionComparison,
} from '../../contract/index.ts';
import { modelsInUse } from '../../store/index.ts';
import { requireRecord } from '../evaluation/evaluated-set.ts';
import { caseGroups } from '../evaluation/subgroups.ts';
import type { ServiceContext } from '../session/context.ts';
import {
  type AnsweredCases,
  casesOf,
  commonCases,
  levelOf,
  type PairedCases,
  type TestAnswers,
  testAnswers,
} from './common-cases.ts';
import { figureBefore, rulerOf } from './gain.ts';
import { fewestOfGroup, isEnough, isWorse, verdictOf } from './rule.ts';

const unknown: EstimateView = { value: null, interval: null };

/** What is compared before a model is put in use. */
export interface PromotionCandidate {
  readonly dataset: string;
  readonly model: string;
  /** The model in use for the data set that it was trained on. */
  readonly inUse: string | null;
  /** Those of the two that were not evaluated on the test patients yet. */
  readonly lacking: readonly string[];
}

/** @throws MODEL_NOT_FOUND */
export function promotionCandidate(context: ServiceContext, model: string): PromotionCandidate {
  const { dataset } = requireRecord(context, model);
  const inUse = modelsInUse(context.library.db).find((row) => row.dataset === dataset)?.model ?? null;
  const asked = inUse === null || inUse === model ? [model] : [model, inUse];
  return { dataset, model, inUse, lacking: asked.filter((name) => testAnswers(context, name) === null) };
}

/**
 * The comparison that decides whether `model` may take the place of the one in use. `margin` is the default where left out.
 * @throws MODEL_NOT_FOUND; an invariant fails where one was not evaluated, see `promotionCandidate`
 */
export function compareForUse(
  context: ServiceContext,
  { model, inUse }: PromotionCandidate,
  answers: { readonly own: TestAnswers; readonly inUse: TestAnswers | null },
  margin?: number,
): PromotionComparison {
  const record = requireRecord(context, model);
  const { own } = answers;
  const common = answers.inUse === null ? null : commonCases(own, answers.inUse);
  const level = common?.level ?? levelOf(own);
  const cases: AnsweredCases = common?.cases ?? own[level];
  const ruler = rulerOf(cases);
  const before = common === null ? null : figureBefore(common.cases);
  const used = margin ?? defaultMargins[ruler.figure];
  const allowedLoss = ruler.figure === 'auc' ? used : used * (before?.value ?? 0);
  const base = {
    ...{ dataset: record.dataset, model, inUse, target: record.target, figure: ruler.figure, level },
    cases: cases.members.length,
    patients: new Set(cases.patients).size,
    leftOut: common?.leftOut ?? 0,
    own: ruler.own(cases),
    ...{ before, margin: used, allowedLoss },
  };
  if (answers.inUse !== null && common === null) {
    return {
      ...base,
      cases: 0,
      patients: 0,
      gain: unknown,
      names: [],
      groups: [],
      verdict: 'cannotTell',
      untold: 'otherNames',
    };
  }
  const gain = common === null ? ruler.gainOverGuessing(cases) : ruler.gain(common.cases);
  const groups = common === null ? [] : groupGains(context, common.cases, allowedLoss);
  const hasEnough = isEnough({ patients: base.patients, rarer: ruler.rarer(cases) }, fewestToTell);
  return {
    ...base,
    gain,
    names: common === null ? [] : ruler.names(common.cases),
    groups,
    ...verdictOf({ isAgainstGuessing: common === null, hasEnough, gain, allowedLoss, groups }),
  };
}

/**
 * A model beside another one, as `compareForUse` compares it with the one in use; null where one of them was not evaluated on the test patients.
 * @throws MODEL_NOT_FOUND
 */
export function comparePair(
  context: ServiceContext,
  model: string,
  other: string,
): { readonly lacking: readonly string[]; readonly comparison: PromotionComparison | null } {
  const { dataset } = requireRecord(context, model);
  const [own, inUse] = [testAnswers(context, model), testAnswers(context, other)];
  if (own !== null && inUse !== null) {
    const candidate = { dataset, model, inUse: other, lacking: [] };
    return { lacking: [], comparison: compareForUse(context, candidate, { own, inUse }) };
  }
  const lacking = [own === null ? model : null, inUse === null ? other : null].filter((name) => name !== null);
  return { lacking, comparison: null };
}

/** The subgroups that have patients enough, each compared by itself. */
function groupGains(context: ServiceContext, cases: PairedCases, allowedLoss: number): GroupGain[] {
  return caseGroups(context.library.db, cases.members).flatMap(({ attribute, value, rows }) => {
    const part = casesOf(cases, rows);
    const ruler = rulerOf(part);
    const patients = new Set(part.patients).size;
    if (!isEnough({ patients, rarer: ruler.rarer(part) }, fewestOfGroup)) return [];
    const gain = ruler.gain(part);
    return [{ attribute, value, cases: rows.length, patients, gain, isWorse: isWorse(gain, allowedLoss) }];
  });
}
