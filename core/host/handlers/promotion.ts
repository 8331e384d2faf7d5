/** Handlers of core/contract/ipc/promotion.ts. */
import type { Handlers } from '../../contract/index.ts';
import type { promotionCalls } from '../../contract/ipc/promotion.ts';
import { comparePair, promotionCandidate } from '../../services/promotion/compare.ts';
import { listModelsInUse, promoteModel, promotionComparison } from '../../services/promotion/promote.ts';
import { readersOf } from '../../services/reading/readers.ts';
import { promotionsOf } from '../../store/index.ts';
import type { CoreContext } from '../context.ts';

export const promotionHandlers: Handlers<keyof typeof promotionCalls, CoreContext> = {
  'promotion.inUse': (_, { services }) => listModelsInUse(services),
  'promotion.history': ({ dataset }, { services }) => promotionsOf(services.library.db, dataset),
  'promotion.compare': ({ model }, { services }) => {
    const lacking = [...promotionCandidate(services, model).lacking];
    const comparison = lacking.length > 0 ? null : promotionComparison(services, model);
    return { lacking, comparison, by: readersOf(services).current.name };
  },
  'promotion.pair': ({ model, other }, { services }) => {
    const { lacking, comparison } = comparePair(services, model, other);
    return { lacking: [...lacking], comparison };
  },
  'promotion.put': (options, { services, emit }) => {
    const promotion = promoteModel(services, { ...options, by: readersOf(services).current.name });
    emit('library.changed', { what: 'models' });
    return promotion;
  },
};
