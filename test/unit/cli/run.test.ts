import { describe, expect, test } from 'vitest';
import { AppError } from '../../../core/base/errors.ts';
import { type CliCommand, defineCommand, UsageError, wordArgument } from '../../../core/cli/command.ts';
import { command as demo } from '../../../core/cli/commands/demo.ts';
import { integer, oneOf, requiredText, texts, toggle } from '../../../core/cli/options.ts';
import { runCommandLine } from '../../../core/cli/run.ts';

const echo = defineCommand({
  name: 'echo',
  summary: 'says what it got',
  description: 'For tests.',
  arguments: [{ syntax: '<word>', help: 'what to say' }],
  options: {
    times: integer('--times <n>', 'how often', 2),
    how: oneOf('--how <how>', 'manner', ['loud', 'soft'] as const, 'soft'),
    end: toggle('--no-end', 'without an end'),
    to: requiredText('--to <whom>', 'to whom'),
    also: texts('--also <whom>', 'who hears it too'),
  },
  examples: [],
  run: async (_, args, options) => {
    const word = wordArgument(args, 0);
    if (word === 'boom') throw new AppError('DISK_FULL', 'Disk full: found 0 B, need 5 MB.');
    if (word === 'usage') throw new UsageError('No such word.');
    if (word === 'bug') throw new TypeError('x is not a function');
    return { json: { word, ...options }, lines: [`${word} ${JSON.stringify(options)}`] };
  },
});

async function run(line: string, commands: readonly CliCommand[] = [echo]) {
  const out: string[] = [];
  const err: string[] = [];
  const status = await runCommandLine({
    argv: line.split(' ').filter((w) => w !== ''),
    commands,
    version: '1.2.3',
    stdout: { write: (text) => out.push(text) },
    stderr: { write: (text) => err.push(text) },
  });
  return { status, out: out.join(''), err: err.join('') };
}

describe('a command line', () => {
  test('gives typed options, with defaults where none are given', async () => {
    const { status, out } = await run('echo hello --to you --times 3 --json');
    expect(status).toBe(0);
    expect(JSON.parse(out)).toEqual({ word: 'hello', times: 3, how: 'soft', end: true, to: 'you' });
  });

  test('takes global options before and after the command', async () => {
    expect((await run('--json echo hello --to you')).out).toBe((await run('echo hello --to you --json')).out);
  });

  test('takes an option that may be repeated as a list, and refuses another one that is', async () => {
    const { out } = await run('echo a --to b --also c --also d --json');
    expect(JSON.parse(out).also).toEqual(['c', 'd']);
    const { status, err } = await run('echo a --to b --times 3 --times 4');
    expect(status).toBe(2);
    expect(err).toMatch(/--times.*given twice; allowed: once/s);
    expect((await run('--library x echo a --to b --library y')).status).toBe(2);
  });

  test('switches a default off with --no-', async () => {
    expect(JSON.parse((await run('echo a --to b --no-end --json')).out).end).toBe(false);
  });

  test('refuses 8 bits where a command does not choose how images are read, and says where they belong', async () => {
    const { status, err } = await run('echo hello --to you --precision int8');
    expect(status).toBe(2);
    expect(err).toContain('--precision int8 is for train and encode; echo does not choose how images are read');
    expect((await run('echo hello --to you --precision f32')).status).toBe(0);
  });

  test('help on a command of two words is that command’s, and says where the options of every command are', async () => {
    const commands = [{ ...echo, name: 'group echo' }];
    const { status, out } = await run('help group echo', commands);
    expect([status, out]).toEqual([0, (await run('group echo --help', commands)).out]);
    expect(out).toContain('--times <n>');
    expect(out).toContain('Options of every command (--library, --json, --threads and others): sidelight --help');
  });

  test('a number of threads or of studies below one is wrong usage', async () => {
    for (const n of ['0', '-3']) {
      const { status, err } = await run(`--threads ${n} echo hello --to you`);
      expect([status, err]).toEqual([2, expect.stringContaining(`found "${n}"; allowed: a whole number from 1`)]);
    }
    expect((await run('demo --studies 0', [demo])).status).toBe(2);
    expect((await run('echo hello --to you --threads 2')).status).toBe(0);
  });

  test('where no command is given, --json says that', async () => {
    expect(JSON.parse((await run('--json')).out).error.message).toBe('No command was given.');
  });

  test.each([
    ['a missing argument', 'echo --to you'],
    ['a missing mandatory option', 'echo hello'],
    ['an unknown option', 'echo hello --to you --tims 3'],
    ['an unknown command', 'ecko hello'],
    ['a number that is none', 'echo hello --to you --times many'],
    ['a fraction where a whole number stands', 'echo hello --to you --times 1.5'],
    ['a value outside the list', 'echo hello --to you --how shrill'],
    ['no command', ''],
    ['usage that only the command can judge', 'echo usage --to you'],
  ])('ends with status 2 for %s', async (_, line) => {
    const plain = await run(line);
    expect([plain.status, plain.out, plain.err.length > 20]).toEqual([2, '', true]);
    const json = await run(`${line} --json`);
    expect(json.status).toBe(2);
    expect(JSON.parse(json.out).error.message.length).toBeGreaterThan(5);
  });

  test('names a failure with what to do, status 1', async () => {
    const { status, out, err } = await run('echo boom --to you');
    expect([status, out]).toEqual([1, '']);
    expect(err).toBe(
      'error: Disk full: found 0 B, need 5 MB. [DISK_FULL]\nFree disk space, then run the same command again; it continues where it stopped.\n',
    );
  });

  test('prints a failure as one JSON object with --json', async () => {
    const { status, out, err } = await run('echo boom --to you --json');
    expect([status, err, JSON.parse(out).error.code]).toEqual([1, '', 'DISK_FULL']);
  });

  test('reports a bug as a bug', async () => {
    const { status, err } = await run('echo bug --to you');
    expect(status).toBe(1);
    expect(err).toContain('[BUG]');
    expect(err).toContain('Please report it');
  });

  test('help and version end with status 0', async () => {
    expect(await run('--version')).toEqual({ status: 0, out: '1.2.3\n', err: '' });
    const help = await run('echo --help');
    expect([help.status, help.err]).toEqual([0, '']);
    expect(help.out).toContain('--times <n>');
  });
});
