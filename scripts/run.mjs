/**
 * Runs one of our TypeScript programs with the project's own Node, from whichever Node started this file.
 *
 *     node scripts/run.mjs core/cli/main.ts demo [arguments]
 *
 * A fresh clone has no node_modules yet and a hospital's system Node may be 20, in which better-sqlite3 crashes the
 * process outright. So this file is plain JavaScript for Node 20: it installs what is missing, then hands over.
 */
import { spawn } from 'node:child_process';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { installPackages, isInstalled } from './set-up/install.mjs';
import { chooseNode, nodePackage } from './set-up/node.mjs';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const starting = { version: process.versions.node, path: process.execPath };
const found = nodePackage(root);

/**
 * Ends the process with a message.
 * @param {string} message
 * @returns {never}
 */
function fail(message) {
  console.error(message);
  process.exit(1);
}

/** The path of the Node to use, after installing the locked packages where they or the Node are missing. */
async function setUp() {
  if (isInstalled(root)) {
    const { path } = chooseNode(found, starting);
    if (path !== null) return path;
  }
  // stdout belongs to the program that follows (it may print JSON); reports go to stderr.
  const failed = await installPackages(root, (line) => console.error(line));
  if (failed !== null) fail(failed);
  const { path, problem } = chooseNode(found, starting);
  return path ?? fail(problem);
}

/**
 * Hands over to a program of ours.
 * @param {string} node
 * @param {string} program
 * @param {readonly string[]} args
 */
function start(node, program, args) {
  const child = spawn(node, [resolve(root, program), ...args], { stdio: 'inherit' });
  for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM'])) {
    process.on(signal, () => {
      // On Windows both processes share the console, so Ctrl-C reaches the program by itself, and kill() would end it at once instead of
      // letting it finish its step. This process only has to outlive it.
      if (process.platform !== 'win32') child.kill(signal);
    });
  }
  child.on('error', (error) => {
    // The file is there but cannot run: a Linux without glibc, a disk mounted noexec.
    const reason = `${node} cannot be started here (${error.message}).`;
    const { path, problem } = chooseNode(null, starting);
    if (path === null) fail(`${reason}\n${problem}`);
    if (node === path) fail(reason);
    start(path, program, args);
  });
  child.on('exit', (code, signal) => process.exit(code ?? (signal === 'SIGINT' ? 130 : 1)));
}

const node = await setUp();
const [program, ...args] = process.argv.slice(2);
if (program) start(node, program, args);
