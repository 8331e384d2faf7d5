/** What covering a part of the images does to the answers: figures from answers, without images and without an engine. */
import type { CoveredRegion, EstimateView, RegionResult } from '../../contract/index.ts';
import { bootstrapInterval } from '../../statistics/bootstrap.ts';
import { pairOf } from '../evaluation/judge.ts';
import { type AskedImages, type Question, questionsOf } from './questions.ts';
import { regionVerdict } from './rule.ts';

/** An image answered as it is and with each region covered; a region that it does not have is absent. */
export interface CoveredAnswers {
  readonly patient: number;
  readonly whole: Float64Array;
  readonly covered: Partial<Readonly<Record<CoveredRegion, Float64Array>>>;
}

/** The result of a region: of several questions that of the one whose answers suffer most. */
export function regionResult(
  asked: AskedImages,
  answers: readonly CoveredAnswers[],
  region: CoveredRegion,
): RegionResult {
  const results = questionsOf(asked).map((question) => resultOf(question, answers, region));
  // By the lower end: a large fall of a handful of images says less than a surer one, and one of which nothing is told hides none that is.
  const sureness = ({ fall, verdict }: RegionResult): number =>
    (verdict === 'untold' ? -10 : 0) + (fall.interval?.[0] ?? Number.NEGATIVE_INFINITY);
  return results.reduce((worst, result) => (sureness(result) > sureness(worst) ? result : worst));
}

function resultOf(question: Question, answers: readonly CoveredAnswers[], region: CoveredRegion): RegionResult {
  const pairs = question.rows.flatMap((row, at) => {
    const { whole, covered, patient } = answers[row] as CoveredAnswers;
    const without = covered[region];
    return without === undefined ? [] : [{ at, row, kind: question.kinds[at] as number, patient, whole, without }];
  });
  const falls = pairs.map(({ at, whole, without }) => question.rightness(at, whole) - question.rightness(at, without));
  const kinds = [...new Set(pairs.map(({ kind }) => kind))];
  const patients = pairs.map(({ patient }) => patient);
  // A mean over kinds: a covered part that only draws all answers to one class is no fall.
  const meanFall = (weights?: ArrayLike<number>): number | null => {
    let total = 0;
    for (const kind of kinds) {
      let [sum, n] = [0, 0];
      pairs.forEach((pair, i) => {
        if (pair.kind !== kind) return;
        const weight = weights === undefined ? 1 : (weights[i] as number);
        sum += weight * (falls[i] as number);
        n += weight;
      });
      if (n === 0) return null;
      total += sum / n;
    }
    return kinds.length === 0 ? null : total / kinds.length;
  };
  const fall: EstimateView = { value: meanFall(), interval: pairOf(bootstrapInterval(patients, meanFall)) };
  const ofKinds = kinds.map((kind) => pairs.filter((pair) => pair.kind === kind));
  const rarest = {
    images: Math.min(...ofKinds.map((own) => own.length), pairs.length),
    patients: Math.min(...ofKinds.map((own) => new Set(own.map(({ patient }) => patient)).size), pairs.length),
  };
  // Images whose body cannot be told are missing here, so the AUC is that of those that are there.
  const isWhole = pairs.length === question.rows.length;
  const { decision } = question;
  return {
    region,
    images: pairs.length,
    patients: new Set(patients).size,
    name: question.name,
    fall,
    auc: isWhole ? question.auc(pairs.map(({ whole }) => whole)) : null,
    coveredAuc: isWhole ? question.auc(pairs.map(({ without }) => without)) : null,
    changed:
      decision === null || pairs.length === 0
        ? null
        : pairs.filter(({ whole, without }) => decision(whole) !== decision(without)).length / pairs.length,
    verdict: regionVerdict(fall, rarest),
  };
}
