/** A process that works in a library, to be killed. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { onTestFinished } from 'vitest';
import { testTime } from './library.ts';
import { repositoryRoot } from './shared.ts';

/** One that has the library open for writing. By their rows every run of it runs, and an import; an encode waits. */
export async function workingWriter(folder: string): Promise<ChildProcess> {
  const store = pathToFileURL(join(repositoryRoot, 'core/store/index.ts')).href;
  const code = `
    const { openLibrary, addJob, startJob, listRuns, setRunState } = await import(${JSON.stringify(store)});
    const now = ${JSON.stringify(testTime)};
    // Kept, for its lock goes with it.
    globalThis.library = openLibrary(${JSON.stringify(folder)}, { mode: 'write' });
    const { writer } = library;
    startJob(writer, addJob(writer, 'import', { paths: ['/in'], dataset: 'd' }, now), now);
    addJob(writer, 'encode', { dataset: 'd', lpm: 'l' }, now);
    for (const { id } of listRuns(writer)) setRunState(writer, id, 'running', null);
    console.log('ready');
    setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', code], { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  await once(child.stdout, 'data');
  return child;
}

/** Kills it, and waits until it is gone. */
export async function kill(child: ChildProcess): Promise<void> {
  const gone = once(child, 'exit');
  child.kill('SIGKILL');
  await gone;
}
