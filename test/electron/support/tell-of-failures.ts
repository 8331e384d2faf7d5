/** Prints what the pages of a test that failed say: a notice there is mostly the reason why something else did not come. */
import { afterEach } from 'vitest';
import { openPages } from './launch.ts';

afterEach(async ({ task }) => {
  if (task.result?.state !== 'fail') return;
  for (const page of openPages) {
    openPages.delete(page);
    const late = new Promise<string>((resolve) => setTimeout(() => resolve('(no answer in 5 s)'), 5000).unref());
    const text = await Promise.race([page.evaluate('document.body.innerText'), late]).catch(String);
    console.error(`A page of the test that failed:\n${text}`);
  }
});
