/** The field case 07: a burnt disc whose files are named in other case and with an extension. */
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { importPaths } from '../../../core/services/import/import.ts';
import { datasetByName, labelledInstances } from '../../../core/store/index.ts';
import { casePath, hasCases } from '../../support/cases.ts';
import { runCommand } from '../../support/command.ts';
import { temporaryLibrary } from '../../support/library.ts';
import { testContext } from '../../support/studies.ts';
import { temporaryFolder } from '../../support/temporary.ts';

const name = '07-dicomdir-names';

describe.skipIf(!hasCases)('a DICOMDIR whose files have other names (needs the field cases)', () => {
  test('six images, each once; the DICOMDIR is not one of them, and readme.txt is named with a word', async () => {
    const library = temporaryLibrary();
    const report = await importPaths(testContext(library), { paths: [casePath(name, 'DICOMDIR')], dataset: 'd' });
    const kept = labelledInstances(library.db, datasetByName(library.db, 'd')?.id ?? 0);
    expect([report.imported, report.duplicate, kept.length]).toEqual([6, 0, 6]);
    expect(new Set(kept.map(({ sopInstanceUID }) => sopInstanceUID)).size).toBe(6);
    const left = Object.fromEntries(report.leftOut.map(({ path, code, message }) => [path, [code, message]]));
    expect(left['DICOMDIR']).toEqual(['NOT_AN_IMAGE', expect.stringContaining('table of contents of a medium')]);
    expect(left['readme.txt']).toEqual(['NOT_AN_IMAGE', expect.stringContaining('a text file')]);
    // The folder holds what the case says is right, too.
    expect(Object.keys(left).sort()).toEqual(['DICOMDIR', 'EXPECT.txt', 'readme.txt'].map(shown).sort());
    expect([report.skipped, report.notImages]).toEqual([3, 3]);
  });

  test('the command line says so in its text and in its JSON', () => {
    const library = join(temporaryFolder(), 'library');
    const { json, status } = runCommand(
      { library },
      'import',
      casePath(name, 'DICOMDIR'),
      '--dataset',
      'd',
      '--show-paths',
    );
    expect([status, json['imported'], json['notImages']]).toEqual([0, 6, 3]);
    const paths = (json['leftOut'] as { path: string }[]).map(({ path }) => path);
    expect(paths).toContain(casePath(name, 'readme.txt'));
  });
});

/** As reports shorten it. */
function shown(file: string): string {
  return file === 'EXPECT.txt' ? '…ECT.txt' : file;
}
