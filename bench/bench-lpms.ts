/** The LPMs that benchmarks of whole commands take: the one in the box, and a ViT-B/16 with random weights. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Of the one in the box, as its own file says: a benchmark that wrote them down anew measured another network for weeks. */
function boxSizes(): { readonly width: number; readonly layers: number; readonly heads: number } {
  const file = join(import.meta.dirname, '..', 'resources', 'lpm', 'config.json');
  const { hidden_size, num_hidden_layers, num_attention_heads } = JSON.parse(readFileSync(file, 'utf8')) as Record<
    'hidden_size' | 'num_hidden_layers' | 'num_attention_heads',
    number
  >;
  return { width: hidden_size, layers: num_hidden_layers, heads: num_attention_heads };
}

/** Their bare step and pass in bench/measure.ts, and their sizes. */
export const benchLpms = {
  box: { step: 'step-box', encode: 'encode-box', ...boxSizes() },
  'vit-b': { step: 'step', encode: 'encode', width: 768, layers: 12, heads: 12 },
} as const;

export type BenchLpm = keyof typeof benchLpms;
