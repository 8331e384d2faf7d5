/** What is trained: the method, its sizes, and the presets of the two papers. */
import { AppError } from '../base/errors.ts';
import type { Shape } from '../base/tensor.ts';
import type { Method } from '../contract/index.ts';
import { sideImageSize } from './input-size.ts';
import { keptTokens, type LpmConfig } from './lpm-config.ts';

/** Sizes of the trained network. */
export interface NetworkConfig {
  readonly lpm: {
    readonly width: number;
    readonly heads: number;
    readonly patch: number;
    readonly eps: number;
    readonly channels: number;
  };
  readonly method: Method;
  /** L: extracted layers of the LPM and blocks of the side network. */
  readonly layers: number;
  readonly classes: number;
  /** Side of the trained network's image in pixels: the side network's, or for `full` the LPM's. */
  readonly sideSize: number;
  /** E: the width of the side network. */
  readonly sideWidth: number;
  /** P: prompts a layer. */
  readonly prompts: number;
  /** T: kept tokens of the LPM, a head and layer. */
  readonly tokens: number;
  /** The whole LPM; for `full` alone, which trains it. */
  readonly encoder?: LpmConfig;
}

/** What a preset needs to know besides the LPM. */
export interface NetworkOptions {
  readonly method: Method;
  readonly classes: number;
  /** Side of the LPM's input in pixels. */
  readonly inputSize: number;
  /** Share of the LPM's tokens that is kept. */
  readonly tokenRatio?: number;
}

/** The preset of a method for an LPM. @throws LPM_UNSUPPORTED when the side width would not split into the LPM's heads */
export function networkConfig(lpm: LpmConfig, options: NetworkOptions): NetworkConfig {
  const { method, classes, inputSize, tokenRatio = 0.2 } = options;
  const sideWidth = lpm.width / 8;
  if (!Number.isInteger(sideWidth / lpm.heads)) {
    throw new AppError(
      'LPM_UNSUPPORTED',
      `An eighth of the LPM's width ${lpm.width} must split into its ${lpm.heads} heads, so that the side network can mirror it.`,
    );
  }
  return {
    lpm: { width: lpm.width, heads: lpm.heads, patch: lpm.patch, eps: lpm.eps, channels: lpm.channels },
    method,
    layers: extractedLayers(lpm, method === 'fpt' ? 'all' : 'half').length,
    classes,
    sideSize: method === 'full' ? inputSize : sideImageSize(lpm.patch, method === 'fpt' ? 224 : 128),
    sideWidth,
    prompts: 16,
    tokens: keptTokens(lpm, inputSize, inputSize, tokenRatio),
    ...(method === 'full' ? { encoder: lpm } : {}),
  };
}

/** Which layers of the LPM the side network reads, ascending: all, or the last half (6 of 12, 12 of 24). */
export function extractedLayers(lpm: LpmConfig, which: 'half' | 'all'): readonly number[] {
  const first = which === 'all' ? 0 : Math.floor(lpm.layers / 2);
  return Array.from({ length: lpm.layers - first }, (_, i) => first + i);
}

/** Shape [L, B, P, E] of the dropout mask (0 or 2), or null for methods without fusion. */
export function dropoutMaskShape(config: NetworkConfig, batch: number): Shape | null {
  if (config.method !== 'fpt+' && config.method !== 'fpt') return null;
  return [config.layers, batch, config.prompts, config.sideWidth];
}
