/** Services whose engine's runs a test looks at, or changes. */

import type { Tensor } from '../../core/base/tensor.ts';
import type { Engine, StoredTensor } from '../../core/engine/index.ts';
import type { ServiceContext } from '../../core/services/session/context.ts';

type Inputs = Readonly<Record<string, Tensor | StoredTensor>>;

/** The same services; each run of a network is given what `change` makes of its inputs. */
export function withRuns(context: ServiceContext, change: (inputs: Inputs) => Inputs): ServiceContext {
  const engine = async (): Promise<Engine> => {
    const inner = await context.engine();
    return {
      ...inner,
      compile: async (...asked) => {
        const executable = await inner.compile(...asked);
        return { ...executable, run: async (inputs) => await executable.run(change(inputs)) };
      },
    };
  };
  return { ...context, engine };
}
