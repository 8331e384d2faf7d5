/**
 * Nothing is sent anywhere: the whole job in a network namespace without interfaces gives the same results to the byte, and no process
 * of it so much as opens a socket that could leave the machine.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { usual, writeMaterial } from '../../scripts/torture/studies.ts';
import { runCommand } from '../support/command.ts';

const folder = mkdtempSync(join(tmpdir(), 'sidelight-offline-'));
beforeAll(() => writeMaterial(join(folder, 'material'), usual));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const works = (command: string, ...args: string[]): boolean => spawnSync(command, args).status === 0;
/** As an ordinary user where the kernel lets one make namespaces, else as root. */
const unshare = [
  ['unshare', '-rn'],
  ['unshare', '-n'],
].find(([command = '', ...args]) => works(command, ...args, 'true'));
const hasStrace = works('strace', '-V') && works('strace', '-f', '-e', 'trace=%network', 'true');

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

/** Lines of a trace in which a process asked for anything but local communication. */
function outside(trace: string): string[] {
  return trace
    .split('\n')
    .filter((line) => /\b(socket|connect|sendto|sendmsg|sendmmsg|bind|listen|socketpair)\(/.test(line))
    .filter((line) => !/\bsocket(pair)?\(AF_(UNIX|LOCAL)\b/.test(line))
    .filter((line) => !/sa_family=AF_(UNIX|LOCAL)\b/.test(line))
    .filter((line) => /AF_[A-Z0-9]+/.test(line));
}

describe('offline', () => {
  test.skipIf(unshare === undefined)(
    'the whole job without any network interface gives the same weights, figures and results (needs unshare)',
    () => {
      const isolated = unshare ?? [];
      const seen = spawnSync(isolated[0] ?? '', [...isolated.slice(1), 'cat', '/proc/net/dev'], { encoding: 'utf8' });
      expect(seen.stdout.split('\n').filter((line) => line.includes(':') && !line.trim().startsWith('lo:'))).toEqual(
        [],
      );
      expect(wholeJob('isolated', isolated)).toEqual(wholeJob('open', []));
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

  test.skipIf(!hasStrace)('a socket that could leave would be seen (needs strace)', () => {
    const trace = join(folder, 'control');
    const program = `require('node:net').connect(9, '192.0.2.1').on('error', () => {}); setTimeout(() => process.exit(), 50)`;
    spawnSync('strace', ['-f', '-e', 'trace=%network', '-o', trace, process.execPath, '-e', program]);
    expect(existsSync(trace) && outside(readFileSync(trace, 'utf8')).length).toBeGreaterThan(0);
  });
});
