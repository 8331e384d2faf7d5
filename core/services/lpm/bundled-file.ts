/** Apart from what adds it to a library, because `sidelight doctor` asks for it where the database may not even load. */
import { resolve } from 'node:path';

/** Where the LPM that comes with the program lies, whether it is there or not. */
export function embeddedLpmFile(): string {
  return resolve(import.meta.dirname, '..', '..', '..', 'resources', 'lpm', 'model.safetensors');
}
