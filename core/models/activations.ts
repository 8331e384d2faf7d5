/** The functions between the two layers of an MLP. */
import { add, gelu, mul, sigmoid, tanh, type Value } from '../graph/index.ts';
import type { LpmConfig, OtherActivation } from './lpm-config.ts';

const rootTwoOverPi = Math.sqrt(2 / Math.PI);

const others: Readonly<Record<OtherActivation, (x: Value) => Value>> = {
  // 0.5 x (1 + tanh(√(2/π) (x + 0.044715 x³))), Hendrycks and Gimpel 2016; PyTorch's GELU with approximate="tanh".
  'tanh-gelu': (x) => mul(mul(x, 0.5), add(tanh(mul(mul(x, add(mul(mul(x, x), 0.044715), 1)), rootTwoOverPi)), 1)),
  'quick-gelu': (x) => mul(x, sigmoid(mul(x, 1.702))),
  silu: (x) => mul(x, sigmoid(x)),
};

/** The LPM's activation of x, of any shape. */
export function activate({ activation }: Pick<LpmConfig, 'activation'>, x: Value): Value {
  return activation === undefined ? gelu(x) : others[activation](x);
}
