/** What a method changes inside the LPM's encoder, besides which of its weights are trained. Nothing where left out. */
import type { Value } from '../graph/index.ts';
import type { BiasedPart } from './lpm-config.ts';

export interface EncoderChanges {
  /** The bias of the patch projection is the weight `patch.bias`, and not part of the positions, which then are `position.alone`. */
  readonly ownPatchBias?: true;
  /** What a Linear layer of a block gives instead of y [B, N, out], which the LPM's own gives for x [B, N, in]. */
  readonly dense?: (block: number, part: BiasedPart, x: Value, y: Value) => Value;
  /** What a block's MLP adds instead of y [B, N, D]. */
  readonly mlp?: (block: number, y: Value) => Value;
  /** `count` tokens [count, D] that a block reads after the class token, and that are dropped when it has. They have no place. */
  readonly prompts?: { readonly count: number; readonly of: (block: number) => Value };
}
