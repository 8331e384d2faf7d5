/** One command line from text to exit status. Everything it touches is an argument, so tests run it in-process. */
import { CommanderError } from 'commander';
import { type SerialisedError, serialiseError } from '../base/errors.ts';
import { type CliCommand, type CommandOutput, UsageError } from './command.ts';
import type { CliContext, GlobalOptions } from './context.ts';
import { createInterrupts } from './interrupt.ts';
import { refuseInt8 } from './precision.ts';
import { buildProgram } from './program.ts';
import { openServiceSession, type ServiceSession } from './session.ts';
import { type OutputStream, Terminal } from './terminal.ts';

export interface CommandLine {
  readonly argv: readonly string[];
  readonly commands: readonly CliCommand[];
  readonly version: string;
  readonly stdout: OutputStream;
  readonly stderr: OutputStream;
}

/** Exit statuses; docs/commands.md promises these three and no other. */
const exit = { done: 0, failed: 1, usage: 2 } as const;

/** Runs one command line and gives its exit status. Never throws. */
export async function runCommandLine(line: CommandLine): Promise<number> {
  const wantsJson = line.argv.includes('--json');
  let status: number = exit.done;
  const program = buildProgram(line.commands, line.version, async (command, ...asked) => {
    status = await runOne(line, command, ...asked);
  });
  for (const command of [program, ...program.commands, ...program.commands.flatMap((c) => c.commands)]) {
    command.configureOutput({
      writeOut: (text) => line.stdout.write(text),
      // With --json the error goes to standard output as an object instead; see below.
      writeErr: (text) => (wantsJson ? undefined : line.stderr.write(text)),
    });
  }
  try {
    await program.parseAsync(asHelp(line.argv), { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) return printFailure(line, serialiseError(error), wantsJson, exit.failed);
    // Help asked for is not an error; help shown because no command was given is.
    if (error.exitCode === 0) return exit.done;
    if (wantsJson) {
      // What commander says where it showed help instead, because no command was given.
      const message =
        error.message === '(outputHelp)' ? 'No command was given.' : error.message.replace(/^error: /, '');
      printJson(line.stdout, { error: usageError(message) });
    }
    return exit.usage;
  }
  return status;
}

/** `help lpm add` as `lpm add --help`: the help command by itself looks at the first word alone, and showed the help on `lpm`. */
function asHelp(argv: readonly string[]): string[] {
  const [first, ...words] = argv;
  const isOfGroup = first === 'help' && words.filter((word) => !word.startsWith('-')).length > 1;
  return isOfGroup ? [...words, '--help'] : [...argv];
}

async function runOne(
  line: CommandLine,
  command: CliCommand,
  args: readonly (string | readonly string[])[],
  options: object,
  given: ReadonlySet<string>,
  globals: GlobalOptions,
): Promise<number> {
  const terminal = new Terminal({ stream: line.stderr, clock: () => performance.now() });
  const interrupts = createInterrupts(
    () => performance.now(),
    () => terminal.line('Stopping after the current step. Press Ctrl-C again to stop at once.'),
    () => process.exit(exit.failed),
  );
  const press = (): void => interrupts.press();
  process.on('SIGINT', press);
  process.on('SIGTERM', press);
  let session: Promise<ServiceSession> | undefined;
  const context: CliContext = {
    globals,
    given,
    terminal,
    signal: interrupts.signal,
    version: line.version,
    services: async (mode = 'write') => {
      session ??= openServiceSession(globals, terminal, interrupts.signal, mode);
      return (await session).context;
    },
  };
  try {
    refuseInt8(command, globals);
    const output = await command.run(context, args, options);
    terminal.finish();
    return printOutput(line, output, globals.json);
  } catch (error) {
    terminal.finish();
    if (error instanceof UsageError) return printFailure(line, usageError(error.message), globals.json, exit.usage);
    const serialised = serialiseError(error);
    return printFailure(line, serialised, globals.json, serialised.code === 'BAD_INPUT' ? exit.usage : exit.failed);
  } finally {
    process.off('SIGINT', press);
    process.off('SIGTERM', press);
    // A session that failed to open has been reported above and has nothing to close.
    await session?.then(
      (open) => open.close(),
      () => undefined,
    );
  }
}

function printOutput(line: CommandLine, output: CommandOutput, json: boolean): number {
  if (json)
    printJson(line.stdout, output.failure === undefined ? output.json : { ...output.json, error: output.failure });
  else for (const text of output.lines) line.stdout.write(`${text}\n`);
  if (output.failure === undefined) return exit.done;
  if (!json) printError(line.stderr, output.failure);
  return exit.failed;
}

function printFailure(line: CommandLine, error: SerialisedError, json: boolean, status: number): number {
  if (json) printJson(line.stdout, { error });
  else printError(line.stderr, error);
  return status;
}

function printError(stream: OutputStream, error: SerialisedError): void {
  stream.write(`error: ${error.message} [${error.code}]\n${error.action}\n`);
}

function printJson(stream: OutputStream, value: object): void {
  stream.write(`${JSON.stringify(value)}\n`);
}

function usageError(message: string): SerialisedError {
  return {
    code: 'BAD_INPUT',
    message,
    action: 'Run the command with --help to see what is allowed.',
    retryable: false,
  };
}
