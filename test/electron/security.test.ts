/**
 * Electron's security checklist (docs/tutorial/security.md of Electron), held in the real window. The numbers are the list's.
 */
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { calls } from '../../core/contract/index.ts';
import { root } from '../../scripts/app/build.ts';
import { attach } from './support/attach.ts';
import { launch, type Opened, temporaryFolder } from './support/launch.ts';

describe('the window is sealed', () => {
  let opened: Opened;
  beforeAll(async () => {
    opened = await launch();
    await opened.page.getByRole('heading', { name: 'Welcome' }).first().waitFor();
  });
  afterAll(() => opened.close());

  /** Runs a program as text in the page's world; what cannot be reached there gives its error's name. */
  const inPage = (program: string): Promise<unknown> => opened.page.evaluate(program);
  const preferences = (): Promise<Record<string, unknown>> =>
    opened.app.evaluate(({ BrowserWindow }) => {
      const contents = BrowserWindow.getAllWindows()[0]?.webContents as unknown as {
        getLastWebPreferences(): Record<string, unknown>;
      };
      return contents.getLastWebPreferences();
    });

  test('1: only our own files are loaded: every resource of the page is app:, frame:, data: or blob:', async () => {
    const urls = (await inPage(
      'performance.getEntries().map((e) => e.name).filter((n) => /^[a-z]+:/.test(n))',
    )) as string[];
    expect(urls.filter((url) => !/^(app|frame|data|blob):/.test(url))).toEqual([]);
    expect(opened.page.url()).toBe('app://sidelight/index.html');
  });

  test('2: the page has no Node', async () => {
    expect(await preferences()).toMatchObject({ nodeIntegration: false });
    expect((await preferences())['nodeIntegrationInWorker'] ?? false).toBe(false);
    expect(await inPage('[typeof require, typeof process, typeof Buffer, typeof module, typeof global]')).toEqual(
      Array(5).fill('undefined'),
    );
  });

  test('3: contexts are isolated, and the bridge is three functions', async () => {
    expect(await preferences()).toMatchObject({ contextIsolation: true });
    expect(await inPage('Object.keys(window.sidelight).sort()')).toEqual(['invoke', 'on', 'pathOf']);
    expect(await inPage('typeof window.ipcRenderer + typeof window.electron')).toBe('undefinedundefined');
  });

  test('4: the page asks for the sandbox', async () => {
    expect(await preferences()).toMatchObject({ sandbox: true });
  });

  test('5: every permission is refused', async () => {
    const names = ['geolocation', 'notifications', 'camera', 'microphone', 'midi', 'clipboard-read'];
    const states = await inPage(
      `Promise.all(${JSON.stringify(names)}.map((name) => navigator.permissions.query({ name }).then((s) => s.state, (e) => e.name)))`,
    );
    expect(states).toEqual(names.map(() => 'denied'));
    const refused = `(work) => work.then(() => 'granted', (error) => error.name)`;
    expect(
      await inPage(`Promise.all([
        navigator.mediaDevices.getUserMedia({ audio: true }),
        navigator.mediaDevices.getDisplayMedia(),
        navigator.usb.requestDevice({ filters: [] }),
        navigator.clipboard.readText(),
      ].map(${refused}))`),
    ).not.toContain('granted');
  });

  test('6, 8, 9, 10: no protection of Chromium is turned off and none of its experiments on', async () => {
    const found = await preferences();
    expect(found).toMatchObject({ webSecurity: true, allowRunningInsecureContent: false, experimentalFeatures: false });
    expect(found['enableBlinkFeatures'] ?? '').toBe('');
  });

  test('7: the policy is strict: inline script, evaluation, inline handlers and remote content are refused', async () => {
    const header = (await inPage(
      `fetch('app://sidelight/index.html').then((r) => r.headers.get('content-security-policy'))`,
    )) as string;
    expect(header).toContain("default-src 'none'");
    expect(header).not.toMatch(/'unsafe-|https?:|\*/);
    expect(
      await inPage(`(() => {
        const script = document.createElement('script');
        script.textContent = 'window.__inline = 1';
        document.body.append(script);
        const div = document.createElement('div');
        div.setAttribute('onclick', 'window.__inline = 2');
        document.body.append(div);
        div.click();
        div.remove();
        script.remove();
        return typeof window.__inline;
      })()`),
    ).toBe('undefined');
    // Playwright evaluates past the policy, but not what its program leaves behind: text that a timer is to run.
    expect(
      await inPage(`new Promise((resolve) => {
        setTimeout('window.__late = 1');
        // Timers of one delay run in the order in which they were set.
        setTimeout(() => resolve(typeof window.__late));
      })`),
    ).toBe('undefined');
    for (const url of ['https://example.com/', 'http://127.0.0.1:1/', 'ws://127.0.0.1:1/', 'file:///etc/hostname']) {
      expect(await inPage(`fetch('${url}'.replace('ws:', 'http:')).then(() => 'loaded', (e) => e.name)`)).toBe(
        'TypeError',
      );
    }
    const image = `new Promise((resolve) => {
      const image = new Image();
      image.onload = () => resolve('loaded');
      image.onerror = () => resolve('refused');
      image.src = 'https://example.com/x.png';
    })`;
    expect(await inPage(image)).toBe('refused');
  });

  test('11, 12: there is no webview, and a frame shows nothing foreign', async () => {
    expect(await preferences()).toMatchObject({ webviewTag: false });
    expect(await inPage(`typeof document.createElement('webview').getWebContentsId`)).toBe('undefined');
    const frame = `new Promise((resolve) => {
      document.addEventListener('securitypolicyviolation', ({ effectiveDirective }) => {
        if (effectiveDirective === 'frame-src') resolve('refused');
      });
      const frame = document.createElement('iframe');
      frame.src = 'https://example.com/';
      document.body.append(frame);
    })`;
    expect(await inPage(frame)).toBe('refused');
    expect(opened.page.frames().filter((shown) => shown.url().includes('example.com'))).toEqual([]);
    await inPage(`document.querySelector('iframe').remove()`);
    expect(opened.page.frames().length).toBe(1);
  });

  test.each([
    'https://example.com/',
    'file:///etc/hostname',
    'data:text/html,x',
    'javascript:document.title="x"',
    'frame://sidelight/x',
  ])('13: the window does not navigate to %s', async (url) => {
    await inPage(`(() => { const a = document.createElement('a'); a.href = ${JSON.stringify(url)}; a.click(); })()`);
    await inPage(`(() => { try { location.assign(${JSON.stringify(url)}); } catch {} })()`);
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(opened.page.url()).toBe('app://sidelight/index.html');
    // Not a locator: Playwright would wait for the navigation that never comes.
    expect(await inPage('document.body.innerText')).toContain('Welcome');
  });

  test('14: no second window opens', async () => {
    expect(
      await inPage(
        `['https://example.com/', 'about:blank', 'app://sidelight/index.html', 'file:///'].map((u) => window.open(u))`,
      ),
    ).toEqual([null, null, null, null]);
    expect(opened.app.windows().length).toBe(1);
  });

  test('15: nothing is opened outside: the source has no openExternal', () => {
    const sources = readdirSync(join(root, 'electron'), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts'))
      .map((name) => readFileSync(join(root, 'electron', name), 'utf8'));
    expect(sources.filter((text) => text.includes('openExternal'))).toEqual([]);
  });

  test('16: what is shipped is a current Electron, pinned', () => {
    const { devDependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
    expect(devDependencies.electron).toMatch(/^(4[5-9]|[5-9]\d)\.\d+\.\d+$/);
  });

  test('17: a call from anywhere but our page’s main frame is refused', async () => {
    const replies = await opened.app.evaluate(async ({ ipcMain, BrowserWindow }) => {
      const handlers = (ipcMain as unknown as { _invokeHandlers: Map<string, (...args: unknown[]) => unknown> })
        ._invokeHandlers;
      const handler = handlers.get('call');
      const sender = BrowserWindow.getAllWindows()[0]?.webContents;
      const senders = [
        { sender, senderFrame: null },
        { sender, senderFrame: { url: 'https://example.com/', parent: null } },
        { sender, senderFrame: { url: 'app://sidelight.example.com/', parent: null } },
        { sender, senderFrame: { url: 'app://sidelight/index.html', parent: {} } },
        { sender: {}, senderFrame: { url: 'app://sidelight/index.html', parent: null } },
      ];
      return await Promise.all(senders.map((event) => handler?.(event, 'window.about', {})));
    });
    expect(replies.map((reply) => (reply as { ok: boolean }).ok)).toEqual([false, false, false, false, false]);
  });

  test('every call refuses twenty and more hostile inputs, and names outside the contract', async () => {
    const names = Object.keys(calls);
    const accepted = await opened.page.evaluate(async (all) => {
      let deep: unknown = 1;
      for (let n = 0; n < 500; n += 1) deep = { id: deep };
      const inputs: unknown[] = [
        undefined,
        null,
        0,
        -1,
        Number.NaN,
        Number.POSITIVE_INFINITY,
        10n,
        '',
        'x'.repeat(1_000_000),
        true,
        [],
        [{}],
        new Uint8Array(8),
        new Error('x'),
        { surprise: 1 },
        JSON.parse('{"__proto__":{"id":1},"x":1}'),
        { constructor: { prototype: {} } },
        { toString: 'x', id: 1 },
        { id: '1; DROP TABLE labels' },
        { id: { $gt: 0 } },
        { id: 2 ** 53, x: 1 },
        { path: '../../../../etc/passwd', x: 1 },
        { path: 'a\0b', title: 7 },
        { kind: '__proto__', options: {} },
        { kind: 'train', options: { dataset: '../x', lpm: '' } },
        { theme: 'pink' },
        { library: 7 },
        deep,
      ];
      const taken: string[] = [];
      // The bridge itself refuses what cannot be cloned, or is too deep, by throwing.
      const isTaken = async (name: string, input: unknown): Promise<boolean> => {
        try {
          return ((await sidelight.invoke(name, input)) as { ok: boolean }).ok;
        } catch {
          return false;
        }
      };
      for (const name of all) {
        for (const [n, input] of inputs.entries()) {
          if (await isTaken(name, input)) taken.push(`${name} took input ${n}`);
        }
      }
      for (const name of ['', '__proto__', 'constructor', 'toString', 'call', 'jobs', 'jobs.start ', 'eval']) {
        if (await isTaken(name, {})) taken.push(`the name ${name}`);
      }
      return taken;
    }, names);
    expect(accepted).toEqual([]);
    expect(names.length).toBeGreaterThan(15);
    // Nothing of it hurt: the page still works.
    expect(await inPage(`sidelight.invoke('jobs.list', {})`)).toEqual({ ok: true, value: [] });
  });

  test.each([
    '../package.json',
    '..%2fpackage.json',
    '%2e%2e/%2e%2e/etc/passwd',
    '..%5c..%5cmain.cjs',
    '%00index.html',
    'index.html%00.css',
    '%e0%a4%a',
    'assets/../../main.cjs',
    '/etc/hostname',
    'index.ts',
  ])('the page’s protocol does not give %s', async (path) => {
    const status = await inPage(
      `fetch('app://sidelight/' + ${JSON.stringify(path)}).then(async (r) => r.status === 200 ? await r.text() : r.status, () => 404)`,
    );
    expect(status).toBe(404);
  });

  test('another host of our protocols gives nothing', async () => {
    for (const url of ['app://elsewhere/index.html', 'frame://elsewhere/x']) {
      expect(await inPage(`fetch('${url}').then((r) => r.ok, () => false)`)).toBe(false);
    }
  });

  test('a download is refused', async () => {
    const refused = opened.app.evaluate(
      ({ session }) =>
        new Promise((resolve) => {
          session.defaultSession.once('will-download', (event) => resolve(event.defaultPrevented));
          setTimeout(() => resolve('no download began'), 3000);
        }),
    );
    await inPage(`(() => {
      const a = document.createElement('a');
      a.href = URL.createObjectURL(new Blob(['x']));
      a.download = 'x.txt';
      a.click();
    })()`);
    expect([true, 'no download began']).toContain(await refused);
  });

  test('only files that this application wrote are shown in the file manager', async () => {
    for (const path of ['/etc/hostname', `${opened.library}/../x`, `${opened.library}-elsewhere/x`]) {
      const reply = await inPage(`sidelight.invoke('window.showFile', { path: ${JSON.stringify(path)} })`);
      expect(reply).toMatchObject({ ok: false, error: { code: 'BAD_INPUT' } });
    }
  });

  test('a request that got past the policy is blocked, counted and shown', async () => {
    let reached = 0;
    const server = createServer((_, response) => {
      reached += 1;
      response.end('x');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    // From the main process there is no policy: what remains is the session's own block.
    const result = await opened.app.evaluate(({ session }, url) => {
      const { fetch } = session.defaultSession;
      return fetch.call(session.defaultSession, url).then(
        () => 'loaded',
        (error: Error) => error.message,
      );
    }, `http://127.0.0.1:${port}/`);
    server.close();
    expect([result, reached]).toEqual(['net::ERR_BLOCKED_BY_CLIENT', 0]);
    expect(await inPage(`document.querySelector('[data-testid=offline]').textContent`)).toMatch(/^offline: [1-9]/);
  });

  test('a peer connection finds no way out', async () => {
    const candidates = await inPage(`(async () => {
      const peer = new RTCPeerConnection({ iceServers: [{ urls: 'stun:192.0.2.1:3478' }] });
      const found = [];
      peer.onicecandidate = ({ candidate }) => candidate && found.push(candidate.candidate);
      peer.createDataChannel('x');
      await peer.setLocalDescription(await peer.createOffer());
      await new Promise((resolve) => setTimeout(resolve, 1500));
      peer.close();
      return found.filter((c) => / udp /.test(c) && !/\\.local /.test(c));
    })()`);
    expect(candidates).toEqual([]);
  });
});

const hasStrace = process.platform === 'linux' && spawnSync('strace', ['-V']).status === 0;

test.skipIf(!hasStrace)(
  'no process of the application connects to anything but this machine (needs strace)',
  async () => {
    const folder = temporaryFolder('strace');
    const trace = join(folder, 'trace');
    const opened = await attach({
      under: ['strace', '-f', '-qq', '--seccomp-bpf', '-e', 'trace=connect,sendto,sendmsg', '-o', trace],
    });
    const page = await opened.look();
    await page.getByRole('heading', { name: 'Welcome' }).first().waitFor({ timeout: 120_000 });
    await page.evaluate(() => sidelight.invoke('library.summary', {}));
    // Chromium's own services begin some seconds after the start.
    await new Promise((resolve) => setTimeout(resolve, 8000));
    await opened.close();
    const traced = readFileSync(trace, 'utf8');
    // The display and the processes among themselves: without these lines nothing was watched.
    expect(traced).toContain('sa_family=AF_UNIX');
    const calledOut = traced
      .split('\n')
      .filter((line) => /sa_family=AF_INET6?/.test(line))
      .filter((line) => !/inet_addr\("127\.0\.0\.1"\)|inet_pton\(AF_INET6, "::1"/.test(line));
    rmSync(folder, { recursive: true, force: true });
    expect(calledOut).toEqual([]);
  },
);
