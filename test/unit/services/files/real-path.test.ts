import { mkdirSync, realpathSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { realPath } from '../../../../core/services/files/real-path.ts';
import { temporaryFolder } from '../../../support/temporary.ts';

const refusing = (code: string) => () => Promise.reject(Object.assign(new Error(code), { code }));

test('where Windows does not know the drive, links are followed all the same, and what is gone stays gone', async () => {
  const folder = realpathSync(temporaryFolder());
  mkdirSync(join(folder, 'studies', 'a'), { recursive: true });
  symlinkSync(join(folder, 'studies'), join(folder, 'link'));
  const real = join(folder, 'studies', 'a');
  expect(await realPath(join(folder, 'link', 'a'))).toBe(real);
  for (const code of ['EISDIR', 'UNKNOWN'])
    expect(await realPath(join(folder, 'link', 'a'), refusing(code))).toBe(real);
  await expect(realPath(join(folder, 'none'), refusing('EISDIR'))).rejects.toThrow('ENOENT');
  await expect(realPath(real, refusing('EACCES'))).rejects.toThrow('EACCES');
});
