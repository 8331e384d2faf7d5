/** One life of the engine's process: requests out, replies in, and the reason of its end. */
import { type ChildProcess, fork } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { AppError, deserialiseError } from '../../base/errors.ts';
import type { Logger } from '../../base/logger.ts';
import type { CallName, Calls, LogMessage, Reply } from './protocol.ts';

const serverPath = fileURLToPath(new URL('./server.ts', import.meta.url));

interface Waiting {
  readonly resolve: (value: never) => void;
  readonly reject: (error: Error) => void;
}

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
  readonly #waiting = new Map<number, Waiting>();
  readonly #ended: Promise<void>;
  #nextId = 1;
  #death: AppError | undefined;

  constructor(log: Logger) {
    const kills = outOfMemoryKills();
    // Under a test runner or debugger our own flags are not the child's. The collector is called by server.ts.
    this.#process = fork(serverPath, [], {
      serialization: 'advanced',
      execArgv: ['--expose-gc'],
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    this.#process.on('message', (message) => this.#receive(message as Reply | LogMessage, log));
    this.#ended = new Promise((resolve) => {
      const end = (reason: DeathReason, details: Readonly<Record<string, unknown>>): void => {
        this.#death ??= new AppError('ENGINE_FAILED', `The engine process ended: ${deathWords[reason]}.`, {
          details: { reason, ...details },
          retryable: true,
        });
        for (const { reject } of this.#waiting.values()) reject(this.#death);
        this.#waiting.clear();
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
    return this.#death === undefined;
  }

  /** The reply to one request. Throws what the process threw, or ENGINE_FAILED where it died first. */
  call<K extends CallName>(call: K, input: Calls[K]['input']): Promise<Calls[K]['output']> {
    if (this.#death !== undefined) return Promise.reject(this.#death);
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      // A failed send means that the process is going; its exit event rejects with the reason.
      this.#process.send({ id, call, input }, () => {});
    });
  }

  /** Ends the process and waits until it is gone. */
  async end(): Promise<void> {
    this.#process.kill();
    await this.#ended;
  }

  #receive(message: Reply | LogMessage, log: Logger): void {
    if ('log' in message) {
      log.log(message.log, message.message, message.fields);
      return;
    }
    const waiting = this.#waiting.get(message.id);
    this.#waiting.delete(message.id);
    if (message.ok) waiting?.resolve(message.value as never);
    else waiting?.reject(deserialiseError(message.error));
  }
}
