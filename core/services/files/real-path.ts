/** Where a path leads once its links are followed. */
import { realpath as followed } from 'node:fs';
import { realpath as asked } from 'node:fs/promises';
import { promisify } from 'node:util';

/**
 * The path without links. The system is asked first. Windows has no answer for drives that are not in its list of volumes (RAM disks, some mapped network
 * drives and cloud folders) and says EISDIR or UNKNOWN there: then the links are followed one by one, as Node does it.
 * @throws what the system says
 */
export async function realPath(path: string, ask: (path: string) => Promise<string> = asked): Promise<string> {
  try {
    return await ask(path);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code !== 'EISDIR' && code !== 'UNKNOWN') throw error;
    return await promisify(followed)(path);
  }
}
