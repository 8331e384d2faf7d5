/** The command line of a developer's command: --help, and a sentence for what it does not know. */
import { readFileSync } from 'node:fs';
import { type ParseArgsConfig, parseArgs } from 'node:util';

/**
 * The options and positionals of this process, as `parseArgs` gives them. With --help it prints what `helpOf` gives and ends the process
 * with status 0; for an option that the command does not know, or one without its value, it prints a sentence and ends with status 2.
 * A command that lists `help` among its options prints its own.
 */
export function commandLine<T extends ParseArgsConfig>(file: string, config: T): ReturnType<typeof parseArgs<T>> {
  const args = [...(config.args ?? process.argv.slice(2))];
  const end = args.includes('--') ? args.indexOf('--') : args.length;
  const asksHelp = args.slice(0, end).some((arg) => arg === '--help' || arg === '-h');
  if (asksHelp && config.options?.['help'] === undefined) {
    console.log(helpOf(readFileSync(file, 'utf8'), config));
    process.exit(0);
  }
  try {
    return parseArgs(config);
  } catch (error) {
    const sentence = whatIsWrong(error, config);
    if (sentence === null) throw error;
    console.error(sentence);
    process.exit(2);
  }
}

/** The help of a command: the comment at the head of its source, which says what it does, and its options with what holds without them. */
export function helpOf(source: string, { options = {} }: ParseArgsConfig): string {
  const comment = /^\/\*\*([\s\S]*?)\*\//.exec(source)?.[1] ?? '';
  const text = comment
    .split('\n')
    .map((line) => line.replace(/^\s*\* ?/, '').trimEnd())
    .join('\n')
    .trim();
  const rows = Object.entries(options).map(([name, option]) => {
    const short = option.short === undefined ? '' : `-${option.short}, `;
    const standing = option.default === undefined || option.default === false ? '' : `(${option.default})`;
    return `  ${`${short}--${name}${option.type === 'string' ? ' VALUE' : ''}`.padEnd(24)}${standing}`.trimEnd();
  });
  return [text, '', 'Options, with what holds without them:', ...rows, '  --help'].join('\n');
}

/** A refusal of `parseArgs` as a sentence with what is known and what to do; null for another error. */
export function whatIsWrong(error: unknown, { options = {}, allowPositionals }: ParseArgsConfig): string | null {
  const { code, message } = error as { readonly code?: unknown; readonly message?: unknown };
  if (typeof code !== 'string' || !code.startsWith('ERR_PARSE_ARGS_')) return null;
  const names = Object.keys(options).map((name) => `--${name}`);
  const known = names.length === 0 ? 'There are no options' : `The options are ${names.join(', ')}`;
  const quoted = /'([^']*)'/.exec(String(message))?.[1] ?? '';
  const said =
    code === 'ERR_PARSE_ARGS_UNKNOWN_OPTION'
      ? `There is no option ${quoted}.`
      : code === 'ERR_PARSE_ARGS_UNEXPECTED_POSITIONAL' && allowPositionals !== true
        ? `"${quoted}" is not expected here.`
        : `${String(message).split('\n')[0]?.replace(/\.$/, '')}.`;
  return `${said} ${known}; --help explains them.`;
}
