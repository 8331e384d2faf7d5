import { expect, test } from 'vitest';
import { withPatience } from '../../../core/base/patience.ts';

const refusal = (code: string): Error => Object.assign(new Error(`${code}: rename`), { code });

/** Work that fails with `code` so many times; how long was waited, and how often it was tried. */
function tried(code: string, failures: number, platform: string) {
  const waited: number[] = [];
  let calls = 0;
  const work = (): string => {
    calls++;
    if (calls <= failures) throw refusal(code);
    return 'renamed';
  };
  let outcome: string;
  try {
    outcome = withPatience(work, platform, (ms) => waited.push(ms));
  } catch (error) {
    outcome = (error as Error).message;
  }
  return { outcome, calls, waitedMs: waited.reduce((sum, ms) => sum + ms, 0) };
}

test('what another program holds for a moment on Windows is tried again, at most for a second or so', () => {
  expect(tried('EPERM', 3, 'win32')).toEqual({ outcome: 'renamed', calls: 4, waitedMs: 70 });
  expect(tried('EBUSY', 100, 'win32')).toEqual({ outcome: 'EBUSY: rename', calls: 8, waitedMs: 1250 });
});

test('what no waiting mends is thrown at once, and elsewhere everything is', () => {
  expect(tried('ENOSPC', 1, 'win32')).toEqual({ outcome: 'ENOSPC: rename', calls: 1, waitedMs: 0 });
  expect(tried('EPERM', 1, 'linux')).toEqual({ outcome: 'EPERM: rename', calls: 1, waitedMs: 0 });
});

test('it really waits', () => {
  const from = performance.now();
  let calls = 0;
  withPatience(() => {
    if (++calls < 3) throw refusal('EACCES');
  }, 'win32');
  expect([calls, performance.now() - from >= 29]).toEqual([3, true]);
});
