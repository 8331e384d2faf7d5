/** What an LPM's pass takes is said before it starts, and refused where the machine has not as much. */
import { expect, test } from 'vitest';
import type { Logger } from '../../../../core/base/logger.ts';
import type { Engine } from '../../../../core/engine/index.ts';
import { buildLpmEncoder, extractedLayers, plainVit } from '../../../../core/models/index.ts';
import { compileEncoder, type LibraryLpm } from '../../../../core/services/lpm/encoder.ts';
import { checkEncoderMemory, encoderMemoryBytes } from '../../../../core/services/lpm/encoder-memory.ts';
import { appErrorOf } from '../../../support/thrown.ts';

const cpu = { name: 'onnxruntime', device: 'CPU' } as const;
const asked = { lpm: 'large', inputSize: 1024, neededBytes: 6e9 };

function watched(): { readonly log: Logger; readonly lines: string[] } {
  const lines: string[] = [];
  return { lines, log: { log: (level, message) => void lines.push(`${level}: ${message}`) } };
}

function needed(width: number, layers: number, heads: number, inputSize: number): number {
  const lpm = plainVit({ width, layers, heads, patch: 16, imageSize: 224 });
  const graph = buildLpmEncoder(lpm, {
    ...{ batch: 1, height: inputSize, width: inputSize, layers: extractedLayers(lpm, 'half'), tokenRatio: 0.2 },
    ...{ tokens: 'global', keysValues: true, classToken: false },
  });
  return encoderMemoryBytes(cpu, graph) ?? Number.NaN;
}

test('what is said is what was measured, within a tenth', () => {
  // Peaks of `npm run bench -- --encode` (docs/performance.md), in MiB.
  for (const [bytes, measured] of [
    [needed(768, 12, 12, 512), 762],
    [needed(768, 12, 12, 1024), 1038],
    [needed(768, 12, 12, 2048), 2226],
    [needed(1024, 24, 16, 512), 1640],
  ] as const) {
    expect(Math.abs(bytes / 2 ** 20 / measured - 1)).toBeLessThan(0.1);
  }
});

test('nothing is said of a GPU, whose memory is not told, nor of TensorFlow, which was not measured', () => {
  const lpm = plainVit({ width: 32, layers: 2, heads: 2, patch: 8, imageSize: 32 });
  const graph = buildLpmEncoder(lpm, {
    ...{ batch: 1, height: 32, width: 32, layers: [1], tokenRatio: 0.2 },
    ...{ tokens: 'global', keysValues: true, classToken: false },
  });
  expect(encoderMemoryBytes({ name: 'onnxruntime', device: 'some GPU' }, graph)).toBeNull();
  expect(encoderMemoryBytes({ name: 'tensorflow', device: 'CPU' }, graph)).toBeNull();
});

test('what fits is said, what is more than is free is a warning, what the machine has not is refused', () => {
  const { log, lines } = watched();
  checkEncoderMemory({ log }, asked, { total: 16e9, free: 12e9 });
  expect(lines.splice(0)).toEqual([
    'info: The LPM "large" at 1,024 px takes about 6.0 GB of memory; 12.0 GB are free.',
  ]);
  checkEncoderMemory({ log }, asked, { total: 8e9, free: 3e9 });
  expect(lines.splice(0)).toEqual([expect.stringMatching(/^warn: .* 6\.0 GB of memory, and only 3\.0 GB are free/)]);
  const error = appErrorOf(() => checkEncoderMemory({ log }, asked, { total: 6.2e9, free: 6e9 }));
  expect(error.code).toBe('TOO_LITTLE_MEMORY');
  expect(error.message).toContain('about 6.0 GB of memory; this machine has 6.2 GB, of which 5.6 GB can be used');
  // Every job is refused so, and classifying and evidence have no such option.
  expect(error.action).not.toContain('--');
  expect(error.action).toContain('smaller input size');
  expect(lines).toEqual([]);
});

test('an LPM that no machine can hold is refused before a weight is read', async () => {
  const config = plainVit({ width: 16384, layers: 60, heads: 128, patch: 16, imageSize: 224 });
  const untouched = (): never => {
    throw new Error('a weight was read, or a network compiled');
  };
  const engine = { info: { ...cpu, version: '', threads: 1, reason: '' }, compile: untouched } as unknown as Engine;
  const lpm = { config, read: untouched, record: { name: 'giant' } } as unknown as LibraryLpm;
  const plan = { inputSize: 224, tokens: 'global', tokenRatio: 0.2, layers: [59], features: ['keysValues'] } as const;
  await expect(compileEncoder(engine, lpm, plan, watched())).rejects.toMatchObject({ code: 'TOO_LITTLE_MEMORY' });
});
