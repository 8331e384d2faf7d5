/** Outputs that stay in the GPU's memory until the next run takes them as its inputs. */
import { invariant } from '../../base/errors.ts';
import { defineGraph, type Graph, input } from '../../graph/index.ts';
import type { Carried } from '../carried-state.ts';

/** The tensors of one executable, of whatever type the library has. Each is let go when the next run has taken its place. */
export class HeldTensors<T extends { dispose(): void }> {
  readonly inputs: ReadonlySet<string>;
  readonly outputs: ReadonlySet<string>;
  readonly #carried: Carried;
  #held: Readonly<Record<string, T>> = {};

  constructor(carried: Carried) {
    this.#carried = carried;
    this.inputs = new Set(Object.keys(carried));
    this.outputs = new Set(Object.values(carried));
  }

  /** Where each output of a session is to lie. */
  locations(outputs: readonly string[]): Readonly<Record<string, 'cpu' | 'gpu-buffer'>> {
    return Object.fromEntries(outputs.map((name) => [name, this.outputs.has(name) ? 'gpu-buffer' : 'cpu'] as const));
  }

  /** What an input that was left out has from the run before. */
  valueOf(input: string): T {
    const tensor = this.#held[this.#carried[input] ?? ''];
    invariant(tensor, `the input ${input} was left out before any run`);
    return tensor;
  }

  /** The tensors by the names of the outputs. */
  byOutput(): Readonly<Record<string, T>> {
    return this.#held;
  }

  /** Takes the carried ones of a run's results in place of those before. */
  replace(results: Readonly<Record<string, T>>): void {
    const before = this.#held;
    this.#held = Object.fromEntries(Object.entries(results).filter(([name]) => this.outputs.has(name)));
    for (const tensor of Object.values(before)) tensor.dispose();
  }

  dispose(): void {
    this.replace({});
  }
}

/** A graph that hands on, under their own names, what it is given of the outputs of `graph`. */
export function copyGraph(graph: Graph, outputs: ReadonlySet<string>): Graph {
  const copies = [...outputs].map((name) => {
    const value = graph.outputs[name];
    invariant(value, `a graph carries ${name}, which it has no output for`);
    return [name, input(`held ${name}`, value.shape, value.dtype)] as const;
  });
  return defineGraph({ outputs: Object.fromEntries(copies) });
}
