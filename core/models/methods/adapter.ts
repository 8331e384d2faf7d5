/**
 * Adapters: a bottleneck of two Linear layers after the MLP of every block, with a way past it; the LPM stays as it is.
 *
 *     m = MLP(norm(h))     h + m + up(relu(down(m)))
 *
 * Parameters: for each block `adapters.<i>.down` [n, D], which starts as torch.nn.Linear does, and `adapters.<i>.up` [D, n], which starts at 0, so that training
 * starts from the LPM; and `head` [C, D].
 * Source: Pfeiffer et al., "AdapterFusion", arXiv 2005.00247, which leaves out the one after attention of Houlsby et al., arXiv 1902.00751.
 */
import { add, maximum } from '../../graph/index.ts';
import { dense, linearEntries, torchLinearEntries, zero } from '../layers.ts';
import { lpmMethod } from './lpm-method.ts';
import { sizeOfMethod } from './training-method.ts';

export const adapter = lpmMethod({
  runsLpm: 'partly',
  added: ({ width, layers }, config) => {
    const bottleneck = sizeOfMethod(config, 'bottleneck');
    return Array.from({ length: layers }, (_, i) => i).flatMap((i) => [
      ...torchLinearEntries(`adapters.${i}.down`, bottleneck, width),
      ...linearEntries(`adapters.${i}.up`, width, bottleneck, zero),
    ]);
  },
  changes: (_lpm, _config, p) => ({
    mlp: (block, m) => add(m, dense(p, `adapters.${block}.up`, maximum(dense(p, `adapters.${block}.down`, m), 0))),
  }),
});
