/** What a list or a tick shows is what counts. */
import { attempt } from './notices.svelte.ts';

/**
 * Does what was chosen in a control, and then has the control show what counts: a choice that was refused stays on the screen otherwise, and whoever
 * looks there is not reading as the reader, or not blinded, as it says.
 * @param show puts into the control what counts by then
 */
export async function attemptChoice(work: () => Promise<unknown>, show: () => void): Promise<void> {
  await attempt(work);
  show();
}
