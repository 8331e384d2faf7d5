/** Where a parameter lies in the flat vector that is trained. */
import type { Shape } from '../core/base/tensor.ts';

export interface Entry {
  readonly name: string;
  readonly shape: Shape;
  readonly offset: number;
  readonly size: number;
}
