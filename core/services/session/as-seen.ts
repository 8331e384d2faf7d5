/**
 * Whether what runs by its row still runs, for whoever only reads. A process that is killed cannot write that its work ended: its rows say `running` until
 * somebody opens the library for writing. Until then the writer's lock tells whether anybody is there who does it; every list of jobs or runs asks it here.
 */
import type { JobState } from '../../contract/index.ts';
import { type Library, writerOf } from '../../store/index.ts';

/** A row and how far its state can be believed. `isStateKnown` is false where it runs by its row, and nobody can tell from here who does it. */
export type Seen<T> = T & { readonly isStateKnown: boolean };

/**
 * What `read` gives, with work `interrupted` that a process left which is gone. Where the lock cannot be looked at nothing is said to have ended.
 * The writer need not ask: it has put the rows right when it opened the library.
 */
export function asSeen<T extends { readonly state: JobState }>(
  { folder, mode, isCopy }: Pick<Library, 'folder' | 'mode' | 'isCopy'>,
  read: () => readonly T[],
): Seen<T>[] {
  const rows = read();
  if (mode === 'write' || !rows.some(isRunning)) return rows.map((row) => ({ ...row, isStateKnown: true }));
  const writer = writerOf(folder);
  if (writer !== 'none') return rows.map((row) => ({ ...row, isStateKnown: writer === 'there' || !isRunning(row) }));
  // A copy shows what was there when it was made: a writer may have written since how its work ended.
  if (isCopy) return rows.map((row) => ({ ...row, isStateKnown: !isRunning(row) }));
  // Read once more: a writer that came to its end between the two looks has written how its work ended. One that has come since says what runs now.
  const now = read();
  const isStill = now.some(isRunning) ? writerOf(folder) : 'none';
  return now.map((row) =>
    isRunning(row) && isStill === 'none'
      ? { ...row, isStateKnown: true, state: 'interrupted' }
      : { ...row, isStateKnown: isStill !== 'unknown' || !isRunning(row) },
  );
}

function isRunning({ state }: { readonly state: JobState }): boolean {
  return state === 'running';
}
