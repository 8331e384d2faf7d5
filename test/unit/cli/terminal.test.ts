import { describe, expect, test } from 'vitest';
import { createInterrupts } from '../../../core/cli/interrupt.ts';
import { Terminal } from '../../../core/cli/terminal.ts';

/** A terminal over a list, with a clock that the test turns. */
function terminalAt(isTTY: boolean) {
  const written: string[] = [];
  let now = 0;
  const terminal = new Terminal({
    stream: { isTTY, columns: 80, write: (text) => written.push(text) },
    clock: () => now,
  });
  const report = (at: number, done: number): void => {
    now = at;
    terminal.progress({ stage: 'encoding', done, total: 100, unit: 'images' });
  };
  return { terminal, written, report };
}

describe('progress', () => {
  test('away from a terminal a line appears at the start, every ten seconds and at the end', () => {
    const { terminal, written, report } = terminalAt(false);
    for (let second = 0; second <= 25; second++) report(second * 1000, second * 4);
    terminal.finish();
    expect(written).toEqual([
      'Encoding: 0/100 images\n',
      'Encoding: 40/100 images, 4.0/s, 15 s left\n',
      'Encoding: 80/100 images, 4.0/s, 5.0 s left\n',
      'Encoding: 100 images in 25 s\n',
    ]);
  });

  test('the same work that begins again after its end has a line of its own', () => {
    const { terminal, written, report } = terminalAt(false);
    report(0, 100);
    report(1000, 0);
    report(3000, 100);
    terminal.finish();
    expect(written.filter((line) => line.includes(' in '))).toEqual([
      'Encoding: 100 images in 1.0 s\n',
      'Encoding: 100 images in 2.0 s\n',
    ]);
  });

  test('on a terminal one line is redrawn, with a bar', () => {
    const { terminal, written, report } = terminalAt(true);
    report(0, 0);
    report(50, 1);
    report(1000, 50);
    terminal.finish();
    expect(written).toEqual([
      '\r\u001b[2KEncoding: [--------------------] 0/100 images',
      '\r\u001b[2KEncoding: [##########----------] 50/100 images, 50.0/s, 1.0 s left',
      '\r\u001b[2K',
      'Encoding: 50 of 100 images in 1.0 s\n',
    ]);
  });

  test('a log line does not land inside the progress line', () => {
    const { terminal, written, report } = terminalAt(true);
    report(0, 10);
    terminal.logger.log('warn', 'Something odd', { count: 2 });
    expect(written.slice(1)).toEqual(['\r\u001b[2K', 'warn: Something odd {"count":2}\n']);
  });

  test('resumed work is not counted into the speed', () => {
    const { written, report } = terminalAt(false);
    report(0, 90);
    report(10_000, 95);
    expect(written[1]).toBe('Encoding: 95/100 images, 2.0 s each, 10 s left\n');
  });
});

describe('Ctrl-C', () => {
  test('one press that arrives twice is one press; a later one ends the process', () => {
    const seen: string[] = [];
    let now = 0;
    const interrupts = createInterrupts(
      () => now,
      () => seen.push('announce'),
      () => seen.push('end'),
    );
    interrupts.press();
    now = 30;
    interrupts.press();
    expect(interrupts.signal.aborted).toBe(true);
    expect(seen).toEqual(['announce']);
    now = 1500;
    interrupts.press();
    expect(seen).toEqual(['announce', 'end']);
  });
});
