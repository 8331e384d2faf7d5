/** The shell around the screens: menu, files handed over, window state, crashes. In the real window. */
import { spawn } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { electronCommand } from '../../scripts/app/runtime.ts';
import { attach, descendants, until } from './support/attach.ts';
import { windowFlags } from './support/flags.ts';
import { launch, temporaryFolder } from './support/launch.ts';

const folder = temporaryFolder('shell');
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('the window opens over an empty library, says so, and complains of nothing', async () => {
  const { page, app, complaints, close } = await launch();
  await page.getByRole('heading', { name: 'Welcome' }).first().waitFor();
  expect(await page.getByText('Research use only. Not for diagnosis.').first().isVisible()).toBe(true);
  expect(await page.getByTestId('offline').textContent()).toBe('offline: 0 requests');
  await page.getByRole('button', { name: 'Jobs: 0' }).click();
  await page.getByText('Nothing runs.').waitFor();
  // The title is in task bars and screen shares: it never names what is open.
  await page.evaluate(() => {
    document.title = 'DOE^JANE';
  });
  expect(await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().map((w) => w.getTitle()))).toEqual([
    'Sidelight',
  ]);
  await close();
  expect(complaints).toEqual([]);
});

test('menu, theme, language and window state work and last until the next start', async () => {
  const profile = temporaryFolder('profile');
  const first = await launch({ profile });
  await first.page.getByRole('heading', { name: 'Welcome' }).first().waitFor();
  const click = (id: string): Promise<unknown> =>
    first.app.evaluate(({ Menu }, name) => Menu.getApplicationMenu()?.getMenuItemById(name)?.click(), id);
  const theme = (): Promise<string | undefined> => first.page.evaluate(() => document.documentElement.dataset['theme']);
  expect(await theme()).toBe('dark');
  await click('theme-light');
  await until(async () => (await theme()) === 'light', 'the page became light');
  await click('settings');
  await first.page.locator('nav button[aria-current="page"]', { hasText: 'Settings' }).waitFor();
  await first.page.evaluate(() => sidelight.invoke('window.saveSettings', { language: 'de' }));
  await first.page.locator('nav button', { hasText: 'Bibliothek' }).waitFor();
  expect(await first.app.evaluate(({ Menu }) => Menu.getApplicationMenu()?.getMenuItemById('importFiles')?.label)).toBe(
    'Dateien importieren …',
  );
  await first.app.evaluate(({ BrowserWindow }) =>
    BrowserWindow.getAllWindows()[0]?.setBounds({ x: 40, y: 30, width: 1111, height: 777 }),
  );
  await first.close();

  const second = await launch({ profile, keepSize: true });
  await second.page.locator('nav button', { hasText: 'Bibliothek' }).waitFor();
  expect(await second.page.evaluate(() => document.documentElement.dataset['theme'])).toBe('light');
  const bounds = await second.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.getBounds());
  expect(bounds).toMatchObject({ width: 1111, height: 777 });
  await second.close();
  rmSync(profile, { recursive: true });
  expect([...first.complaints, ...second.complaints]).toEqual([]);
});

test('a dropped file opens the library and never the file; a second start hands its files over', async () => {
  const profile = temporaryFolder('profile');
  const { page, app, complaints, close } = await launch({ profile });
  await page.getByRole('heading', { name: 'Welcome' }).first().waitFor();
  await page.evaluate(() => {
    const data = new DataTransfer();
    data.items.add(new File(['not an image'], 'dropped.html', { type: 'text/html' }));
    const init = { dataTransfer: data, bubbles: true, cancelable: true };
    document.body.dispatchEvent(new DragEvent('dragover', init));
    const taken = !document.body.dispatchEvent(new DragEvent('drop', init));
    if (!taken) throw new Error('The page left the drop to the browser, which would open the file.');
  });
  expect(page.url()).toBe('app://sidelight/index.html');

  const file = join(folder, 'second.dcm');
  writeFileSync(file, 'x');
  const heard = page.evaluate(
    () => new Promise((resolve) => sidelight.on('files.opened', (payload) => resolve(payload))),
  );
  const { path, args } = electronCommand();
  const second = spawn(path, [...args, ...windowFlags, `--user-data-dir=${profile}`, file], { stdio: 'ignore' });
  expect(await new Promise((resolve) => second.once('exit', resolve))).toBe(0);
  expect(await heard).toEqual({ paths: [file] });
  await page.locator('nav button[aria-current="page"]', { hasText: 'Library' }).waitFor();
  expect(await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().length)).toBe(1);
  await close();
  rmSync(profile, { recursive: true });
  expect(complaints).toEqual([]);
});

test.skipIf(process.platform !== 'linux')(
  'a crashed page comes back with a notice, a crashed core is started again, and the log names nobody (needs /proc)',
  async () => {
    const opened = await attach({ profile: join(folder, 'crashing') });
    const root = opened.process.pid ?? 0;
    const renderers = (): number[] => descendants(root, /--type=renderer/);
    const cores = (): number[] => descendants(root, /host\.ts/);
    const kill = async (found: () => number[], what: string): Promise<void> => {
      await until(() => found().length > 0, `there was ${what}`);
      const [pid] = found();
      if (pid !== undefined) process.kill(pid, 'SIGKILL');
      await until(() => pid !== undefined && !found().includes(pid), `${what} was gone`);
    };
    const messages = (): string[] =>
      readFileSync(join(folder, 'crashing', 'logs', 'sidelight.log'), 'utf8')
        .trim()
        .split('\n')
        .map((line) => (JSON.parse(line) as { message: string }).message);
    await until(() => cores().length > 0, 'the core started');
    // While the first page replaces the empty one there are two processes; the empty one's end takes nothing from the user.
    const isPageGone = (): boolean => messages().includes('The page ended');
    await until(async () => {
      if (!isPageGone()) await kill(renderers, 'a page');
      await until(isPageGone, 'the page ended', 3000).catch(() => undefined);
      return isPageGone();
    }, 'the page was killed');
    await until(() => renderers().length > 0, 'the page came back');
    await kill(cores, 'a core process');
    await until(() => cores().length > 0, 'the core came back');
    const page = await opened.look();
    await page.getByText('The window crashed and was loaded again.').waitFor();
    await page.getByRole('heading', { name: 'Welcome' }).first().waitFor();
    expect(messages()).toEqual(expect.arrayContaining(['Started', 'The page ended', 'The core process ended']));
    expect(readFileSync(join(folder, 'crashing', 'logs', 'sidelight.log'), 'utf8')).not.toContain(opened.library);
    await opened.close();
  },
);
