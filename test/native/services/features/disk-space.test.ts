/** What is asked of a disk before an LPM begins is what is still to be written, and nothing that lies there already. */
import { rmSync, statfsSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import { encodeDataset } from '../../../../core/services/features/encode.ts';
import { discsLibrary } from '../../../support/discs-library.ts';

vi.mock('node:fs', async (original) => {
  const real = await original<typeof import('node:fs')>();
  return { ...real, statfsSync: vi.fn(real.statfsSync) };
});

const encoding = { dataset: 'discs', lpm: 'tiny', inputSize: 224, method: 'fpt+' } as const;

/** Leaves so many bytes on every disk. */
function leave(bytes: number): void {
  vi.mocked(statfsSync).mockReturnValue({ bavail: bytes, bsize: 1 } as ReturnType<typeof statfsSync>);
}

afterEach(() => {
  vi.mocked(statfsSync).mockReset();
});

test.each(['dataset', 'lpm'] as const)(
  'one image that cannot be read asks for no room for the features of all the others, which are there (--normalisation %s)',
  async (normalisation) => {
    const { context, folder } = await discsLibrary(12);
    rmSync(join(folder, 'studies', 'p3', 's1', 'image.dcm'));
    const first = await encodeDataset(context, { ...encoding, normalisation });
    expect(first).toMatchObject({ encoded: 23, failed: 1 });
    leave(2 * (224 ** 2 * 2 + first.sizeBytes / 23));
    expect(await encodeDataset(context, { ...encoding, normalisation })).toMatchObject({ encoded: 0, reused: 23 });
    leave(0);
    await expect(encodeDataset(context, { ...encoding, normalisation })).rejects.toMatchObject({ code: 'DISK_FULL' });
  },
);
