/**
 * Which Node runs our programs: the locked one, which comes as a package of the platform, or the one that started us.
 *
 * Plain JavaScript for Node 20: it runs before anything is installed. The packages stand in `optionalDependencies` of package.json and are
 * named `node-<platform>-<arch>`. Their file is named by its path, because npm 10 links no `.bin/node` for them.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Sources run unbuilt (types are stripped) and better-sqlite3 loads from this major version on. */
export const oldestNode = 24;

/**
 * @typedef {object} NodePackage
 * @property {string} name Of the npm package.
 * @property {string} version Exact.
 * @property {string} file Absolute path of the program, there or not.
 */

/**
 * The package that brings Node to a platform, with the absolute path of its program; null where package.json names none.
 * @param {string} root The repository's folder.
 * @param {string} platform As `process.platform`.
 * @param {string} arch As `process.arch`.
 * @returns {NodePackage | null}
 */
export function nodePackage(root, platform = process.platform, arch = process.arch) {
  const { optionalDependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const isWindows = platform === 'win32';
  const name = `node-${isWindows ? 'win' : platform}-${arch}`;
  const version = optionalDependencies[name];
  if (version === undefined) return null;
  return { name, version, file: join(root, 'node_modules', name, 'bin', isWindows ? 'node.exe' : 'node') };
}

/**
 * The path of the Node to use, or what to do where there is none.
 * @param {NodePackage | null} found
 * @param {{ readonly version: string, readonly path: string }} starting The Node that runs this, version as `24.1.0`.
 * @returns {{ readonly path: string, readonly problem: null } | { readonly path: null, readonly problem: string }}
 */
export function chooseNode(found, starting) {
  if (found !== null && existsSync(found.file)) return { path: found.file, problem: null };
  if (Number(starting.version.split('.')[0]) >= oldestNode) return { path: starting.path, problem: null };
  const why =
    found === null
      ? `no package of the npm registry brings it to ${process.platform} on ${process.arch}`
      : `npm did not install ${found.name}@${found.version}, which brings it: the registry may not carry it`;
  return {
    path: null,
    problem:
      `Node ${oldestNode} or newer is needed, and this is Node ${starting.version}; ${why}.\n` +
      `Install Node ${oldestNode} or newer, put it first on the PATH, and run the same command again.`,
  };
}
