/** The two layers with parameters that every trained network is made of, LayerNorm and Linear: what is stored of them, and their graph. */
import type { Shape } from '../base/tensor.ts';
import { layerNorm, linear, type Value } from '../graph/index.ts';

/** How a parameter starts out. */
export type Initialiser =
  | { readonly kind: 'constant'; readonly value: number }
  | { readonly kind: 'normal'; readonly std: number }
  | { readonly kind: 'truncated-normal'; readonly std: number }
  | { readonly kind: 'uniform'; readonly bound: number };

/** A parameter as a method names it; where it lies in the flat vector follows from those before it. */
export interface ParameterSpec {
  readonly name: string;
  readonly shape: Shape;
  readonly start: Initialiser;
}

/** Gives a parameter by its name in the layout, in its own shape. */
export type Parameters = (name: string) => Value;

export const zero: Initialiser = { kind: 'constant', value: 0 };
const one: Initialiser = { kind: 'constant', value: 1 };
/** What vision transformers start from. */
export const vitStart: Initialiser = { kind: 'truncated-normal', std: 0.02 };

/** Weight [width], from 1, and bias [width], from 0, of a LayerNorm. */
export function normEntries(name: string, width: number): ParameterSpec[] {
  return [
    { name: `${name}.weight`, shape: [width], start: one },
    { name: `${name}.bias`, shape: [width], start: zero },
  ];
}

/** Weight [out, inputs] and bias [out] of a Linear layer; as in vision transformers unless told how they start. */
export function linearEntries(
  name: string,
  out: number,
  inputs: number,
  weight: Initialiser = vitStart,
  bias: Initialiser = zero,
): ParameterSpec[] {
  return [
    { name: `${name}.weight`, shape: [out, inputs], start: weight },
    { name: `${name}.bias`, shape: [out], start: bias },
  ];
}

/** As `linearEntries`, started as torch.nn.Linear does by default: weight and bias uniform within 1 / sqrt(inputs). */
export function torchLinearEntries(name: string, out: number, inputs: number): ParameterSpec[] {
  const start: Initialiser = { kind: 'uniform', bound: 1 / Math.sqrt(inputs) };
  return linearEntries(name, out, inputs, start, start);
}

/** The Linear layer `name` of x [..., inputs]: [..., out]. */
export function dense(p: Parameters, name: string, x: Value): Value {
  return linear(x, p(`${name}.weight`), p(`${name}.bias`));
}

/** The LayerNorm `name` of x [..., width]. */
export function norm(p: Parameters, name: string, x: Value, eps: number): Value {
  return layerNorm(x, p(`${name}.weight`), p(`${name}.bias`), eps);
}
