/** Whether there is evidence to look at for a model's answers, and what is said where there is none. */
import { AppError } from '../../base/errors.ts';
import { type EvidenceObstacle, type ModelRecord, methods, targetFacts } from '../../contract/index.ts';
import { noAttention, otherSummaries, trainingMethods } from '../../models/index.ts';
import { lpmByHash } from '../../store/index.ts';
import type { ServiceContext } from '../session/context.ts';

type AskedOf = Pick<ModelRecord, 'method' | 'target' | 'lpmHash' | 'config' | 'preprocessing'>;

/**
 * What stands between a model and evidence for its answers, null where nothing does: its method or its LPM has no attention to show, it answers a number,
 * or its answer comes from 8-bit products, which cannot be differentiated. Of an LPM that the library no longer has, the model's own configuration
 * tells, or nothing does; asked for evidence it is missed.
 */
export function evidenceObstacle(
  { library }: Pick<ServiceContext, 'library'>,
  record: AskedOf,
): EvidenceObstacle | null {
  const { isPerName, hasMarks } = targetFacts[record.target];
  // What is asked comes first: of numbers no other method or LPM would have evidence.
  if (isPerName && !hasMarks) return 'numbers';
  if (trainingMethods[record.method].evidence?.attends !== 'summary') return noAttention(record, {});
  const lpm = (record.config['encoder'] as LpmFacts | undefined) ?? lpmOf(library, record.lpmHash);
  const summary = otherSummaries.find((name) => name === lpm['summary']);
  const none = noAttention(record, summary === undefined ? {} : { summary });
  return none ?? (record.preprocessing.precision === 'int8' ? 'int8' : null);
}

type LpmFacts = Readonly<Record<string, unknown>>;

/** What the library says of an LPM; nothing where it has it no longer, or only a damaged row, which whoever needs the LPM itself is told. */
function lpmOf({ db }: ServiceContext['library'], hash: string): LpmFacts {
  try {
    return lpmByHash(db, hash)?.config ?? {};
  } catch (error) {
    if (error instanceof AppError && error.code === 'DB_DAMAGED') return {};
    throw error;
  }
}

/** Methods with evidence: all of them, or those alone that attend by prompts or queries of their own, whatever the LPM. */
function methodsWithEvidence(ownAttention: boolean): string {
  const found = methods.filter((method) => {
    const { evidence } = trainingMethods[method];
    return evidence !== undefined && !(ownAttention && evidence.attends === 'summary');
  });
  return `${found.slice(0, -1).join(', ')} or ${found.at(-1)}`;
}

/** What is thrown where a model has no evidence. */
export function noEvidenceError(obstacle: EvidenceObstacle, { name, method, target }: ModelRecord): AppError {
  const model = `Model "${name}" (${method})`;
  const said: Readonly<Record<EvidenceObstacle, { readonly message: string; readonly action: string }>> = {
    'no-place': {
      message: `${model} attends to no place of the image, so there is no attention to show.`,
      action: `Choose a model of the method ${methodsWithEvidence(false)}.`,
    },
    mean: {
      message: `${model} reads its answer off its LPM's summary of the image, and that is a mean of the tokens: nothing attends, so there is no attention to show. A summary drawn by a class token or an attention pool has one.`,
      action: `Choose a model of the method ${methodsWithEvidence(true)}, or one on an LPM whose summary is its class token or an attention pool.`,
    },
    numbers: {
      message: `Model "${name}" answers ${targetFacts[target].meaning}; evidence shows what speaks for a class or a finding, and a number has none.`,
      action: 'Choose a model of classes or findings; how far off the numbers are, Judge tells.',
    },
    int8: {
      message: `${model} reads its answer off its LPM's pass in 8 bits. What spoke for a class is a gradient through that pass, and products of integers have none; read exactly, the answer would be another one.`,
      action: `Choose a model that reads exactly, or one of the method ${methodsWithEvidence(true)}, whose evidence does not go through the LPM.`,
    },
  };
  const { message, action } = said[obstacle];
  return new AppError('BAD_INPUT', message, { action });
}
