/** What to do where the library has lost an LPM that something was learned on. */
import { dirname } from 'node:path';
import { embeddedLpmName, type LpmRecord } from '../../contract/index.ts';
import { embeddedLpmFile } from './bundled-file.ts';
import { configAsAdded } from './stored-config.ts';

/** Where its row is gone, too: nothing is known of it but its hash. */
export const addLostLpm =
  'Add the same LPM again, with the files that came beside its weights; it is recognised by its weights and by how they are read, whatever its name. ' +
  'On the command line: `sidelight lpm add PATH`, with `--heads N` as before where its files do not say how many it has.';

/** Where its row is there and its file is not, or is damaged. Of weights that are read in two ways only the files tell which is meant. */
export function addAgain({ name, config }: Pick<LpmRecord, 'name' | 'config'>): string {
  const path = name === embeddedLpmName ? `"${dirname(embeddedLpmFile())}"` : 'PATH';
  const { ownReading, mean, std, eps } = configAsAdded({ config }) ?? {};
  const read =
    ownReading === undefined
      ? ''
      : `, with files beside its weights that say mean ${mean?.join(', ')}, deviation ${std?.join(', ')}, epsilon ${eps}`;
  const how = ownReading === undefined ? '' : ' and by how they are read';
  return `Add the same LPM again${read}; it is recognised by its weights${how}, whatever its name. On the command line: \`sidelight lpm add ${path}\`.`;
}
