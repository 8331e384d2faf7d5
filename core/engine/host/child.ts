/** One life of the engine's process: requests out, replies in, and the reason of its end. */
import { type ChildProcess, fork } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { env } from 'node:process';
import { fileURLToPath } from 'node:url';
import { type AnswerMessage, Caller } from '../../base/channel.ts';
import { AppError } from '../../base/errors.ts';
import type { Logger } from '../../base/logger.ts';
import { markVariable, removeMarked, scratchFolder } from '../weight-files.ts';
import type { EngineCalls, EngineNews } from './protocol.ts';

const serverPath = fileURLToPath(new URL('./server.ts', import.meta.url));

/** How often the system's out-of-memory killer has struck in our control group; undefined where it does not say. */
function outOfMemoryKills(): number | undefined {
  try {
    const found = /^oom_kill (\d+)$/m.exec(readFileSync('/sys/fs/cgroup/memory.events', 'utf8'));
    return found === null ? undefined : Number(found[1]);
  } catch {
    // Only Linux with version 2 control groups has the file; without it the reason stays "killed".
    return undefined;
  }
}

export type DeathReason = 'oom' | 'killed' | 'crashed' | 'exited';

const deathWords: Readonly<Record<DeathReason, string>> = {
  oom: 'it ran out of memory',
  killed: 'it was killed from outside, most likely because memory ran out',
  crashed: 'it crashed',
  exited: 'it ended by itself',
};

function deathReason(signal: string | null, kills: number | undefined): DeathReason {
  if (signal === 'SIGKILL') return (outOfMemoryKills() ?? 0) > (kills ?? Number.POSITIVE_INFINITY) ? 'oom' : 'killed';
  return signal === null ? 'exited' : signal === 'SIGTERM' || signal === 'SIGINT' ? 'killed' : 'crashed';
}

export class EngineChild {
  readonly #process: ChildProcess;
  readonly #caller: Caller<EngineCalls, EngineNews>;
  readonly #ended: Promise<void>;

  constructor(log: Logger) {
    const kills = outOfMemoryKills();
    const mark = randomUUID();
    const scratch = scratchFolder();
    // Under a test runner or debugger our own flags are not the child's. The collector is called by server.ts.
    this.#process = fork(serverPath, [], {
      serialization: 'advanced',
      execArgv: ['--expose-gc'],
      env: { ...env, [markVariable]: mark },
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    // A failed send means that the process is going; its exit event ends the call with the reason.
    this.#caller = new Caller((message) => this.#process.send(message, () => {}), {
      log: ({ level, message, fields }) => log.log(level, message, fields),
    });
    this.#process.on('message', (message) => this.#caller.receive(message as AnswerMessage));
    this.#ended = new Promise((resolve) => {
      const end = (reason: DeathReason, details: Readonly<Record<string, unknown>>): void => {
        this.#caller.end(
          new AppError('ENGINE_FAILED', `The engine process ended: ${deathWords[reason]}.`, {
            details: { reason, ...details },
            retryable: true,
          }),
        );
        // Ended by a signal, and by us it is, it removes nothing itself: native code holds up every handler until it has computed.
        removeMarked(mark, scratch);
        resolve();
      };
      this.#process.once('exit', (code, signal) => end(deathReason(signal, kills), { code, signal }));
      this.#process.once('error', (error) => end('crashed', { cause: error.message }));
    });
  }

  get processId(): number | undefined {
    return this.#process.pid;
  }

  get alive(): boolean {
    return this.#caller.isOpen;
  }

  /** The reply to one request. Throws what the process threw, or ENGINE_FAILED where it died first. */
  call<K extends keyof EngineCalls>(call: K, input: EngineCalls[K]['input']): Promise<EngineCalls[K]['output']> {
    return this.#caller.call(call, input);
  }

  /** Ends the process and waits until it is gone. */
  async end(): Promise<void> {
    // The one signal that it does not leave to us; SIGTERM may have been sent to all of us.
    this.#process.kill('SIGKILL');
    await this.#ended;
  }
}
