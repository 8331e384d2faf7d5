import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { importPaths } from '../../../../core/services/import/import.ts';
import { temporaryLibrary } from '../../../support/library.ts';
import { repositoryRoot } from '../../../support/shared.ts';
import { put, testContext, tinyDicom } from '../../../support/studies.ts';
import { temporaryFolder } from '../../../support/temporary.ts';

const importOnce = `
  process.on('SIGXFSZ', () => {});
  const [open, service, library, folder] = process.argv.slice(1);
  const { openServices } = await import(open);
  const { importPaths } = await import(service);
  const log = { log: () => {} };
  const { context, close } = await openServices({ library, mode: 'write', engine: 'auto', device: 'auto', log,
    progress: () => {}, signal: new AbortController().signal });
  try { await importPaths(context, { paths: [folder], dataset: 'd', copy: true }); console.log('no error'); }
  catch (error) { console.log(error.code + ': ' + error.action); }
  await close().catch(() => {});
`;

test.skipIf(process.platform === 'win32')(
  'a full disk stops an import with one clear error, and the same import completes later (needs ulimit)',
  async () => {
    const folder = temporaryFolder();
    for (let n = 0; n < 150; n++) {
      put(folder, `f${n}`, tinyDicom({ patient: `P${n}`, study: `1.${n}`, instance: `1.${n}.1` }));
    }
    // Longer than the limit below: copying it fails as a write to a full disk does.
    put(folder, 'g', tinyDicom({ patient: 'P', study: '2.1', instance: '2.1.1', frames: 20000 }));
    const library = join(temporaryFolder(), 'library');
    const url = (name: string) => `file://${join(repositoryRoot, name)}`;
    const result = spawnSync(
      'bash',
      [
        '-c',
        'ulimit -f 1500 && exec "$@"',
        'bash',
        process.execPath,
        '--input-type=module',
        '-e',
        importOnce,
        url('core/services/session/open.ts'),
        url('core/services/import/import.ts'),
        library,
        folder,
      ],
      { encoding: 'utf8' },
    );
    expect(result.stdout).toMatch(/^DISK_FULL: Free disk space/);
    const opened = temporaryLibrary(library);
    expect(opened.db.get('PRAGMA integrity_check')).toEqual({ integrity_check: 'ok' });
    const report = await importPaths(testContext(opened), { paths: [folder], dataset: 'd', copy: true });
    expect(report.imported + report.alreadyThere).toBe(151);
    expect(report.alreadyThere).toBeGreaterThan(0);
  },
);
