/**
 * What a command of the command line is: one object in one file of `commands/`, found by folder.
 *
 * Options are declared as values whose type says what the parser returns, so `run` receives typed options and a misspelt
 * key does not build. Defaults and limits come from the contract's schemas; they are not written again here.
 */
import type { SerialisedError } from '../base/errors.ts';
import type { CliContext } from './context.ts';

/** One option: how it is written, what it means, how its text becomes a value. `T` includes undefined when it may be absent. */
export interface OptionSpec<T> {
  readonly flags: string;
  readonly help: string;
  /** Absent for a switch. Throws UsageError on text it cannot take. */
  readonly parse?: (text: string) => T;
  readonly fallback: T;
  readonly mandatory: boolean;
  /** It may be given several times: its value is a list, which each one adds to. Others may be given once. */
  readonly isRepeated?: true;
  readonly choices?: readonly string[];
}

export type OptionTable = Readonly<Record<string, OptionSpec<unknown>>>;

/** The values `run` receives for a table of options. */
export type OptionsOf<O extends OptionTable> = {
  readonly [K in keyof O]: O[K] extends OptionSpec<infer T> ? T : never;
};

/** What a command leaves: one JSON value for `--json`, lines for people, and whether something named failed. */
export interface CommandOutput {
  readonly json: object;
  readonly lines: readonly string[];
  /** A failure that still has a result (for example a batch of which nothing could be classified): exit status 1. */
  readonly failure?: SerialisedError;
}

export interface CliCommand {
  /** Words as typed, for example `lpm add`. */
  readonly name: string;
  readonly summary: string;
  /** A paragraph that says what it does, what it leaves and what it never does. */
  readonly description: string;
  /** Commander's notation: `<path...>`, `<dataset>`; the explanation beside it. */
  readonly arguments: readonly { readonly syntax: string; readonly help: string }[];
  readonly options: OptionTable;
  /** Complete command lines with the reason for each. */
  readonly examples: readonly { readonly line: string; readonly why: string }[];
  run(context: CliContext, args: readonly (string | readonly string[])[], options: object): Promise<CommandOutput>;
}

/** A command line that cannot be understood: exit status 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

interface CommandSource<O extends OptionTable> extends Omit<CliCommand, 'options' | 'run'> {
  readonly options: O;
  run(
    context: CliContext,
    args: readonly (string | readonly string[])[],
    options: OptionsOf<O>,
  ): Promise<CommandOutput>;
}

/** The command as given; it exists so that `run` sees the types of its own options. */
export function defineCommand<const O extends OptionTable>(source: CommandSource<O>): CliCommand {
  return { ...source, run: (context, args, options) => source.run(context, args, options as OptionsOf<O>) };
}

/** The first positional argument that is a single word. */
export function wordArgument(args: readonly (string | readonly string[])[], index: number): string {
  const value = args[index];
  if (typeof value !== 'string') throw new UsageError(`Argument ${index + 1} is missing.`);
  return value;
}

/** A positional argument that takes several words. */
export function wordsArgument(args: readonly (string | readonly string[])[], index: number): string[] {
  const value = args[index];
  if (value === undefined || typeof value === 'string') throw new UsageError(`Argument ${index + 1} is missing.`);
  return [...value];
}
