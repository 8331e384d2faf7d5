import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { adviceFor, fetchLimits, installArguments, npmCommand } from '../../../scripts/set-up/npm.mjs';
import { temporaryFolder } from '../../support/temporary.ts';

describe('npm is called', () => {
  test('as the npm that started us, by its file', () => {
    const cli = join(temporaryFolder(), 'npm-cli.js');
    writeFileSync(cli, '');
    const environment = { npm_execpath: cli, npm_node_execpath: '/opt/node' };
    expect(npmCommand(environment, '/usr/bin/node', 'linux')).toEqual({ file: '/opt/node', args: [cli] });
  });

  test('by its name where another program started us, or none', () => {
    expect(npmCommand({}, '/usr/bin/node', 'linux')).toEqual({ file: 'npm', args: [] });
    const yarn = join(temporaryFolder(), 'yarn.js');
    writeFileSync(yarn, '');
    expect(npmCommand({ npm_execpath: yarn }, '/usr/bin/node', 'linux')).toEqual({ file: 'npm', args: [] });
  });

  test('on Windows by the file beside Node, because a script needs a shell', () => {
    const folder = temporaryFolder();
    const cli = join(folder, 'node_modules', 'npm', 'bin', 'npm-cli.js');
    mkdirSync(join(cli, '..'), { recursive: true });
    writeFileSync(cli, '');
    const node = join(folder, 'node.exe');
    expect(npmCommand({}, node, 'win32')).toEqual({ file: node, args: [cli] });
  });

  test('with everything included and no scripts, whatever a user has set', () => {
    for (const needed of [
      '--include=dev',
      '--include=optional',
      '--ignore-scripts',
      '--loglevel=error',
      '--bin-links',
    ]) {
      expect(installArguments).toContain(needed);
    }
  });

  test('with time limits, and with the user’s own where there are any', () => {
    expect(fetchLimits({})).toContain('--fetch-timeout=60000');
    const kept = fetchLimits({ npm_config_fetch_timeout: '600000' });
    expect(kept.join(' ')).not.toContain('--fetch-timeout');
    expect(kept).toContain('--fetch-retries=2');
  });
});

/** As npm 11 prints it at --loglevel=error. */
const code = (name: string, rest = ''): string => `npm error code ${name}\n${rest}npm error A complete log of this run`;

describe('a failure of npm is told by its cause', () => {
  test.each([
    ['ECONNREFUSED', code('ECONNREFUSED'), 'the registry does not answer', 'HTTPS_PROXY'],
    ['a connection that idles', code('ERR_SOCKET_TIMEOUT'), 'the registry does not answer', 'npm ping'],
    ['a registry in trouble', code('E503'), 'the registry does not answer', 'npm ping'],
    ['an unknown name', code('ENOTFOUND'), 'not known on this network', 'npm config get registry'],
    ['a refusal', code('E403'), 'refused access', 'npm login'],
    ['a package that is not carried', code('E404'), 'does not have a package', 'carry the package'],
    ['a proxy that wants a login', code('E407'), 'the proxy refused', 'https-proxy'],
    ['a certificate', code('SELF_SIGNED_CERT_IN_CHAIN'), 'certificate', 'cafile'],
    ['another certificate', code('UNABLE_TO_GET_ISSUER_CERT_LOCALLY'), 'certificate', 'NODE_EXTRA_CA_CERTS'],
    ['a full disk', code('ENOSPC'), 'disk is full', 'Free about'],
    ['no permission', code('EACCES'), 'may not be written', 'do not use sudo'],
    ['a file in use', code('EBUSY'), 'another program holds a file', 'Close Sidelight'],
    ['a lock that does not fit', code('EUSAGE'), 'do not fit together', 'git checkout'],
    ['a changed package', code('EINTEGRITY'), 'checksum', 'npm cache clean'],
    ['offline', code('ENOTCACHED'), 'offline', 'npm config get offline'],
    ['too little memory', 'status SIGKILL', 'not enough memory', '1 GB'],
    ['anything else', code('EWHATEVER'), 'ended with an error', 'npm ping'],
  ])('%s', (_, output, cause, action) => {
    const advice = adviceFor(output);
    expect(advice.cause).toContain(cause);
    expect(advice.action).toContain(action);
  });

  test('the code that npm states counts, not a word in a path or an address', () => {
    const output = code('ENOSPC', 'npm error path /home/me/E404/proxy ECONNREFUSED\n');
    expect(adviceFor(output).cause).toBe('the disk is full');
  });
});
