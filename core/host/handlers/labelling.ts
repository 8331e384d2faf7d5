/** Handlers of core/contract/ipc/labelling.ts. */
import { serialiseError } from '../../base/errors.ts';
import type { Handlers } from '../../contract/index.ts';
import type { labellingCalls } from '../../contract/ipc/labelling.ts';
import { chooseOrder, isOrderDue, readingOrder } from '../../services/labelling/order-choice.ts';
import { promiseCurve } from '../../services/labelling/promise.ts';
import { newestCurve } from '../../store/index.ts';
import type { CoreContext } from '../context.ts';

export const labellingHandlers: Handlers<keyof typeof labellingCalls, CoreContext> = {
  'curve.report': ({ dataset }, { services }) => newestCurve(services.library.db, dataset) ?? null,
  'curve.promise': async ({ options }, { services }) => {
    const { promises, missing, freeBytes } = await promiseCurve(services, options);
    return { promise: promises[0] ?? null, missing, freeBytes };
  },
  'curve.start': ({ options, promise }, { queue }) => queue.add('curve', options, promise),
  'reading.order': ({ dataset, known }, { services }) => readingOrder(services, dataset, known),
  'reading.orderBy': ({ dataset, known, ...choice }, context) => {
    const chosen = chooseOrder(context.services, dataset, choice, known);
    orderWhereDue(context, dataset);
    return chosen;
  },
};

/** As `orderWhereDue`, after a label. It is on the disk by then: that nothing could be queued is no failure of it. */
export function orderAfterLabel(context: CoreContext, dataset: string): void {
  try {
    orderWhereDue(context, dataset);
  } catch (error) {
    const { code, message } = serialiseError(error);
    context.services.log.log('error', 'A new order of the cases to label could not be queued', { code, message });
  }
}

/** Queues a new order of a data set where one is due and none is on its way. */
function orderWhereDue({ services, queue }: CoreContext, dataset: string): void {
  const isOnItsWay = queue
    .list(['order'], 20)
    .some((job) => job.isStoppable && job.kind === 'order' && job.payload?.dataset === dataset);
  if (!isOnItsWay && isOrderDue(services, dataset)) queue.add('order', { dataset });
}
