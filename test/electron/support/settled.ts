/**
 * When a screen has all that it asks for. Tests that look for faults on every screen would else look before they come: how long a call takes is the
 * machine's affair.
 */
import type { ElectronApplication, Page } from 'playwright';

interface Calls {
  /** Calls of the page since they are counted, and those that wait for their answer. */
  readonly begun: number;
  readonly open: number;
}

/** Counts the page's calls from now on, where the main process takes them. */
async function countCalls(app: ElectronApplication): Promise<void> {
  await app.evaluate(({ ipcMain }) => {
    type Handle = (event: Electron.IpcMainInvokeEvent, ...values: unknown[]) => unknown;
    // Electron has no other way to a handler that is there.
    const handle = (ipcMain as unknown as { _invokeHandlers: Map<string, Handle> })._invokeHandlers.get('call');
    if (handle === undefined) throw new Error('the main process takes no calls');
    const calls = { begun: 0, open: 0 };
    Object.assign(globalThis, { callsOfPage: calls });
    ipcMain.removeHandler('call');
    ipcMain.handle('call', async (event, ...values) => {
      calls.begun++;
      calls.open++;
      try {
        return await handle(event, ...values);
      } finally {
        calls.open--;
      }
    });
  });
}

/** Gives what waits until the page has had an answer to each of its calls, asks for nothing more, and shows what came. Begin before what is waited for. */
export async function settling({
  app,
  page,
}: {
  readonly app: ElectronApplication;
  readonly page: Page;
}): Promise<() => Promise<void>> {
  await countCalls(app);
  const calls = (): Promise<Calls> =>
    app.evaluate(() => ({ ...(globalThis as unknown as { callsOfPage: Calls }).callsOfPage }));
  return async () => {
    for (;;) {
      const before = await calls();
      // Answers come one after the other: with that to a call of ours the page has had all others. Then what they bring is drawn.
      const isQuiet = (await page.evaluate(`(async () => {
        await window.sidelight.invoke('choices.get', {});
        for (let i = 0; i < 2; i++) await new Promise((resolve) => requestAnimationFrame(resolve));
        const ends = document.getAnimations().filter((one) => one.effect?.getComputedTiming().endTime !== Infinity);
        await Promise.allSettled(ends.map((one) => one.finished));
        return document.querySelector('[aria-busy=true]') === null &&
          [...document.images].every((image) => image.complete || image.loading === 'lazy');
      })()`)) as boolean;
      const after = await calls();
      if (isQuiet && before.open === 0 && after.open === 0 && after.begun === before.begun + 1) return;
    }
  };
}
