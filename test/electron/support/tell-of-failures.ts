/**
 * Prints what the pages of a test that failed say: a notice there is mostly the reason why something else did not come. Then closes its windows, which
 * would keep the library from the tests after it: one fault shall be told as one.
 */
import type { Page } from 'playwright';
import { afterEach, beforeEach } from 'vitest';
import { openPages } from './launch.ts';

/** Pages that were there before the test: of the whole file, which closes them. */
let shared: ReadonlySet<Page> = new Set();
beforeEach(() => {
  shared = new Set(openPages.keys());
});

afterEach(async ({ task }) => {
  if (task.result?.state !== 'fail') return;
  for (const [page, close] of openPages) {
    const late = new Promise<string>((resolve) => setTimeout(() => resolve('(no answer in 5 s)'), 5000).unref());
    const text = await Promise.race([page.evaluate('document.body.innerText'), late]).catch(String);
    console.error(`A page of the test that failed:\n${text}`);
    if (!shared.has(page)) await close().catch((error: unknown) => console.error(error));
  }
}, 90_000);
