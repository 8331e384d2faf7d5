/** Every command of package.json that runs a program of ours knows --help and refuses an unknown option with a sentence. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { helpOf } from '../../../scripts/command-line.ts';
import { repositoryRoot } from '../../support/shared.ts';

const { scripts } = JSON.parse(readFileSync(join(repositoryRoot, 'package.json'), 'utf8')) as {
  scripts: Record<string, string>;
};
const programs = [
  ...new Set(
    Object.values(scripts).flatMap(
      (script) => /run\.mjs ((?:scripts|bench|pretraining|test)\/[\w/-]+\.ts)/.exec(script)?.[1] ?? [],
    ),
  ),
];

function run(program: string, ...args: string[]): { status: number | null; stdout: string; stderr: string } {
  return spawnSync(process.execPath, [join(repositoryRoot, program), ...args], { encoding: 'utf8' });
}

test('the programs are found', () => {
  expect(programs.length).toBeGreaterThan(12);
});

describe.each(programs)('%s', (program) => {
  test('--help says what it does and what its options are', () => {
    const { status, stdout } = run(program, '--help');
    expect(stdout).toContain('npm ');
    expect(stdout).toContain('--help');
    expect(status).toBe(0);
  });

  test('an unknown option is answered with a sentence', () => {
    const { status, stderr } = run(program, '--frobnicate');
    expect(stderr).toMatch(/^There is no option --frobnicate\. [^\n]*--help explains them\.\n$/);
    expect(status).toBe(2);
  });
});

test('the modes of bench answer too', () => {
  for (const mode of ['--methods', '--promise']) {
    expect(run('bench/bench.ts', mode, '--help')).toMatchObject({
      status: 0,
      stdout: expect.stringContaining(`npm run bench -- ${mode}`),
    });
    const refused = run('bench/bench.ts', mode, '--frobnicate');
    expect(refused.stderr).toContain('There is no option --frobnicate.');
    expect(refused.status).toBe(2);
  }
});

test('an option without its value is told as such', () => {
  const { status, stderr } = run('test/torture/torture.ts', '--points');
  expect(stderr).toMatch(/^Option '--points <value>' argument missing\. The options are --points/);
  expect(status).toBe(2);
});

test('help is the comment at the head of the file and the options with what holds without them', () => {
  const source = "/**\n * `npm run x`: does x.\n *\n *     npm run x -- --n 3\n */\nimport 'y';\n";
  const help = helpOf(source, {
    options: { n: { type: 'string', default: '3' }, all: { type: 'boolean', short: 'a' } },
  });
  expect(help).toBe(
    [
      '`npm run x`: does x.',
      '',
      '    npm run x -- --n 3',
      '',
      'Options, with what holds without them:',
      '  --n VALUE               (3)',
      '  -a, --all',
      '  --help',
    ].join('\n'),
  );
});
