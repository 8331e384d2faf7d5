import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type DemoHost, demoDefaults, runDemo } from '../../../../core/services/walkthrough/demo.ts';
import { temporaryFolder } from '../../../support/temporary.ts';

/** A host that stops the demo as soon as it would work. */
const stopping: DemoHost = {
  withServices: () => Promise.reject(new Error('stopped here')),
  progress: () => {},
  signal: AbortSignal.abort(),
  begins: () => {
    throw new Error('stopped here');
  },
  encoded: () => {},
  judged: () => {},
  ended: () => {},
};

test('a folder that holds something no demo made is refused and left as it is; one of a demo is replaced', async () => {
  const out = temporaryFolder();
  writeFileSync(join(out, 'thesis.txt'), 'years of work');
  await expect(runDemo({ ...demoDefaults, out }, stopping)).rejects.toMatchObject({ code: 'BAD_INPUT' });
  expect(readFileSync(join(out, 'thesis.txt'), 'utf8')).toBe('years of work');
  expect(readdirSync(out)).toEqual(['thesis.txt']);

  const own = join(out, 'demo');
  await expect(runDemo({ ...demoDefaults, out: own }, stopping)).rejects.toThrow('stopped here');
  writeFileSync(join(own, 'report.html'), 'of the last demo');
  await expect(runDemo({ ...demoDefaults, out: own }, stopping)).rejects.toThrow('stopped here');
  expect(existsSync(join(own, 'report.html'))).toBe(false);
});
