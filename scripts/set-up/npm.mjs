/** How npm is called, and what its failures mean. Plain JavaScript for Node 20: it runs before anything is installed. */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

/**
 * The program and first arguments that start npm: the npm that started us where one did, so that no second one of another version takes
 * over, and no shell is needed on Windows, where `npm` is a script that only a shell can start.
 * @param {Readonly<Record<string, string | undefined>>} environment
 * @param {string} execPath The running Node.
 * @param {string} platform
 * @returns {{ readonly file: string, readonly args: readonly string[] }}
 */
export function npmCommand(environment = process.env, execPath = process.execPath, platform = process.platform) {
  const started = environment['npm_execpath'];
  if (started !== undefined && /[\\/]npm-cli\.c?js$/.test(started) && existsSync(started)) {
    return { file: environment['npm_node_execpath'] ?? execPath, args: [started] };
  }
  const beside = join(dirname(execPath), 'node_modules', 'npm', 'bin', 'npm-cli.js');
  if (platform === 'win32' && existsSync(beside)) return { file: execPath, args: [beside] };
  return { file: 'npm', args: [] };
}

/**
 * Time limits of npm as arguments. Its own let a dead registry be silent for a quarter of an hour. Who set others keeps them.
 * @param {Readonly<Record<string, string | undefined>>} environment As npm passes it on to what it runs.
 * @returns {string[]}
 */
export function fetchLimits(environment = process.env) {
  const limits = {
    'fetch-timeout': 60_000,
    'fetch-retries': 2,
    'fetch-retry-mintimeout': 2_000,
    'fetch-retry-maxtimeout': 10_000,
  };
  return Object.entries(limits)
    .filter(([name]) => environment[`npm_config_${name.replaceAll('-', '_')}`] === undefined)
    .map(([name, value]) => `--${name}=${value}`);
}

/** What `npm ci` is told, so that a user's settings can neither leave out what we need nor change the layout. */
export const installArguments = [
  'ci',
  '--include=dev',
  '--include=optional',
  '--ignore-scripts',
  '--engine-strict=false',
  '--package-lock',
  '--bin-links',
  '--install-strategy=hoisted',
  '--no-audit',
  '--no-fund',
  '--no-progress',
  '--no-update-notifier',
  '--json=false',
  '--loglevel=error',
];

/** @type {readonly (readonly [sign: RegExp, cause: string, action: string])[]} */
const causes = [
  [
    /\b(ENOSPC|EDQUOT)\b/,
    'the disk is full',
    'Free about 1.5 GB where the program lies and where npm keeps its cache (`npm config get cache`).',
  ],
  [
    /\bE407\b|proxy authentication|tunneling socket|\bECONNREFUSED\b.*proxy|\bEINVALIDPROXY\b|proxy.*\bECONNREFUSED\b/i,
    'the proxy refused',
    'Check the proxy and its login in npm’s settings: `npm config get https-proxy`, HTTPS_PROXY and NO_PROXY in the environment.',
  ],
  [
    /SELF_SIGNED_CERT|UNABLE_TO_(GET_ISSUER|VERIFY_LEAF)|DEPTH_ZERO_SELF_SIGNED|CERT_(HAS_EXPIRED|UNTRUSTED|NOT_YET_VALID)|ERR_TLS_CERT|self[- ]signed certificate|unable to get (local )?issuer/i,
    'the certificate of the registry or proxy is not trusted here',
    'Ask for your site’s root certificate and name its file: `npm config set cafile FILE`, or NODE_EXTRA_CA_CERTS=FILE. Check the clock too.',
  ],
  [
    /\b(E401|E403|ENEEDAUTH|EOTP)\b/,
    'the registry refused access',
    'Log in (`npm login`), or ask who runs the registry (`npm config get registry`) whether it may give these packages.',
  ],
  [
    /\b(E404|ETARGET)\b/,
    'the registry does not have a package that is needed',
    'Ask who runs the registry (`npm config get registry`) to let it carry the package that npm names below.',
  ],
  [
    /\b(ENOTFOUND|EAI_AGAIN)\b/,
    'the name of the registry is not known on this network',
    'Check the network, and the address in `npm config get registry`. Behind a proxy set HTTPS_PROXY, or `npm config set https-proxy ADDRESS`.',
  ],
  [
    /\bENOTCACHED\b/,
    'npm is set to work offline and its cache lacks a package',
    'Take `offline` out of npm’s settings (`npm config get offline`) for this first start.',
  ],
  [
    /\b(ECONNREFUSED|ECONNRESET|ECONNABORTED|ETIMEDOUT|ESOCKETTIMEDOUT|ERR_SOCKET_TIMEOUT|EIDLETIMEOUT|ECONNECTIONTIMEOUT|ENETUNREACH|EHOSTUNREACH|EPIPE|E5\d\d)\b|network timeout|socket timeout|idle timeout/i,
    'the registry does not answer',
    'Check the network and `npm ping`. Behind a proxy set HTTPS_PROXY, or `npm config set https-proxy ADDRESS`; your site’s own registry: `npm config set registry ADDRESS`. On a slow line raise `npm config set fetch-timeout 300000`.',
  ],
  [
    /\b(EBUSY|ENOTEMPTY|ETXTBSY)\b/,
    'another program holds a file in node_modules',
    'Close Sidelight, editors and other terminals that use this folder, let a virus scanner finish, and delete the folder node_modules if it stays.',
  ],
  [
    /\b(EACCES|EPERM|EROFS)\b/,
    'a file may not be written',
    'Make this folder and npm’s cache (`npm config get cache`) belong to you; do not use sudo. On Windows close programs that use this folder.',
  ],
  [
    /\bEUSAGE\b|in sync/,
    'package.json and package-lock.json do not fit together',
    'Restore both from the repository: `git checkout package.json package-lock.json`.',
  ],
  [
    /\b(EINTEGRITY|Z_DATA_ERROR|TAR_BAD_ARCHIVE)\b/,
    'a package is not the one whose checksum the lock holds',
    'Run `npm cache clean --force` and try once more. If it stays, a proxy changes what it passes on: ask who runs it.',
  ],
  [
    /\b(ENOMEM|SIGKILL|heap out of memory)\b/,
    'there was not enough memory',
    'Close other programs; npm needs about 1 GB here.',
  ],
];

/**
 * What went wrong and what to do, from what npm wrote.
 * @param {string} output Of npm, both streams.
 * @returns {{ readonly cause: string, readonly action: string }}
 */
export function adviceFor(output) {
  // The code that npm states goes before words in the rest of its output, which may quote a path or an address.
  const stated = output
    .split('\n')
    .filter((line) => /npm (error|ERR!) (code|errno)\b/.test(line))
    .join('\n');
  const found = causes.find(([sign]) => sign.test(stated)) ?? causes.find(([sign]) => sign.test(output));
  if (found !== undefined) return { cause: found[1], action: found[2] };
  return {
    cause: 'npm ended with an error',
    action: 'Read what npm says below. Whether it reaches its registry: `npm ping`.',
  };
}
