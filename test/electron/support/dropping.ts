/** Files from the system's desktop, let go over the window. */
import type { Page } from 'playwright';

/** Files and folders let go over the middle of the screen, as the system hands them over. */
export async function drop(page: Page, files: readonly string[]): Promise<void> {
  const session = await page.context().newCDPSession(page);
  for (const type of ['dragEnter', 'dragOver', 'drop'] as const) {
    await session.send('Input.dispatchDragEvent', {
      type,
      x: 700,
      y: 500,
      data: { items: [], files: [...files], dragOperationsMask: 1 },
    });
  }
  await session.detach();
}

/** Files held over a place of the page and not let go: what the window says of where they would go, and whether that is said over that place. */
export async function heldOver(
  page: Page,
  files: readonly string[],
  at: { readonly x: number; readonly y: number },
): Promise<string> {
  const session = await page.context().newCDPSession(page);
  for (const type of ['dragEnter', 'dragOver'] as const) {
    await session.send('Input.dispatchDragEvent', {
      type,
      ...at,
      data: { items: [], files: [...files], dragOperationsMask: 1 },
    });
  }
  await session.detach();
  return await page.evaluate(({ x, y }) => {
    const said = document.querySelector('.drop.no-print');
    const box = said?.getBoundingClientRect();
    if (said === null || box === undefined) return '';
    const isThere = box.left <= x && x <= box.right && box.top <= y && y <= box.bottom;
    const isWhole = box.width > innerWidth / 2 && box.height > innerHeight / 2;
    return `${said.textContent?.trim()}${isThere ? '' : ' (elsewhere)'}${isWhole ? ' [large]' : ''}`;
  }, at);
}
