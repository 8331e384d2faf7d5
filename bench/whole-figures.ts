/** What the times of whole trainings come to. */
import { median } from '../core/statistics/bootstrap.ts';

/** Seconds, of all rounds. */
export interface WholeTimes {
  /** Whole trainings: of this version, of the other one, of PyTorch. */
  readonly here: number[];
  readonly there: number[];
  readonly peer: number[];
  /** Bare steps, of this version and of PyTorch. */
  readonly step: number[];
  readonly peerStep: number[];
  /** Products of two matrices. */
  readonly gemm: number[];
}

/** Medians in seconds, and ratios; null where one side was not measured. */
export interface WholeFigures {
  readonly whole: number;
  readonly there: number | null;
  readonly peer: number | null;
  readonly bareStep: number;
  readonly peerStep: number | null;
  /** This version's whole training by the other's, by PyTorch's, and by its own steps if nothing but they took time. */
  readonly toThere: number | null;
  readonly toPeer: number | null;
  readonly toSteps: number;
  readonly stepToPeer: number | null;
  /** Of the fastest product. */
  readonly gemmGflops: number;
  /** The slowest product by the fastest: 1 on a machine that does nothing else. */
  readonly noise: number;
}

/** @param operations floating-point operations of one product */
export function wholeFigures(times: WholeTimes, steps: number, operations: number): WholeFigures {
  const middle = (list: readonly number[]): number | null => (list.length === 0 ? null : median(list));
  const by = (a: number, b: number | null): number | null => (b === null ? null : a / b);
  const [whole, bareStep] = [median(times.here), median(times.step)];
  const [there, peer, peerStep] = [middle(times.there), middle(times.peer), middle(times.peerStep)];
  const fastest = Math.min(...times.gemm);
  return {
    ...{ whole, there, peer, bareStep, peerStep },
    toThere: by(whole, there),
    toPeer: by(whole, peer),
    toSteps: whole / (steps * bareStep),
    stepToPeer: by(bareStep, peerStep),
    gemmGflops: operations / fastest / 1e9,
    noise: Math.max(...times.gemm) / fastest,
  };
}

/** Lines for a person, without what was not measured. */
export function wholeLines(figures: WholeFigures): string[] {
  const { whole, there, peer, bareStep, peerStep, toThere, toPeer, toSteps, stepToPeer, gemmGflops, noise } = figures;
  const line = (name: string, value: number | null, unit: string, ratio: string, by: number | null): string[] =>
    value === null
      ? []
      : [`${name.padEnd(28)} ${value.toFixed(1)} ${unit}${by === null ? '' : `; ${ratio} ${by.toFixed(2)}`}`];
  const ms = (seconds: number | null): number | null => (seconds === null ? null : 1000 * seconds);
  return [
    ...line('whole training', whole, 's', 'by its bare steps', toSteps),
    ...line('in the other checkout', there, 's', 'ours by it', toThere),
    ...line('in PyTorch, its own data path', peer, 's', 'ours by it', toPeer),
    ...line('bare step', ms(bareStep), 'ms', '', null),
    ...line('bare step in PyTorch', ms(peerStep), 'ms', 'ours by it', stepToPeer),
    `${'matrix product'.padEnd(28)} ${gemmGflops.toFixed(0)} GFLOPS at best; slowest by fastest ${noise.toFixed(2)}`,
  ];
}
