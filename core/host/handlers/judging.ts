/** Handlers of core/contract/ipc/judging.ts. */
import type { Handlers, ReferralOutcome } from '../../contract/index.ts';
import type { judgingCalls } from '../../contract/ipc/judging.ts';
import { requireSet, runOf } from '../../services/evaluation/evaluated-set.ts';
import { evidenceObstacle } from '../../services/evaluation/evidence-obstacles.ts';
import { judgeAtThreshold, judgedCases } from '../../services/evaluation/judge.ts';
import { modelCard, saveCard } from '../../services/evaluation/judge-card.ts';
import { compareModels, judgeSubgroups } from '../../services/evaluation/judge-compare.ts';
import { judgeReport, modelVerdict, numbersReport } from '../../services/evaluation/judge-report.ts';
import { calibrate, setModelPositive, setReferBand, setThreshold } from '../../services/evaluation/judge-settings.ts';
import { promiseReferral } from '../../services/evaluation/referral.ts';
import { evaluationsOf, listModels, parentOfModel } from '../../store/index.ts';
import type { CoreContext } from '../context.ts';

export const judgingHandlers: Handlers<keyof typeof judgingCalls, CoreContext> = {
  'judge.models': (_, { services }) =>
    listModels(services.library.db).map((record) => ({
      record,
      version: runOf(services, record).datasetVersion,
      evaluated: evaluationsOf(services.library.db, record.id).map(({ split }) => split),
      hasEvidence: evidenceObstacle(services, record) === null,
      parent: parentOfModel(services.library.db, record.name) ?? null,
    })),
  'judge.open': (request, { services }) => judgeReport(services, request),
  'judge.numbers': (request, { services }) => numbersReport(services, request),
  'judge.atThreshold': (request, { services }) => judgeAtThreshold(requireSet(services, request), request),
  'judge.cases': ({ offset, limit, ...request }, { services }) => {
    const cases = judgedCases(requireSet(services, request), request.level, request);
    return { total: cases.length, cases: cases.slice(offset, offset + limit) };
  },
  'judge.compare': (request, { services }) => compareModels(services, request),
  'judge.subgroups': (request, { services }) => judgeSubgroups(services, request),
  'judge.card': ({ model }, { services }) => modelCard(services, model),
  'judge.verdict': ({ model }, { services }) => modelVerdict(services, model),
  'judge.saveCard': ({ path, text }) => {
    saveCard(path, text);
    return null;
  },
  'models.setThreshold': ({ model, split, finding, ...cut }, context) =>
    told(context, setThreshold(context.services, model, cut, split, finding)),
  'models.setPositive': ({ model, positive }, context) =>
    told(context, setModelPositive(context.services, model, positive)),
  'models.calibrate': ({ model }, context) => told(context, calibrate(context.services, model)),
  'models.promiseReferral': (asked, context) =>
    told(context, promiseReferral(context.services, asked)[0] as ReferralOutcome),
  'models.setReferBand': ({ model, band, finding }, context) =>
    told(context, setReferBand(context.services, model, band, finding)),
};

function told<T>({ emit }: CoreContext, value: T): T {
  emit('library.changed', { what: 'models' });
  return value;
}
