import { rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { importPaths } from '../../../../core/services/import/import.ts';
import { temporaryLibrary } from '../../../support/library.ts';
import { put, testContext, tinyDicom } from '../../../support/studies.ts';
import { temporaryFolder } from '../../../support/temporary.ts';
import { appErrorFrom } from '../../../support/thrown.ts';

test.skipIf(process.platform === 'win32')(
  'an import that copies ends where the library’s own drive is gone, and blames no file',
  async () => {
    const library = temporaryLibrary();
    const folder = temporaryFolder();
    for (const n of [1, 2]) {
      put(folder, `${n}.dcm`, tinyDicom({ patient: `P${n}`, study: `1.2.${n}`, instance: `1.2.${n}.1`, grey: n }));
    }
    // Copies lie on another drive, which is not connected now.
    rmSync(library.path('files'), { recursive: true });
    symlinkSync(join(folder, 'not connected', 'files'), library.path('files'));
    const copying = importPaths(testContext(library), { paths: [folder], dataset: 'd', copy: true });
    expect((await appErrorFrom(copying)).code).toBe('DISK_FAILED');
  },
);
