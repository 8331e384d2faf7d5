/** Parity of the methods besides FPT's: logits, loss, all gradients, five AdamW steps. Some read the LPM's tokens, some have the LPM in them. */
import { readFileSync } from 'node:fs';
import { type MethodSizes, sizesOf } from '../../core/contract/index.ts';
import type { Engine } from '../../core/engine/index.ts';
import {
  encoderWeights,
  type LpmConfig,
  type NetworkConfig,
  plainVit,
  trainingMethods,
} from '../../core/models/index.ts';
import type { CaseResult } from '../../core/services/devices/compare.ts';
import { checkTrained, type ReferenceTensors } from '../../core/services/devices/side-case.ts';
import { readSafetensors, type TensorFile } from '../../core/weights/index.ts';

interface MethodCaseJson extends MethodSizes {
  readonly hidden_size: number;
  readonly heads: number;
  readonly patch_size: number;
  readonly image_size: number;
  readonly layers: number;
  readonly classes: number;
  readonly method: string;
  readonly learnable: number;
  /** Layers whose tokens are mixed; absent where a method reads images. */
  readonly mixed_layers?: number;
}

/** The epsilon of the reference modules. */
const eps = 1e-12;

/** Compares a method on one case; null for a method that this program has not. */
export async function checkMethodCase(
  engine: Engine,
  configPath: string,
  casePath: string,
  name: string,
): Promise<CaseResult | null> {
  const json = JSON.parse(readFileSync(configPath, 'utf8')) as MethodCaseJson;
  const method = (Object.keys(trainingMethods) as (keyof typeof trainingMethods)[]).find((m) => m === json.method);
  if (method === undefined) return null;
  const file = readSafetensors(casePath);
  try {
    const x = file.read('x');
    const { hidden_size: width, heads, patch_size: patch, image_size: imageSize, classes, learnable } = json;
    const sizes: NetworkConfig = {
      lpm: { width, heads, patch, eps, channels: x.shape[1] as number },
      method,
      layers: json.mixed_layers ?? json.layers,
      classes,
      sideSize: imageSize,
      sideWidth: width / 8,
      prompts: 16,
      tokens: x.shape[2] as number,
      ...(sizesOf(method, json) as Partial<NetworkConfig>),
    };
    if (trainingMethods[method].runsLpm !== undefined) {
      const lpm: LpmConfig = {
        ...plainVit({ width, layers: json.layers, heads, patch, imageSize, eps }),
        mlpWidth: file.info('lpm.blocks.0.f1.weight').shape[0] as number,
        channels: sizes.lpm.channels,
      };
      const config = { ...sizes, encoder: lpm };
      const size = { height: imageSize, width: imageSize };
      const weights = encoderWeights(lpm, (tensor) => file.read(`lpm.${theirName(tensor)}`), size);
      return {
        name,
        checks: await checkTrained(engine, config, underOurNames(file), { image: x }, learnable, weights),
      };
    }
    if (json.mixed_layers === undefined) return null;
    const config = { ...sizes, lpm: { ...sizes.lpm, channels: 3 } };
    return { name, checks: await checkTrained(engine, config, file, { all_tokens: x }, learnable) };
  } finally {
    file.close();
  }
}

/** What the reference calls a tensor of the LPM. */
function theirName(canonical: string): string {
  const whole: Record<string, string> = { cls_token: 'cls', position: 'pos' };
  return (
    whole[canonical] ??
    canonical.replace(/^patch\./, 'proj.').replace(/\.(norm|fc)(\d)\./, (_, kind: string, n) => `.${kind[0]}${n}.`)
  );
}

/** The file with its learnable tensors under the names that they have in our layout. */
function underOurNames(file: TensorFile): ReferenceTensors {
  const theirs = (name: string): string =>
    name.replace(
      /^((?:\w+\.)*?param\.|grad\.)encoder\.(.*)$/,
      (_, kind: string, rest: string) => kind + theirName(rest),
    );
  return {
    names: file.names,
    metadata: file.metadata,
    read: (name) => file.read(theirs(name)),
    readAny: (name) => file.readAny(theirs(name)),
  };
}
