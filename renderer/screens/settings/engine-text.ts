import { factInWindow, stepInWindow } from '../../i18n/in-window.ts';

/** What the machine's examination says of an engine: what is to be done, and of one that cannot be used first what was found. */
export function engineText(
  { name, remedy }: { readonly name: string; readonly remedy: string | null },
  isReady: boolean,
  checks: readonly { readonly name: string; readonly found: string }[],
): string {
  const found = isReady ? undefined : checks.find((check) => check.name === `engine ${name}`)?.found;
  const fact = found === undefined ? '' : factInWindow(found).replace(/(?<![.!?])$/, '.');
  return [fact, stepInWindow(remedy ?? '', '')].filter((text) => text !== '').join(' ');
}
