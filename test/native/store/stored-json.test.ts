/** JSON in rows is never believed: what is not as it was written is named, with the row that it stands in. */
import { expect, test } from 'vitest';
import { checkLibrary } from '../../../core/services/library/check.ts';
import {
  addAuditEvent,
  addJob,
  addLpm,
  auditEvents,
  jobById,
  type Library,
  listJobs,
  listLpms,
} from '../../../core/store/index.ts';
import { temporaryLibrary, testTime } from '../../support/library.ts';
import { appErrorOf } from '../../support/thrown.ts';

const lpm = {
  name: 'tiny',
  hash: 'ab'.repeat(32),
  family: 'vit',
  config: { patch: 8 },
  folder: 'lpm/ab',
  sizeBytes: 1,
};

/** A library with an LPM, a job and an event of the audit trail. */
function filled(): Library {
  const library = temporaryLibrary();
  addLpm(library.writer, { ...lpm, addedAt: testTime });
  addJob(library.writer, 'demo', { studies: 8 }, testTime);
  addAuditEvent(library.writer, { happenedAt: testTime, action: 'job.added', subject: 'job-1', details: {} });
  return library;
}

/** Puts `text` where a row has JSON, as a rotten byte would: past the check that SQLite makes when it is asked to write. */
function rot({ writer }: Library, column: string, text: string): void {
  const [table, name] = column.split('.');
  writer.run('PRAGMA ignore_check_constraints = ON', {});
  writer.run(`UPDATE ${table} SET ${name} = :text`, { text });
}

const rows: readonly [string, (library: Library) => unknown, string][] = [
  ['lpms.config', ({ db }) => listLpms(db), 'the configuration of LPM "tiny"'],
  ['jobs.payload', ({ db }) => listJobs(db), 'the payload of job-1'],
  ['jobs.payload', ({ db }) => jobById(db, 1), 'the payload of job-1'],
  ['jobs.error', ({ db }) => listJobs(db), 'the error of job-1'],
];

test.each(rows)('no JSON in %s is told by its row', (column, read, what) => {
  const library = filled();
  rot(library, column, '{"torn');
  expect(appErrorOf(() => read(library))).toMatchObject({
    code: 'DB_DAMAGED',
    message: `In the library ${what} cannot be read: it is no JSON.`,
  });
});

test('JSON of another form is told too', () => {
  const library = filled();
  rot(library, 'lpms.config', '[1]');
  rot(library, 'jobs.error', '"x"');
  // The trail cannot be changed, only added to.
  const { db, writer } = library;
  writer.run(
    `INSERT INTO audit_events (happened_at, action, subject, details) VALUES (:now, 'job.added', 'job-2', '[1]')`,
    { now: testTime },
  );
  const messages = [listLpms, listJobs, auditEvents].map((read) => appErrorOf(() => read(db)).message);
  expect(messages).toEqual([
    'In the library the configuration of LPM "tiny" cannot be read: Invalid input: expected record, received array.',
    'In the library job-1 cannot be read: error.',
    'In the library the details of "job.added" cannot be read: Invalid input: expected record, received array.',
  ]);
});

test('library check names a job that cannot be read', async () => {
  const library = filled();
  rot(library, 'jobs.payload', '{"torn');
  library.close();
  const report = await checkLibrary(
    { folder: library.folder, signal: { aborted: false }, progress: () => {} },
    { deep: false },
  );
  expect(report.findings.map(({ message }) => message).join()).toContain('the payload of job-1 cannot be read');
});
