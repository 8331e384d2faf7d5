/** The network of a method for an LPM, with the sizes of the two papers. */
import { AppError } from '../base/errors.ts';
import type { Shape } from '../base/tensor.ts';
import {
  type KeptFeatures,
  type Method,
  type MethodSizes,
  type SizeName,
  sizeNames,
  sizesOf,
} from '../contract/index.ts';
import { sideImageSize } from './input-size.ts';
import { keptTokens, type LpmConfig } from './lpm-config.ts';
import { trainingMethods } from './methods/index.ts';
import type { LayerChoice } from './methods/training-method.ts';
import type { NetworkConfig } from './network-config.ts';
import { readsHalves } from './stored-inputs.ts';

/** What a preset needs to know besides the LPM. */
export interface NetworkOptions {
  readonly method: Method;
  readonly classes: number;
  /** Side of the LPM's input in pixels. */
  readonly inputSize: number;
  /** Share of the LPM's tokens that is kept. */
  readonly tokenRatio?: number;
  /** How features are kept; methods that read none in 16 bits are the same either way. */
  readonly keptAs?: KeptFeatures | undefined;
  /** Sizes of the method; its defaults where left out, and others do not matter. */
  readonly sizes?: MethodSizes;
}

/** The preset of a method for an LPM. @throws LPM_UNSUPPORTED when the side width would not split into the LPM's heads */
export function networkConfig(lpm: LpmConfig, options: NetworkOptions): NetworkConfig {
  const { method, classes, inputSize, tokenRatio = 0.2, keptAs, sizes } = options;
  const sideWidth = lpm.width / 8;
  if (!Number.isInteger(sideWidth / lpm.heads)) {
    throw new AppError(
      'LPM_UNSUPPORTED',
      `An eighth of the LPM's width ${lpm.width} must split into its ${lpm.heads} heads, so that the side network can mirror it.`,
    );
  }
  const { features, imageSize, runsLpm } = trainingMethods[method];
  const config: NetworkConfig = {
    lpm: { width: lpm.width, heads: lpm.heads, patch: lpm.patch, eps: lpm.eps, channels: lpm.channels },
    method,
    layers: methodLayers(lpm, method).length,
    classes,
    // A network without an image has the field all the same: stored configurations have had it from the start.
    sideSize: imageSize(lpm, inputSize) ?? sideImageSize(lpm.patch, 128),
    sideWidth,
    prompts: 16,
    tokens: keptTokens(lpm, inputSize, inputSize, features === 'allTokens' ? 1 : tokenRatio),
    ...(runsLpm === undefined ? {} : { encoder: lpm }),
    ...(sizesOf(method, sizes) as Partial<NetworkConfig>),
  };
  return keptAs !== undefined && readsHalves(config) ? { ...config, keptAs } : config;
}

/**
 * The sizes of a method as they were given, and its defaults.
 * @throws BAD_INPUT for a size that the method has not, and for one beyond the LPM's: a rank beyond its width, more blocks than it has
 */
export function checkedSizes(
  lpm: Pick<LpmConfig, 'width' | 'layers'>,
  method: Method,
  given: MethodSizes,
): MethodSizes {
  const limits: MethodSizes = { rank: lpm.width, blocks: lpm.layers };
  for (const size of Object.keys(sizeNames) as SizeName[]) {
    const value = given[size];
    if (value === undefined) continue;
    const having = sizeNames[size];
    if (!having.includes(method)) {
      throw new AppError(
        'BAD_INPUT',
        `The method ${method} has no ${size}; found ${value}, which is for ${having.join(', ')}.`,
        {
          action: `Leave --${size} out, or give --method ${having[0]}.`,
        },
      );
    }
    const largest = limits[size];
    if (largest !== undefined && value > largest) {
      const why = size === 'rank' ? `the LPM is ${largest} numbers wide` : `the LPM has ${largest} blocks`;
      throw new AppError('BAD_INPUT', `--${size} ${value} does not fit: ${why}; allowed are 1 to ${largest}.`, {
        action: `Give --${size} ${largest} or less.`,
      });
    }
  }
  return sizesOf(method, given);
}

/**
 * Which layers of the LPM are read, ascending and from 0: all; the last half (6 of 12, 12 of 24); or three (of 12 blocks the sixth, ninth and
 * last), which are fewer where an LPM has fewer than four.
 */
export function extractedLayers(lpm: LpmConfig, which: LayerChoice): readonly number[] {
  if (which === 'three') return [...new Set([1 / 2, 3 / 4, 1].map((depth) => Math.ceil(depth * lpm.layers) - 1))];
  const first = which === 'all' ? 0 : Math.floor(lpm.layers / 2);
  return Array.from({ length: lpm.layers - first }, (_, i) => first + i);
}

/** Bytes of the keys and values of the kept tokens of one image, 16 bits a number. */
export function keysValuesBytes(
  lpm: LpmConfig,
  {
    inputSize,
    tokenRatio,
    layers,
  }: { readonly inputSize: number; readonly tokenRatio: number; readonly layers: readonly number[] },
): number {
  return 2 * 2 * layers.length * lpm.width * keptTokens(lpm, inputSize, inputSize, tokenRatio);
}

/** The layers of the LPM that a method reads, ascending. */
export function methodLayers(lpm: LpmConfig, method: Method): readonly number[] {
  return extractedLayers(lpm, trainingMethods[method].layers);
}

/** Shape [L, B, P, E] of the dropout mask (0 or 2), or null for methods without dropout. */
export function dropoutMaskShape(config: NetworkConfig, batch: number): Shape | null {
  return trainingMethods[config.method].dropoutMask?.(config, batch) ?? null;
}

/** Whether the network reads an image of its own, besides what the LPM gives. */
export function readsImage(config: NetworkConfig): boolean {
  return 'image' in trainingMethods[config.method].inputs(config, 1);
}
