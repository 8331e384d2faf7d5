/** The LPM that comes with the program, taken into a library when it is first needed. */
import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { type AddLpmReport, embeddedLpmName } from '../../contract/index.ts';
import { listLpms, lpmByName } from '../../store/index.ts';
import type { ServiceContext } from '../session/context.ts';
import { takeLpm } from './add.ts';
import { embeddedLpmFile } from './bundled-file.ts';

/**
 * Adds the LPM that comes with the program, and gives it as the library has it: under its own name where its weights were added
 * before, and with a part of its hash in the name where another release's LPM has the name. null where this program has none.
 * @throws as takeLpm
 */
export async function takeEmbeddedLpm(context: ServiceContext): Promise<AddLpmReport | null> {
  const file = embeddedLpmFile();
  if (!existsSync(file)) return null;
  const isTaken = lpmByName(context.library.db, embeddedLpmName) !== undefined;
  return await takeLpm(context, { path: dirname(file) }, (hash) =>
    isTaken ? `${embeddedLpmName} ${hash.slice(0, 8)}` : embeddedLpmName,
  );
}

/**
 * The name that the library has for the LPM asked for: the name itself, unless it is that of the embedded one and the library has
 * none of that name yet; then the embedded one is added. Whether there is an LPM of any other name is not looked at.
 */
export async function provideLpm(context: ServiceContext, name: string): Promise<string> {
  if (name !== embeddedLpmName || lpmByName(context.library.db, name) !== undefined) return name;
  return (await takeEmbeddedLpm(context))?.name ?? name;
}

/** Sees to it that a library has an LPM, so that whoever opens a new one can train without asking what an LPM is. */
export async function provideFirstLpm(context: ServiceContext): Promise<void> {
  if (listLpms(context.library.db).length === 0) await takeEmbeddedLpm(context);
}
