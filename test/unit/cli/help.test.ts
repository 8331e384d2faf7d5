import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { loadCommands } from '../../../core/cli/folder.ts';
import { buildProgram } from '../../../core/cli/program.ts';
import { labelsPage } from '../../../scripts/docs/labels-page.ts';
import { callsPage, commandReference, errorCodesPage } from '../../../scripts/docs/pages.ts';
import { pixelsPage } from '../../../scripts/docs/pixels-page.ts';
import { profilesPage } from '../../../scripts/docs/profiles-page.ts';
import { repositoryRoot } from '../../support/shared.ts';

const commands = await loadCommands();

/** `sidelight a "b c"` as the shell would split it. */
function words(line: string): string[] {
  return [...line.matchAll(/"([^"]*)"|(\S+)/g)].map((m) => m[1] ?? m[2] ?? '');
}

describe('help', () => {
  test('every line of the list of commands says what it does, groups of commands too', () => {
    const listed = buildProgram(commands, '1', async () => {}).commands;
    expect(listed.filter((one) => one.summary() === '' && one.description() === '').map((one) => one.name())).toEqual(
      [],
    );
  });

  test('every command of the design is there', () => {
    expect(commands.map((c) => c.name).sort()).toEqual(
      [
        'batch delete',
        'batches',
        'class merge',
        'classes',
        'classify',
        'compare',
        'curve',
        'dataset delete',
        'dataset rename',
        'dataset restore',
        'datasets',
        'demo',
        'doctor',
        'encode',
        'evaluate',
        'export',
        'import',
        'labels export',
        'labels import',
        'labels order',
        'library backup',
        'library check',
        'library free',
        'library restore',
        'lpm add',
        'lpm list',
        'lpm try-int8',
        'model delete',
        'model rename',
        'model restore',
        'models',
        'patient delete',
        'patients',
        'promote',
        'replay',
        'runs',
        'suspects',
        'train',
      ].sort(),
    );
  });

  test.each(commands.map((c) => [c.name, c] as const))(
    '%s explains itself, its arguments and its options',
    (_, command) => {
      expect(command.summary.length).toBeGreaterThan(10);
      expect(command.description.length).toBeGreaterThan(60);
      expect(command.examples.length).toBeGreaterThan(0);
      for (const { help } of command.arguments) expect(help.length).toBeGreaterThan(5);
      for (const { help } of Object.values(command.options)) expect(help.length).toBeGreaterThan(5);
    },
  );

  test.each(commands.flatMap((c) => c.examples.map((e) => [e.line, c.name] as const)))(
    'the example `%s` is a command line the program understands',
    async (line, name) => {
      const ran: string[] = [];
      const program = buildProgram(commands, '1', async (command) => {
        ran.push(command.name);
      });
      const [first, ...argv] = words(line);
      await program.parseAsync(argv, { from: 'user' });
      expect([first, ran]).toEqual(['sidelight', [name]]);
    },
  );

  test('an option is stored under the key its command reads', () => {
    for (const command of commands) {
      for (const [key, spec] of Object.entries(command.options)) {
        const long = /--(?:no-)?([a-z-]+)/.exec(spec.flags)?.[1] ?? '';
        expect(long.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase())).toBe(key);
      }
    }
  });

  test('docs/commands.md is what the commands say (npm run docs)', () => {
    expect(readFileSync(join(repositoryRoot, 'docs', 'commands.md'), 'utf8')).toBe(commandReference(commands));
  });

  test('docs/error-codes.md is what the table says (npm run docs)', () => {
    expect(readFileSync(join(repositoryRoot, 'docs', 'error-codes.md'), 'utf8')).toBe(errorCodesPage());
    expect(readFileSync(join(repositoryRoot, 'docs', 'calls.md'), 'utf8')).toBe(callsPage());
    expect(readFileSync(join(repositoryRoot, 'docs', 'pixels.md'), 'utf8')).toBe(pixelsPage());
  });

  test('docs/labels-files.md is what the tables of labels files say (npm run docs)', () => {
    expect(readFileSync(join(repositoryRoot, 'docs', 'labels-files.md'), 'utf8')).toBe(labelsPage());
  });

  test('docs/label-profiles.md is what the profiles say (npm run docs)', () => {
    expect(readFileSync(join(repositoryRoot, 'docs', 'label-profiles.md'), 'utf8')).toBe(profilesPage());
  });
});
