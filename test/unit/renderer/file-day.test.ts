import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { repositoryRoot } from '../../support/shared.ts';

/** The page's sources belong to another project, with the types of a browser. */
const { fileDay } = (await import(join(repositoryRoot, 'renderer/i18n/file-day.ts'))) as {
  fileDay(value: string): string;
};

test.each([
  ['Pacific/Auckland', '2026-12-01'],
  ['UTC', '2026-11-30'],
  ['America/Los_Angeles', '2026-11-30'],
])('in %s a table is named by the day on its clocks', (zone, day) => {
  const before = process.env['TZ'];
  onTestFinished(() => {
    if (before === undefined) delete process.env['TZ'];
    else process.env['TZ'] = before;
  });
  process.env['TZ'] = zone;
  expect(fileDay('2026-11-30T23:30:00.000Z')).toBe(day);
});
