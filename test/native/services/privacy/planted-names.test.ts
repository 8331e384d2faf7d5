/** Planted identifiers are looked for wherever the program leaves bytes: none outside of the few columns that are made to hold them. */
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { writeRandomLpm } from '../../../../core/services/lpm/random-lpm.ts';
import { plantedCount } from '../../../support/canaries.ts';
import { type CommandOutcome, runCommand } from '../../../support/command.ts';
import { plantedWords, wordsBelow, wordsIn, writePlantedStudies } from '../../../support/planted-studies.ts';
import { temporaryFolder } from '../../../support/temporary.ts';

/** Columns that are made to tell patients and studies apart and to find their files. */
const designed = [
  ...['patient_key', 'patient_name', 'search_name', 'patient_birth_date'].map((column) => `patients.${column}`),
  ...['study_date', 'study_time', 'study_description', 'accession_number', 'issuer_of_patient_id'].map(
    (column) => `studies.${column}`,
  ),
  'series.series_description',
  'series.institution_name',
  'files.path',
  'files.member',
  'job_places.path',
  'batch_failures.path',
];

/** `table.column: word` of every planted word in a database, except in `allowed` columns. */
function wordsInDatabase(path: string, allowed: readonly string[]): string[] {
  const sqlite = new Sqlite(path, { readonly: true });
  const tables = sqlite.prepare(`SELECT name FROM sqlite_schema WHERE type = 'table'`).pluck().all() as string[];
  const found = tables.flatMap((table) =>
    (sqlite.prepare(`SELECT * FROM "${table}"`).all() as Record<string, unknown>[]).flatMap((row) =>
      Object.entries(row)
        .filter(([column]) => !allowed.includes(`${table}.${column}`))
        .flatMap(([column, value]) =>
          wordsIn(value instanceof Uint8Array ? value : String(value)).map((word) => `${table}.${column}: ${word}`),
        ),
    ),
  );
  sqlite.close();
  return [...new Set(found)];
}

interface Run {
  readonly library: string;
  readonly temp: string;
  readonly outcomes: readonly CommandOutcome[];
}

/** The whole job over the planted studies, and commands that fail; temporary files go where they can be looked at. */
function wholeJob(folder: string): Run {
  const { studies, labels, library, temp, run } = surroundings(folder);
  const size = ['--input-size', '224'];
  writeFileSync(join(folder, 'out'), 'a file, so that no results can be written below it');
  const outcomes = [
    run('lpm', 'add', join(folder, 'lpm'), '--name', 'tiny'),
    run('import', studies, '--dataset', 'd', '--labels', labels),
    run('import', join(studies, 'BROKENCANARY.gone'), '--dataset', 'd'),
    run('encode', 'd', '--lpm', 'tiny', ...size),
    run('train', 'd', '--lpm', 'tiny', '--epochs', '1', '--batch', '2', '--name', 'm', ...size),
    run('evaluate', 'm'),
    run('classify', studies, '--model', 'm', '--out', join(folder, 'results.csv')),
    run('classify', studies, '--model', 'm', '--out', join(folder, 'out', 'BROKENCANARY.csv')),
    run('library', 'check'),
    run('library', 'backup', '--to', join(library, 'backups')),
  ];
  // A file that cannot be written is refused before anything is done, as a mistake in the command.
  expect(outcomes.map((outcome) => outcome.status)).toEqual([0, 0, 1, 0, 0, 0, 0, 2, 0, 0]);
  return { library, temp, outcomes };
}

/** Studies, LPM, and a way to run commands whose temporary files can be looked at. */
function surroundings(folder: string) {
  const studies = join(folder, 'studies');
  const library = join(folder, 'library');
  const temp = join(folder, 'temp');
  for (const path of [studies, temp]) mkdirSync(path);
  const labels = writePlantedStudies(studies);
  writeRandomLpm(join(folder, 'lpm'), 1, { width: 32, layers: 2, heads: 2, patch: 16, imageSize: 64 });
  const environment = { TMPDIR: temp, TMP: temp, TEMP: temp };
  const run = (...args: string[]) => runCommand({ library, environment }, ...args);
  return { studies, labels, library, temp, run };
}

const isDatabase = (name: string): boolean => /\.sqlite(-wal|-shm)?$/.test(name);

describe(`${plantedCount} planted identifiers and the names of folders and files`, () => {
  const folder = mkdtempSync(join(tmpdir(), 'sidelight-planted-'));
  let run: Run;
  beforeAll(() => {
    run = wholeJob(folder);
  }, 300_000);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test('are really there to be found', () => {
    expect(plantedWords.length).toBeGreaterThan(80);
    expect(wordsBelow(join(run.library, '..', 'studies')).length).toBeGreaterThan(90);
    expect(wordsInDatabase(join(run.library, 'sidelight.sqlite'), []).length).toBeGreaterThan(20);
  });

  test('are in no file and no file name of the library but the database and its backups', () => {
    expect(wordsBelow(run.library, isDatabase)).toEqual([]);
  });

  test('are in no column of the database but those made for them: not in jobs, results, errors, audit events', () => {
    expect(wordsInDatabase(join(run.library, 'sidelight.sqlite'), designed)).toEqual([]);
    const backups = readdirSync(join(run.library, 'backups'));
    expect(backups.length).toBeGreaterThan(0);
    for (const name of backups) expect(wordsInDatabase(join(run.library, 'backups', name), designed)).toEqual([]);
  });

  test('are in nothing that the program writes to the log or the terminal, and in no error', () => {
    // A path that is not there, or cannot be written, is shown to whoever typed it, on the screen and nowhere else.
    const typed = [2, 7].map((n) => run.outcomes[n]?.stdout ?? '');
    for (const text of typed) expect(wordsIn(text)).toEqual(['BROKENCANARY']);
    const others = run.outcomes.flatMap(({ stderr, stdout }) => [stderr, ...(typed.includes(stdout) ? [] : [stdout])]);
    expect(others.flatMap(wordsIn)).toEqual([]);
  });

  test('are in no temporary file', () => {
    expect(wordsBelow(run.temp)).toEqual([]);
  });
});

describe('imported under pseudonyms', () => {
  test('they are nowhere in the library, not in one byte of the database; only the copied originals hold them', () => {
    const folder = temporaryFolder();
    const { studies, labels, library, temp, run } = surroundings(folder);
    const outcomes = [
      run('lpm', 'add', join(folder, 'lpm'), '--name', 'tiny'),
      run('import', studies, '--dataset', 'd', '--labels', labels, '--pseudonymise'),
      run('encode', 'd', '--lpm', 'tiny', '--input-size', '224'),
    ];
    expect(outcomes.map((outcome) => outcome.status)).toEqual([0, 0, 0]);
    expect(outcomes.flatMap(({ stderr, stdout }) => [...wordsIn(stderr), ...wordsIn(stdout)])).toEqual([]);
    expect(wordsBelow(library, (name) => name.startsWith('files'))).toEqual([]);
    expect(wordsBelow(temp)).toEqual([]);
  });
});
