/**
 * Full fine-tuning: every weight of the LPM is trained, and a Linear layer on its final class token (or what is its summary of the image) gives the logits.
 * Parameters: the weights of the encoder's graph, `encoder.*`, and `head` [C, D]. A baseline: what the memory buys.
 */
import { lpmMethod } from './lpm-method.ts';
import type { TrainingMethod } from './training-method.ts';

/** It starts from a trained network, which a larger rate would undo. */
export const full: TrainingMethod = { ...lpmMethod({ runsLpm: 'trained', isTrained: () => true }), rate: 1e-4 };
