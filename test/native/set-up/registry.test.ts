/** What a user reads when the packages cannot be fetched: real npm against a registry that refuses, is not there, or is silent. */
import { cpSync, mkdirSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { delimiter, dirname, join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { runBare } from '../../support/bare-machine.ts';
import { repositoryRoot } from '../../support/shared.ts';
import { temporaryFolder } from '../../support/temporary.ts';

/** The part of a clone that the set-up needs, in a folder with a space in its name. */
function smallClone(): string {
  const folder = join(temporaryFolder(), 'a clone');
  mkdirSync(join(folder, 'scripts'), { recursive: true });
  for (const name of ['package.json', 'package-lock.json', '.npmrc', 'scripts/run.mjs', 'scripts/set-up']) {
    cpSync(join(repositoryRoot, name), join(folder, name), { recursive: true });
  }
  return folder;
}

/** A registry that answers as told; gives its address. */
async function registry(answer: RequestListener): Promise<string> {
  const server = createServer(answer);
  await new Promise<void>((listening) => {
    server.listen(0, '127.0.0.1', listening);
  });
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

async function setUp(address: string, settings: Readonly<Record<string, string>> = {}): Promise<string> {
  const home = temporaryFolder();
  const { status, output, seconds } = await runBare(
    [process.execPath, 'scripts/run.mjs', 'core/cli/main.ts', 'demo'],
    smallClone(),
    {
      HOME: home,
      PATH: [dirname(process.execPath), process.env['PATH'] ?? ''].join(delimiter),
      npm_config_registry: address,
      npm_config_fetch_retries: '0',
      ...settings,
    },
  );
  expect(status).toBe(1);
  // npm alone took 96 s with a limit of 3 s for each answer: it asks for all 500 packages before it tells of the first.
  expect(seconds).toBeLessThan(60);
  // One message and npm's own words, never the stack of this program.
  expect(output).not.toMatch(/\n {4}at /);
  expect(output).toContain('Then run the same command again.');
  return output;
}

test('a registry that refuses', async () => {
  const address = await registry((_, response) => response.writeHead(403).end('{}'));
  const output = await setUp(address);
  expect(output).toContain('Setting up: npm fetches about');
  expect(output).toContain('the registry refused access');
  expect(output).toContain('npm error code E403');
});

test('a registry that lacks a package', async () => {
  const address = await registry((_, response) => response.writeHead(404).end('{}'));
  expect(await setUp(address)).toContain('the registry does not have a package that is needed');
});

test('a registry that is not there', async () => {
  // A port that was free a moment ago.
  const server = createServer();
  await new Promise<void>((listening) => {
    server.listen(0, '127.0.0.1', listening);
  });
  const { port } = server.address() as AddressInfo;
  await new Promise((closed) => server.close(closed));
  expect(await setUp(`http://127.0.0.1:${port}/`)).toContain('the registry does not answer');
});

test('a registry that is silent', async () => {
  const address = await registry(() => undefined);
  expect(await setUp(address, { npm_config_fetch_timeout: '3000' })).toContain('the registry does not answer');
});

test('a registry whose name nobody knows', async () => {
  expect(await setUp('http://registry.invalid/')).toContain('the name of the registry is not known on this network');
});

test('a proxy that is not there', async () => {
  const output = await setUp('http://registry.invalid/', { npm_config_proxy: 'http://127.0.0.1:9/' });
  expect(output).toMatch(/the proxy refused|the registry does not answer/);
});
