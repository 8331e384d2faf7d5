/** The version of the program that runs. */
import { readFileSync } from 'node:fs';

const packageFile = new URL('../../../package.json', import.meta.url);

/** As package.json says; the packages of an application carry one beside the core. */
export function programVersion(): string {
  return (JSON.parse(readFileSync(packageFile, 'utf8')) as { readonly version: string }).version;
}
