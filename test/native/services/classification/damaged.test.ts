/** Images whose stored features or pixels rotted on the disk: they are answered from their files, as any other image. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { classifyPaths } from '../../../../core/services/classification/classify.ts';
import { trainModel } from '../../../../core/services/jobs/train.ts';
import { discsLibrary } from '../../../support/discs-library.ts';

/** Changes a byte in the middle of every shard below a folder of the library; gives how many there were. */
function rot(folder: string): number {
  const shards = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.shard'));
  for (const shard of shards) {
    const bytes = readFileSync(join(folder, shard));
    for (let at = 256; at < bytes.length; at += 4096) bytes[at] = ~(bytes[at] as number);
    writeFileSync(join(folder, shard), bytes);
  }
  return shards.length;
}

test.each(['features', 'previews'])('stored %s that rotted fail no image of a classification', async (what) => {
  const { context, folder } = await discsLibrary(12);
  const training = { dataset: 'discs', lpm: 'tiny', inputSize: 224, epochs: 1, batch: 4, name: 'm' } as const;
  await trainModel(context, training);
  const out = (name: string): string => join(folder, `${name}.csv`);
  const asked = { paths: [join(folder, 'studies')], model: 'm' };
  const whole = await classifyPaths(context, { ...asked, out: out('whole') });
  expect(rot(join(folder, 'library', what))).toBeGreaterThan(0);
  const found = await classifyPaths(context, { ...asked, out: out('rotten') });
  expect(found).toMatchObject({ images: 24, failed: whole.failed });
  expect(readFileSync(out('rotten'), 'utf8')).toBe(readFileSync(out('whole'), 'utf8'));
});
