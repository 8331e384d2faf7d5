/**
 * Nothing is sent anywhere: the whole job in a network namespace without interfaces gives the same results to the byte, and no process
 * of it so much as opens a socket that could leave the machine.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runCommand } from '../support/command.ts';
import { hasStrace, isolated, outside, socketCalls, socketsOf } from '../support/isolation.ts';
import { repositoryRoot } from '../support/shared.ts';
import { hasSoftwareGpu, softwareGpu } from '../support/software-gpu.ts';
import { usual, writeMaterial } from '../torture/studies.ts';

const folder = mkdtempSync(join(tmpdir(), 'sidelight-offline-'));
beforeAll(() => writeMaterial(join(folder, 'material'), usual));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What a run of the job leaves: every figure and file that must be equal. */
function wholeJob(name: string, before: readonly string[], engine: readonly string[] = []): Record<string, unknown> {
  const place = join(folder, name);
  mkdirSync(place, { recursive: true });
  const material = join(folder, 'material');
  const results = join(place, 'results.csv');
  const run = (...args: string[]) => {
    const { status, json, stderr } = runCommand(
      { library: join(place, 'library'), before },
      '--threads',
      '1',
      ...engine,
      ...args,
    );
    expect([args[0], status, stderr.includes('rror')]).toEqual([args[0], 0, false]);
    return json;
  };
  run('lpm', 'add', join(material, 'lpm'), '--name', 'tiny');
  const imported = run('import', join(material, 'studies'), '--dataset', 'd', '--labels', join(material, 'labels.csv'));
  const trained = run(
    'train',
    'd',
    '--lpm',
    'tiny',
    '--epochs',
    '2',
    '--batch',
    '4',
    '--input-size',
    '224',
    '--name',
    'm',
  );
  const evaluated = run('evaluate', 'm');
  run('classify', join(material, 'unseen'), '--model', 'm', '--out', results);
  const { seconds: _a, peakMb: _b, ...figures } = evaluated;
  return {
    imported: imported['imported'],
    weights: trained['weightsHash'],
    figures,
    results: readFileSync(results, 'utf8'),
  };
}

describe('offline', () => {
  test.skipIf(isolated === undefined)(
    'the whole job without any network interface gives the same weights, figures and results (needs unshare)',
    () => {
      const [command = '', ...args] = isolated ?? [];
      const seen = spawnSync(command, [...args, 'cat', '/proc/net/dev'], { encoding: 'utf8' });
      expect(seen.stdout.split('\n').filter((line) => line.includes(':') && !line.trim().startsWith('lo:'))).toEqual(
        [],
      );
      expect(wholeJob('isolated', isolated ?? [])).toEqual(wholeJob('open', []));
    },
  );

  test.skipIf(!hasStrace)('no process of it opens a socket that could leave the machine (needs strace)', () => {
    const traces = join(folder, 'traces');
    mkdirSync(traces);
    wholeJob('traced', ['strace', '-ff', '-e', 'trace=%network', '-o', join(traces, 'trace')]);
    const files = readdirSync(traces);
    expect(files.length).toBeGreaterThan(5);
    expect(files.flatMap((name) => outside(readFileSync(join(traces, name), 'utf8')))).toEqual([]);
  });

  test.skipIf(!hasStrace || !hasSoftwareGpu)(
    'a GPU is looked for and computes without a socket that could leave the machine (needs strace and Electron)',
    () => {
      const traces = join(folder, 'gpu-traces');
      mkdirSync(traces);
      const child = join(repositoryRoot, 'test', 'support', 'webgpu-child.ts');
      const strace = ['-ff', '-e', 'trace=%network', '-o', join(traces, 'trace')];
      const { stdout } = spawnSync('strace', [...strace, process.execPath, child, 'sum'], {
        encoding: 'utf8',
        env: { ...process.env, ...softwareGpu },
      });
      expect(JSON.parse(stdout.trim().split('\n').at(-1) ?? '')).toMatchObject({ y: [2, 3] });
      const files = readdirSync(traces);
      expect(files.length).toBeGreaterThan(2);
      expect(files.flatMap((name) => outside(readFileSync(join(traces, name), 'utf8')))).toEqual([]);
    },
  );

  const traceOf = (program: string): string => {
    const trace = join(folder, 'control');
    const strace = ['-f', '-qq', '-y', '-e', `trace=${socketCalls.join(',')}`, '-o', trace];
    spawnSync('strace', [...strace, process.execPath, '-e', `${program}; setTimeout(() => process.exit(), 100)`]);
    return readFileSync(trace, 'utf8');
  };

  test.skipIf(!hasStrace)('a socket that could leave would be seen (needs strace)', () => {
    const trace = traceOf(`require('node:net').connect(9, '192.0.2.1').on('error', () => {})`);
    expect(outside(trace).length).toBeGreaterThan(0);
    expect(socketsOf(trace).stray.some((line) => line.includes('192.0.2.1'))).toBe(true);
  });

  test.skipIf(!hasStrace)(
    'of sockets that listen only one on 127.0.0.1 is no stray one, and only while it calls nobody (needs strace)',
    () => {
      expect(socketsOf(traceOf(`require('node:net').createServer().listen(0, '127.0.0.1')`))).toMatchObject({
        listening: 1,
        stray: [],
      });
      const open = socketsOf(traceOf(`require('node:net').createServer().listen(0, '0.0.0.0')`));
      expect([open.listening, open.stray.length > 0]).toEqual([0, true]);
      const datagram = `const s = require('node:dgram').createSocket('udp4'); s.bind(0, '127.0.0.1', () => s.send('x', 9, '192.0.2.1'))`;
      expect(socketsOf(traceOf(datagram)).stray.some((line) => line.includes('192.0.2.1'))).toBe(true);
    },
  );

  test('a datagram socket that is made and never used is no stray one, until it names somebody', () => {
    const made = '1 socket(AF_INET6, SOCK_DGRAM, IPPROTO_IP) = 65<socket:[7]>';
    expect(socketsOf(made)).toMatchObject({ unused: 1, stray: [] });
    const used = '2 connect(9<socket:[7]>, {sa_family=AF_INET6, sin6_port=htons(53)}, 28) = 0';
    expect(socketsOf(`${made}\n${used}`)).toMatchObject({ unused: 0, stray: [made, used] });
  });
});
