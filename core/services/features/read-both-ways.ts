/** Images read by an LPM as usual and in 8 bits, in turns: how long each takes, and which tokens both keep. */
import { performance } from 'node:perf_hooks';
import { invariant } from '../../base/errors.ts';
import { throwIfCancelled } from '../../base/progress.ts';
import type { ReadBothWays, VersionImage } from '../../contract/index.ts';
import { normalise } from '../../images/index.ts';
import { keptTokens, methodLayers } from '../../models/index.ts';
import { compileEncoder, type EncoderPlan, type LibraryLpm } from '../lpm/encoder.ts';
import { readSource } from '../pixels/source-images.ts';
import type { ServiceContext } from '../session/context.ts';
import { keptOverlap } from './kept-overlap.ts';
import type { Features } from './source-features.ts';

/**
 * Reads images both ways, as FPT+ needs it. The first is read once more before, since the first run of a network touches all of its memory. Both networks are
 * there at once, so that a machine that becomes busy slows both.
 * @throws what compiling throws; CANCELLED
 */
export async function readBothWays(
  context: ServiceContext,
  lpm: LibraryLpm,
  { inputSize, tokens, tokenRatio }: Pick<EncoderPlan, 'inputSize' | 'tokens' | 'tokenRatio'>,
  { sources, statistics }: Pick<Features, 'sources' | 'statistics'>,
  images: readonly VersionImage[],
): Promise<ReadBothWays[]> {
  const plan: EncoderPlan = {
    ...{ inputSize, tokens, tokenRatio },
    layers: methodLayers(lpm.config, 'fpt+'),
    features: ['keysValues'],
  };
  const kept = keptTokens(lpm.config, inputSize, inputSize, tokenRatio);
  const engine = await context.engine();
  const int8 = await compileEncoder(engine, lpm, { ...plan, precision: 'int8' }, context);
  try {
    const usual = await compileEncoder(engine, lpm, plan, context);
    try {
      const timed = async (encoder: typeof usual, pixels: Float32Array): Promise<[number, Int32Array]> => {
        const started = performance.now();
        const { indices } = await encoder.encode(pixels);
        invariant(indices !== null, 'an encoder of keys and values says which tokens it kept');
        return [(performance.now() - started) / 1000, indices];
      };
      const found: ReadBothWays[] = [];
      for (const [i, image] of [images[0], ...images].entries()) {
        if (image === undefined) break;
        throwIfCancelled(context.signal, 'Reading both ways');
        const source = await readSource(sources, inputSize, image);
        const pixels = normalise(source, statistics.mean, statistics.std, lpm.config.channels);
        const [seconds, wanted] = await timed(usual, pixels);
        const [int8Seconds, got] = await timed(int8, pixels);
        if (i > 0) found.push({ seconds, int8Seconds, overlap: keptOverlap(wanted, got, kept) });
        context.progress({ stage: 'encoding', done: i, total: images.length, unit: 'images', note: 'both ways' });
      }
      return found;
    } finally {
      await usual.dispose();
    }
  } finally {
    await int8.dispose();
  }
}
