import { userInfo } from 'node:os';
import { serialiseError } from '../../base/errors.ts';
import { defaultMargins, needsNoReason, researchUseOnly } from '../../contract/index.ts';
import { defineCommand, wordArgument } from '../command.ts';
import { decimal, given, text } from '../options.ts';

export const command = defineCommand({
  name: 'promote',
  summary: 'put a model in use for its data set',
  description:
    'Compares a model with the one in use on the test patients that both were asked about (evaluating those that were not yet), patient by patient, ' +
    'overall and in subgroups. It takes the other’s place when it is not worse: when the 95 % interval of the paired difference rules out a loss of more than ' +
    'the margin, and no subgroup lies wholly below it. The first model of a data set must be better than guessing. Otherwise nothing is changed, ' +
    'unless --because gives a reason, which is kept with the comparison, the time and who decided.',
  arguments: [{ syntax: '<model>', help: 'name of the model (see: sidelight models)' }],
  options: {
    because: text('--because <reason>', 'put it in use although it is not shown to be as good, for this reason'),
    margin: decimal(
      '--margin <number>',
      `the loss that still counts as not worse: of the AUC (default: ${defaultMargins.auc}), or of numbers as a share of the error of the model in use (default: ${defaultMargins.absoluteError})`,
      undefined,
    ),
    by: text('--by <name>', 'who decides (default: the account’s name)'),
  },
  examples: [
    { line: 'sidelight promote mammo-2', why: 'in place of the model in use, if it is not worse' },
    { line: 'sidelight promote mammo-2 --because "mammo-1 fails on the new scanner"', why: 'a decision that is kept' },
  ],
  run: async (context, args, { by = userInfo().username, because, margin }) => {
    const services = await context.services();
    const { promoteModel, promotionComparison, evaluateLacking } = await import('../../services/promotion/promote.ts');
    const { promotionCandidate } = await import('../../services/promotion/compare.ts');
    const { comparisonLines, verdictWords } = await import('../../services/promotion/words.ts');
    const model = wordArgument(args, 0);
    await evaluateLacking(services, promotionCandidate(services, model));
    const comparison = promotionComparison(services, model, margin);
    const lines = comparisonLines(comparison);
    if (because === undefined && !needsNoReason(comparison)) {
      const { AppError } = await import('../../base/errors.ts');
      const failure = serialiseError(new AppError('MODEL_NOT_AS_GOOD', verdictWords(comparison)));
      // The verdict is said once, by the failure.
      return { json: { comparison, promotion: null }, lines: lines.slice(0, -1), failure };
    }
    const promotion = promoteModel(services, { model, by, ...given({ because, margin }) });
    return {
      json: { comparison, promotion, notice: researchUseOnly },
      lines: [
        ...lines,
        `"${model}" is in use for "${comparison.dataset}" now${comparison.inUse === null ? '' : `, in place of "${comparison.inUse}"`}` +
          `${promotion.reason === null ? '' : ` (because: ${promotion.reason})`}. Decided by ${by}.`,
      ],
    };
  },
});
