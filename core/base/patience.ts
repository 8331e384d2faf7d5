/**
 * Windows lets nobody rename or remove a file while another program has it open. Virus scanners, indexers and backups open what has just been written, for
 * a moment: what they refuse then, they allow a little later.
 */

/** What Windows says then; it says the same where the right is missing, which waiting does not bring. */
const transient: readonly string[] = ['EPERM', 'EACCES', 'EBUSY'];
/** Together a second and a quarter: the window's main process does this too, and must not seem to hang. */
const waitsMs: readonly number[] = [10, 20, 40, 80, 150, 300, 650];

/**
 * What `work` gives; on Windows it is tried again for about a second while another program stands in its way.
 * @param platform as `process.platform`
 * @throws what `work` throws last
 */
export function withPatience<T>(work: () => T, platform: string, wait: (ms: number) => void = sleep): T {
  for (const ms of platform === 'win32' ? waitsMs : []) {
    try {
      return work();
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && transient.includes(String(error.code)))) throw error;
      wait(ms);
    }
  }
  return work();
}

function sleep(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}
