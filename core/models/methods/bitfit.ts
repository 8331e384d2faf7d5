/**
 * BitFit: every bias of the LPM and the head are trained, those of its norms and of the patch projection too; no weight beside them.
 *
 * Parameters: the biases of the encoder's graph, `encoder.*.bias`, and `head` [C, D]. What an attention pool's learned query has of a bias is part of
 * that query, and stays with it.
 * Source: Ben Zaken, Ravfogel and Goldberg, "BitFit", arXiv 2106.10199.
 */
import { lpmMethod } from './lpm-method.ts';

export const bitfit = lpmMethod({
  runsLpm: 'partly',
  isTrained: (_lpm, _config, weight) => weight.endsWith('.bias'),
  changes: () => ({ ownPatchBias: true }),
});
