/** Electron's own install, which fetches the program from Electron's host or the mirror that ELECTRON_MIRROR names. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';

const reportEveryMs = 15_000;

/** Runs it. Gives null when it ended well, else why not, in a few words for a sentence. */
export async function installElectron(root: string, say: (line: string) => void): Promise<string | null> {
  say("Fetching Electron (about 120 MB, from Electron's own host, once) ...");
  const started = Date.now();
  const report = setInterval(() => {
    say(`Fetching Electron: ${Math.round((Date.now() - started) / 1000)} s ...`);
  }, reportEveryMs);
  const child = spawn(process.execPath, [join(root, 'node_modules', 'electron', 'install.js')], {
    // fetch() of Node asks for HTTPS_PROXY only when told to.
    env: { NODE_USE_ENV_PROXY: '1', ELECTRON_GET_NO_PROGRESS: '1', ...process.env },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let complaint = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    complaint += text;
  });
  const ended = await new Promise<string | null>((done) => {
    child.on('error', (error) => done(error.message));
    child.on('close', (code, signal) => done(code === 0 ? null : (signal ?? `status ${code}`)));
  });
  clearInterval(report);
  return ended === null ? null : whyItFailed(complaint, ended);
}

/** What Electron's install complained of, for a sentence. It prints the head of an error without its cause, so a failed fetch says no more. */
export function whyItFailed(complaint: string, ended: string): string {
  if (complaint.includes('fetch failed')) return 'its host could not be reached';
  const first = complaint
    .split('\n')
    .map((line) => line.trim())
    .find((line) => /^\w*Error\b/.test(line));
  return `its download ended with "${first ?? ended}"`;
}
