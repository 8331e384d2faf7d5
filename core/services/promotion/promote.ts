/** `promote`: a model is put in use for its data set, when it is not worse than the one in use or by a decision that is kept. */
import { AppError } from '../../base/errors.ts';
import {
  needsNoReason,
  type PromoteOptions,
  type Promotion,
  type PromotionComparison,
  parseOptions,
  promoteOptionsSchema,
} from '../../contract/index.ts';
import { addAuditEvent, addPromotion, modelsInUse, promotionsOf } from '../../store/index.ts';
import { evaluateModel } from '../evaluation/evaluate.ts';
import { recordView } from '../evaluation/judge.ts';
import { type ServiceContext, timeOf } from '../session/context.ts';
import { testAnswers } from './common-cases.ts';
import { compareForUse, type PromotionCandidate, promotionCandidate } from './compare.ts';
import { verdictWords } from './words.ts';

/** Evaluates those of both models on the test patients that were not yet. @throws as `evaluateModel` */
export async function evaluateLacking(context: ServiceContext, { lacking }: PromotionCandidate): Promise<void> {
  for (const model of lacking) await evaluateModel(context, { model, split: 'test' });
}

/**
 * The comparison with the model in use; the look at the test patients is recorded for both.
 * @throws MODEL_NOT_FOUND; BAD_INPUT for the model in use itself; DATASET_NOT_READY where one was not evaluated
 */
export function promotionComparison(context: ServiceContext, model: string, margin?: number): PromotionComparison {
  const found = compared(context, model, margin);
  for (const name of found.inUse === null ? [model] : [model, found.inUse]) recordView(context, name, 'test');
  return found;
}

function compared(context: ServiceContext, model: string, margin: number | undefined): PromotionComparison {
  const candidate = promotionCandidate(context, model);
  const { dataset, inUse, lacking } = candidate;
  if (inUse === model) {
    throw new AppError('BAD_INPUT', `Model "${model}" is in use for data set "${dataset}" already.`, {
      action: 'Nothing is to be done; name another model to put it in its place.',
    });
  }
  const own = testAnswers(context, model);
  const other = inUse === null ? null : testAnswers(context, inUse);
  if (own === null || (inUse !== null && other === null)) {
    throw new AppError(
      'DATASET_NOT_READY',
      `${lacking.map((name) => `Model "${name}"`).join(' and ')} was not evaluated on the test patients of "${dataset}" yet.`,
      { action: `Evaluate it first: ${lacking.map((name) => `sidelight evaluate ${name}`).join('; ')}` },
    );
  }
  return compareForUse(context, candidate, { own, inUse: other }, margin);
}

/**
 * Puts a model in use for the data set that it was trained on. What was compared, by whom it was decided and why are kept.
 * @throws MODEL_NOT_AS_GOOD where it is not shown to be as good and no reason is given; as `promotionComparison`
 */
export function promoteModel(context: ServiceContext, asked: PromoteOptions): Promotion {
  const { model, because, margin, by } = parseOptions(promoteOptionsSchema, asked);
  // What is decided is in the trail itself; whoever looked before deciding was counted then.
  const comparison = compared(context, model, margin);
  if (because === undefined && !needsNoReason(comparison)) {
    throw new AppError('MODEL_NOT_AS_GOOD', verdictWords(comparison));
  }
  const { dataset, inUse, verdict } = comparison;
  const db = context.library.writer;
  const now = timeOf(context);
  db.transaction(() => {
    const reason = because ?? null;
    addPromotion(db, { model, replaced: inUse, comparison: JSON.stringify(comparison), reason, by }, now);
    // The reason is free text, which may name a patient: the trail only says that there is one.
    const details = { dataset, replaced: inUse, verdict, hasReason: reason !== null };
    addAuditEvent(db, { happenedAt: now, action: 'model.putInUse', subject: model, details });
  });
  return promotionsOf(db, dataset)[0] as Promotion;
}

/** The model in use of every data set that has one. */
export function listModelsInUse({ library }: Pick<ServiceContext, 'library'>): Promotion[] {
  return modelsInUse(library.db);
}

/**
 * The model to take where none was named: the one in use for `dataset`, or, where that is left out, the only one in use.
 * @throws MODEL_IN_USE_UNCLEAR where there is none, or more than one to choose from
 */
export function modelInUse({ library }: Pick<ServiceContext, 'library'>, dataset?: string): Promotion {
  const all = modelsInUse(library.db);
  const fitting = dataset === undefined ? all : all.filter((row) => row.dataset === dataset);
  const [only, ...more] = fitting;
  if (only !== undefined && more.length === 0) return only;
  const listed = (rows: readonly Promotion[]): string =>
    rows.map((row) => `"${row.model}" for "${row.dataset}"`).join(', ');
  throw new AppError(
    'MODEL_IN_USE_UNCLEAR',
    only !== undefined
      ? `No model was named, and several are in use: ${listed(fitting)}.`
      : `No model was named, and none is in use${dataset === undefined ? '' : ` for data set "${dataset}"`}` +
          `${all.length === 0 ? '' : ` (in use: ${listed(all)})`}.`,
    only === undefined ? { action: 'Name the model with --model, or put one in use: `sidelight promote MODEL`.' } : {},
  );
}
