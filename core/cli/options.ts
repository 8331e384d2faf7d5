/** The kinds of options commands use. Each returns a typed OptionSpec. */
import { whyNotWritable } from '../services/files/writable.ts';
import { type OptionSpec, UsageError } from './command.ts';

/** Text that may be left out. */
export function text(flags: string, help: string): OptionSpec<string | undefined> {
  return { flags, help, parse: (value) => value, fallback: undefined, mandatory: false };
}

/** A file to be written, which is tried before anything is done: hours of work do not end at a folder that cannot be written. */
export function outputFile(flags: string, help: string): OptionSpec<string | undefined> {
  return { ...text(flags, help), parse: (value) => writable(flags, value) };
}

/** As outputFile, and must be given. */
export function requiredOutputFile(flags: string, help: string): OptionSpec<string> {
  return { ...requiredText(flags, help), parse: (value) => writable(flags, value) };
}

function writable(flags: string, path: string): string {
  const why = whyNotWritable(path);
  if (why === null) return path;
  throw new UsageError(`${flags}: ${path} cannot be written (${why}). Name a file in a folder that you may write to.`);
}

/** `--lpm`, with the LPM that is taken where none is named. */
export function lpmName(fallback: string): OptionSpec<string> {
  return {
    flags: '--lpm <name>',
    help: 'name of the LPM (see: sidelight lpm list); the one that comes with Sidelight needs no adding',
    parse: (value) => value,
    fallback,
    mandatory: false,
  };
}

/** Text that must be given. */
export function requiredText(flags: string, help: string): OptionSpec<string> {
  return { flags, help, parse: (value) => value, fallback: '', mandatory: true };
}

/** Text that may be left out, or be given several times. */
export function texts(flags: string, help: string): OptionSpec<string[] | undefined> {
  return {
    flags,
    help,
    parse: (value) => [value],
    fallback: undefined,
    mandatory: false,
    isRepeated: true,
  };
}

/** Words with commas between, blanks around them left out; undefined where it is not given. */
export function list(flags: string, help: string): OptionSpec<string[] | undefined> {
  return {
    flags,
    help,
    parse: (value) => value.split(',').map((word) => word.trim()),
    fallback: undefined,
    mandatory: false,
  };
}

/** A whole number, or the fallback. */
export function integer<F extends number | undefined>(
  flags: string,
  help: string,
  fallback: F,
): OptionSpec<number | F> {
  return { flags, help, parse: (value) => parseNumber(flags, value, true), fallback, mandatory: false };
}

/** A whole number from 1, where no schema behind the option says so; undefined where it is not given. */
export function countOf(flags: string, help: string): OptionSpec<number | undefined> {
  const parse = (value: string): number => {
    const number = parseNumber(flags, value, true);
    if (number < 1) throw new UsageError(`${flags}: found "${value}"; allowed: a whole number from 1.`);
    return number;
  };
  return { flags, help, parse, fallback: undefined, mandatory: false };
}

/** A number, or the fallback. */
export function decimal<F extends number | undefined>(
  flags: string,
  help: string,
  fallback: F,
): OptionSpec<number | F> {
  return { flags, help, parse: (value) => parseNumber(flags, value, false), fallback, mandatory: false };
}

/** One of a closed list, or the fallback. */
export function oneOf<C extends string, F extends C | undefined>(
  flags: string,
  help: string,
  choices: readonly C[],
  fallback: F,
): OptionSpec<C | F> {
  return {
    flags,
    help,
    choices,
    fallback,
    mandatory: false,
    parse: (value) => chosenOf(flags, value, choices),
  };
}

/** One of a closed list that may be left out. */
export function optionalOneOf<C extends string>(
  flags: string,
  help: string,
  choices: readonly C[],
): OptionSpec<C | undefined> {
  return {
    flags,
    help,
    choices,
    fallback: undefined,
    mandatory: false,
    parse: (value) => chosenOf(flags, value, choices),
  };
}

function chosenOf<C extends string>(flags: string, value: string, choices: readonly C[]): C {
  const choice = choices.find((c) => c === value);
  if (choice === undefined) throw new UsageError(`${flags}: found "${value}"; allowed: ${choices.join(', ')}.`);
  return choice;
}

/** A switch. `--name` is off unless given; `--no-name` makes `name` on unless given. */
export function toggle(flags: string, help: string): OptionSpec<boolean> {
  return { flags, help, fallback: flags.startsWith('--no-'), mandatory: false };
}

function parseNumber(flags: string, value: string, whole: boolean): number {
  const number = value.trim() === '' ? Number.NaN : Number(value);
  if (!Number.isFinite(number) || (whole && !Number.isSafeInteger(number))) {
    throw new UsageError(`${flags}: found "${value}"; allowed: ${whole ? 'a whole number' : 'a number'}.`);
  }
  return number;
}

/**
 * The given options without those left out. Services treat an absent key and a default alike, while
 * `exactOptionalPropertyTypes` tells absent from undefined.
 */
export function given<T extends object>(options: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]: Exclude<T[K], undefined>;
  };
}
