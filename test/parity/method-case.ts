/** Parity of the methods that read the LPM's tokens: logits, loss, all gradients, five AdamW steps. */
import { readFileSync } from 'node:fs';
import type { Engine } from '../../core/engine/index.ts';
import { type NetworkConfig, trainingMethods } from '../../core/models/index.ts';
import type { CaseResult } from '../../core/services/devices/compare.ts';
import { checkTrained } from '../../core/services/devices/side-case.ts';
import { readSafetensors } from '../../core/weights/index.ts';

interface MethodCaseJson {
  readonly hidden_size: number;
  readonly heads: number;
  readonly patch_size: number;
  readonly image_size: number;
  readonly classes: number;
  readonly method: string;
  readonly learnable: number;
  /** Layers whose tokens are mixed; absent where a method reads images. */
  readonly mixed_layers?: number;
}

/** Compares a method on one case; null for a method that this program has not. */
export async function checkMethodCase(
  engine: Engine,
  configPath: string,
  casePath: string,
  name: string,
): Promise<CaseResult | null> {
  const json = JSON.parse(readFileSync(configPath, 'utf8')) as MethodCaseJson;
  const method = (Object.keys(trainingMethods) as (keyof typeof trainingMethods)[]).find((m) => m === json.method);
  if (method === undefined || json.mixed_layers === undefined) return null;
  const file = readSafetensors(casePath);
  try {
    const x = file.read('x');
    const config: NetworkConfig = {
      lpm: { width: json.hidden_size, heads: json.heads, patch: json.patch_size, eps: 1e-12, channels: 3 },
      method,
      layers: json.mixed_layers,
      classes: json.classes,
      sideSize: json.image_size,
      sideWidth: json.hidden_size / 8,
      prompts: 16,
      tokens: x.shape[2] as number,
    };
    return { name, checks: await checkTrained(engine, config, file, { all_tokens: x }, json.learnable) };
  } finally {
    file.close();
  }
}
