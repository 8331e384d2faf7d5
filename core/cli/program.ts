/** The command line as a commander program, built from the commands of the folder. */
import { Command, InvalidArgumentError, Option } from 'commander';
import { type CliCommand, type OptionSpec, UsageError } from './command.ts';
import type { GlobalOptions } from './context.ts';
import { countOf, oneOf, text, toggle } from './options.ts';
import { precisionOption } from './precision.ts';

/** Options that stand before or after any command. */
export const globalOptions = {
  library: text(
    '--library <dir>',
    'library folder (default: $SIDELIGHT_LIBRARY, else "Sidelight" in your data folder)',
  ),
  json: toggle(
    '--json',
    'print one JSON object (a list: one array of them) on standard output; everything else goes to standard error',
  ),
  engine: oneOf('--engine <name>', 'what computes', ['auto', 'onnxruntime', 'tensorflow'] as const, 'auto'),
  device: oneOf(
    '--device <name>',
    'where it computes',
    ['auto', 'cpu', 'webgpu', 'cuda', 'dml', 'coreml'] as const,
    'auto',
  ),
  precision: precisionOption,
  threads: countOf('--threads <n>', 'processor threads to use (default: all)'),
};

/** Groups of commands: the first word of commands such as `lpm add`. */
const groups: Readonly<Record<string, string>> = {
  batch: 'delete the results of a classification',
  class: 'merge classes of a data set',
  dataset: 'rename, delete and restore data sets',
  labels: 'import and export labels, and order cases to label next',
  lpm: 'add and list LPMs, the frozen pre-trained models',
  library: 'check, back up and restore the library',
  model: 'rename, delete and restore models',
  patient: 'delete a patient or a study from the library',
};

const closing = `
Research use only. Not for diagnosis.

Exit status: 0 done, 1 something failed (named), 2 wrong usage.
Help on a command: sidelight help COMMAND`;

export type RunCommand = (
  command: CliCommand,
  args: readonly (string | readonly string[])[],
  options: object,
  given: ReadonlySet<string>,
  globals: GlobalOptions,
) => Promise<void>;

/** The program. `run` is called with the parsed command line; help and usage errors throw CommanderError. */
export function buildProgram(commands: readonly CliCommand[], version: string, run: RunCommand): Command {
  const program = new Command('sidelight')
    .description('Fine-tune and run an image classifier on DICOM studies, on this machine, without a network.')
    .version(version)
    .helpCommand('help [command]', 'show help on a command')
    .showHelpAfterError('Run with --help to see what is allowed.')
    .exitOverride()
    .addHelpText('after', closing);
  for (const spec of Object.values(globalOptions)) program.addOption(toOption(spec));

  const parents = new Map<string, Command>();
  for (const command of commands) {
    const words = command.name.split(' ');
    const leaf = words.at(-1) ?? command.name;
    let parent = program;
    if (words.length > 1) {
      const group = words[0] ?? '';
      parent =
        parents.get(group) ??
        program
          .command(group)
          .description(groups[group] ?? '')
          .exitOverride();
      parents.set(group, parent);
    }
    addCommand(parent, leaf, command, (args, options, given) =>
      run(command, args, options, given, readGlobals(program)),
    );
  }
  return program;
}

function addCommand(
  parent: Command,
  name: string,
  source: CliCommand,
  action: (args: readonly (string | readonly string[])[], options: object, given: ReadonlySet<string>) => Promise<void>,
): void {
  const command = parent
    .command(name)
    .summary(source.summary)
    .description(source.description)
    .showHelpAfterError('Run with --help to see what is allowed.')
    .exitOverride()
    .addHelpText(
      'after',
      `\n${examplesText(source)}\n\nOptions of every command (--library, --json, --threads and others): sidelight --help`,
    );
  for (const { syntax, help } of source.arguments) command.argument(syntax, help);
  for (const spec of Object.values(source.options)) command.addOption(toOption(spec));
  command.action(async (...received: unknown[]) => {
    // Commander passes the arguments, then the options, then the command itself.
    const args = received.slice(0, source.arguments.length) as (string | readonly string[])[];
    const names = Object.keys(command.opts());
    await action(args, command.opts(), new Set(names.filter((one) => command.getOptionValueSource(one) === 'cli')));
  });
}

function examplesText(command: CliCommand): string {
  return ['Examples:', ...command.examples.map(({ line, why }) => `  ${line}\n      ${why}`)].join('\n');
}

function toOption(spec: OptionSpec<unknown>): Option {
  const option = new Option(spec.flags, spec.help);
  const parse = spec.parse;
  if (parse !== undefined) {
    const values: unknown[] = [];
    option.argParser((text) => {
      try {
        values.push(parse(text));
        if (spec.isRepeated === true) return values.flat();
        // The last of two would silently be the one that counts.
        if (values.length > 1) throw new UsageError('It was given twice; allowed: once.');
        return values[0];
      } catch (error) {
        if (error instanceof UsageError) throw new InvalidArgumentError(error.message);
        throw error;
      }
    });
  }
  if (spec.choices !== undefined) {
    option.argChoices = [...spec.choices];
  }
  if (spec.fallback !== undefined && !spec.mandatory && spec.parse !== undefined) option.default(spec.fallback);
  return option.makeOptionMandatory(spec.mandatory);
}

function readGlobals(program: Command): GlobalOptions {
  const { library, json, engine, device, precision, threads } = program.opts<Partial<GlobalOptions>>();
  return {
    library,
    json: json ?? false,
    engine: engine ?? 'auto',
    device: device ?? 'auto',
    precision: precision ?? 'f32',
    threads,
  };
}
