/** Finds the commands: every file of `commands/` exports one `command`. */
import { readdirSync } from 'node:fs';
import { invariant } from '../base/errors.ts';
import type { CliCommand } from './command.ts';

/** The order in which help lists them: the order in which a new user needs them. Others follow by name. */
const order = [
  'demo',
  'doctor',
  'lpm',
  'import',
  'labels',
  'datasets',
  'classes',
  'encode',
  'train',
  'runs',
  'models',
  'evaluate',
  'classify',
];

/** All commands, in the order of help. */
export async function loadCommands(): Promise<CliCommand[]> {
  const folder = new URL('./commands/', import.meta.url);
  const files = readdirSync(folder).filter((name) => /\.[jt]s$/.test(name) && !name.endsWith('.d.ts'));
  const commands = await Promise.all(
    files.sort().map(async (file) => {
      const module: { command?: CliCommand } = await import(new URL(file, folder).href);
      invariant(module.command !== undefined, `core/cli/commands/${file} exports no command`);
      return module.command;
    }),
  );
  const rank = (command: CliCommand): number => {
    const index = order.indexOf(command.name.split(' ')[0] ?? '');
    return index < 0 ? order.length : index;
  };
  return commands.sort((a, b) => rank(a) - rank(b) || a.name.localeCompare(b.name));
}
