import { expect, test } from 'vitest';
import { command } from '../../../core/cli/commands/train.ts';
import { refuseUncounted } from '../../../core/cli/goes-on.ts';
import { runCommandLine } from '../../../core/cli/run.ts';

/** What a command line is told before any library is opened. */
async function told(line: string): Promise<readonly [status: number, message: string]> {
  let out = '';
  const stream = { write: (text: string) => (out += text) };
  const argv = [...line.split(' '), '--json'];
  const status = await runCommandLine({ argv, commands: [command], version: '1', stdout: stream, stderr: stream });
  return [status, (JSON.parse(out) as { error: { message: string } }).error.message];
}

test('a setting beside --again, --on or --resume, which would count for nothing, is refused by name, a default that is typed too', async () => {
  const again = '--again takes the settings of the model; --lr, --seed would count for nothing: leave them out';
  expect(await told('train mammo --again mammo-1 --lr 1e-3 --seed 1')).toEqual([2, expect.stringContaining(again)]);
  expect(await told('train mammo --on mammo-1 --epochs 3 --no-flip')).toEqual([
    2,
    expect.stringContaining('--no-flip'),
  ]);
  expect(await told('train mammo --resume run-3 --epochs 9')).toEqual([2, expect.stringContaining('--epochs would')]);
  expect(await told('train mammo --resume run-3 --again mammo-1')).toEqual([2, expect.stringContaining('--resume')]);
  expect(await told('train mammo --on mammo-1 --again mammo-1')).toEqual([2, 'Give --again or --on, one of the two.']);
});

test('what counts beside them is taken', () => {
  for (const names of [
    ['again', 'name'],
    ['on', 'epochs', 'name'],
    ['resume', 'positive'],
    ['lr', 'seed', 'lpm'],
  ])
    expect(() => refuseUncounted(command.options, new Set(names))).not.toThrow();
});
