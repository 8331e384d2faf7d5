/** Lists of methods on the command line. */
import { type Method, methods } from '../contract/index.ts';
import { UsageError } from './command.ts';

/** Methods by name, each once. @throws UsageError naming every word that is none, and what is allowed */
export function methodsOf(flags: string, names: readonly string[]): Method[] {
  const wrong = names.filter((name) => !methods.some((method) => method === name));
  if (wrong.length > 0) {
    const found = wrong.map((name) => `"${name}"`).join(', ');
    throw new UsageError(`${flags}: found ${found}; allowed: ${methods.join(', ')}.`);
  }
  return methods.filter((method) => names.includes(method));
}
