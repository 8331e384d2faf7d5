/** What is asked of a disk before an LPM begins is what is still to be written, and nothing that lies there already. */
import { rmSync, statfsSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import { encodePng } from '../../../../core/images/index.ts';
import { encodeDataset } from '../../../../core/services/features/encode.ts';
import { importPaths } from '../../../../core/services/import/import.ts';
import { type FrameReference, prepareSources } from '../../../../core/services/pixels/source-images.ts';
import { openPreviewStore } from '../../../../core/services/records/record-stores.ts';
import { ProblemCollector } from '../../../../core/services/session/problems.ts';
import { discsLibrary } from '../../../support/discs-library.ts';
import { temporaryLibrary } from '../../../support/library.ts';
import { put, testContext } from '../../../support/studies.ts';
import { temporaryFolder } from '../../../support/temporary.ts';

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

test('pictures in colour that have no room where grey ones would have had stop before the disk is full, and those that are done stay', async () => {
  const folder = temporaryFolder();
  for (let p = 0; p < 30; p++) {
    const colours = Uint8Array.from({ length: 4 * 4 * 3 }, (_, i) => (7 * i + 3 * p) % 256);
    put(folder, `p${p}/1.png`, encodePng(colours, { width: 4, height: 4, channels: 3 }, 6));
  }
  const context = testContext(temporaryLibrary());
  await importPaths(context, { paths: [folder], dataset: 'd' });
  const frames = context.library.db.all<FrameReference>(
    'SELECT id AS instanceId, 0 AS frame, sop_instance_uid AS sopInstanceUID FROM instances',
  );
  expect(frames).toHaveLength(30);
  const store = openPreviewStore(context, 224, {});
  leave(30 * 224 ** 2 * 2);
  const problems = new ProblemCollector();
  await expect(prepareSources(context, store, 224, {}, frames, problems)).rejects.toMatchObject({ code: 'DISK_FULL' });
  expect(store.size).toBe(16);
  leave(30 * 224 ** 2 * 6);
  expect(await prepareSources(context, store, 224, {}, frames, problems)).not.toContain(false);
  await store.close();
});
