/** The core process: started with the window, started again when it dies, asked to end before the application ends. */
import { type ChildProcess, spawn } from 'node:child_process';
import type { SerialisedError } from '../../core/base/errors.ts';
import type { CoreEventName, Reply } from '../../core/contract/index.ts';
import type { Asset, FromCore, ToCore } from '../../core/contract/ipc/port.ts';
import { namelessWords } from './log-file.ts';

export interface CoreProcessOptions {
  /** The Node that runs it, new enough for SQLite's addon, which Electron's own may not be. */
  readonly node: string;
  readonly entry: string;
  /** Asked for at each start. */
  args(): readonly string[];
  /** What its environment has besides ours. */
  readonly environment: Readonly<Record<string, string>>;
  onEvent(name: CoreEventName, payload: unknown): void;
  onLog(level: string, message: string, fields: Readonly<Record<string, unknown>>): void;
  onState(state: 'starting' | 'ready' | 'failed', error?: SerialisedError): void;
}

/** Deaths within this time of each other count; after three the process is not started again by itself. */
const patienceMs = 60_000;

const gone: SerialisedError = {
  code: 'ENGINE_FAILED',
  message:
    'The process that looks after the library ended unexpectedly. It is started again; nothing that was saved is lost.',
  action: 'Try again in a moment.',
  retryable: true,
};

type Waiting = (reply: Reply) => void;

export class CoreProcess {
  readonly #options: CoreProcessOptions;
  readonly #waiting = new Map<number, Waiting>();
  #child: ChildProcess | null = null;
  #isReady = false;
  #unsent: ToCore[] = [];
  #nextId = 1;
  #deaths: number[] = [];
  #failure: SerialisedError | null = null;
  #isQuitting = false;
  /** Told once how the next start ends. */
  #started: (failure: SerialisedError | null) => void = () => {};

  constructor(options: CoreProcessOptions) {
    this.#options = options;
  }

  get processId(): number | undefined {
    return this.#child?.pid;
  }

  start(): void {
    this.#failure = null;
    this.#isReady = false;
    this.#options.onState('starting');
    const child = spawn(this.#options.node, ['--no-warnings', this.#options.entry, ...this.#options.args()], {
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      serialization: 'advanced',
      env: { ...childEnvironment(), ...this.#options.environment },
    });
    this.#child = child;
    let lastWords = '';
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      lastWords = (lastWords + text).slice(-4000);
    });
    child.on('message', (message: FromCore) => this.#receive(message));
    child.on('error', (error) => this.#died(child, (error as NodeJS.ErrnoException).code ?? 'not started'));
    child.on('exit', (code, signal) => this.#died(child, `exit ${code ?? signal}: ${namelessWords(lastWords)}`));
  }

  /** The reply of the core process; waits while it starts. */
  call(name: string, input: unknown): Promise<Reply> {
    return this.#ask((id) => ({ type: 'call', id, name, input }));
  }

  /** The bytes at an address of the pixel protocol. */
  async asset(path: string): Promise<Reply<Asset>> {
    return (await this.#ask((id) => ({ type: 'asset', id, path }))) as Reply<Asset>;
  }

  /** Ends it and starts it again; gives null when it is ready, or why it is not. What it was asked meanwhile waits for its successor. */
  async restart(): Promise<SerialisedError | null> {
    const asked = [...this.#waiting.keys()];
    this.#isReady = false;
    await this.quit();
    for (const id of asked) {
      this.#waiting.get(id)?.({ ok: false, error: gone });
      this.#waiting.delete(id);
    }
    this.#isQuitting = false;
    return await new Promise((resolve) => {
      this.#started = resolve;
      this.start();
    });
  }

  /** Asks it to end and waits until it has, or kills it. */
  async quit(limitMs = 10_000): Promise<void> {
    this.#isQuitting = true;
    const child = this.#child;
    if (child === null || child.exitCode !== null) return;
    await new Promise<void>((resolve) => {
      const limit = setTimeout(() => child.kill('SIGKILL'), limitMs);
      child.once('exit', () => {
        clearTimeout(limit);
        resolve();
      });
      child.send({ type: 'quit' } satisfies ToCore, () => {});
    });
  }

  #ask(message: (id: number) => ToCore): Promise<Reply> {
    if (this.#failure !== null) return Promise.resolve({ ok: false, error: this.#failure });
    const id = this.#nextId++;
    return new Promise((resolve) => {
      this.#waiting.set(id, resolve);
      this.#send(message(id));
    });
  }

  #send(message: ToCore): void {
    if (!this.#isReady) this.#unsent.push(message);
    else this.#child?.send(message, () => {}); // A failed send means that the process is going; its exit answers.
  }

  #receive(message: FromCore): void {
    if (message.type === 'reply') {
      this.#waiting.get(message.id)?.(message.reply);
      this.#waiting.delete(message.id);
    } else if (message.type === 'event') this.#options.onEvent(message.name, message.payload);
    else if (message.type === 'log') this.#options.onLog(message.level, message.message, message.fields);
    else if (message.type === 'ready') {
      this.#isReady = true;
      const unsent = this.#unsent;
      this.#unsent = [];
      for (const one of unsent) this.#send(one);
      this.#options.onState('ready');
      this.#started(null);
    } else this.#fail(message.error);
  }

  #died(child: ChildProcess, reason: string): void {
    if (this.#child !== child) return;
    this.#child = null;
    const wasReady = this.#isReady;
    this.#isReady = false;
    if (this.#isQuitting || this.#failure !== null) return;
    this.#options.onLog('error', 'The core process ended', { reason });
    const now = Date.now();
    this.#deaths = [...this.#deaths.filter((at) => now - at < patienceMs), now];
    // What it was asked before its end has no answer; what waited for its start goes to its successor.
    if (wasReady) this.#answerAll(gone);
    if (this.#deaths.length > 3) {
      this.#fail({
        ...gone,
        message: `The process that looks after the library ended ${this.#deaths.length} times in a minute.`,
        action: 'Restart the application. If it happens again, send the log file to whoever looks after this machine.',
        retryable: false,
      });
      return;
    }
    this.start();
  }

  #fail(error: SerialisedError): void {
    this.#failure = error;
    this.#unsent = [];
    this.#answerAll(error);
    this.#options.onState('failed', error);
    this.#started(error);
  }

  #answerAll(error: SerialisedError): void {
    for (const answer of this.#waiting.values()) answer({ ok: false, error });
    this.#waiting.clear();
  }
}

/** Our own environment without what would change how Node starts. */
function childEnvironment(): NodeJS.ProcessEnv {
  const environment = { ...process.env };
  for (const name of ['NODE_OPTIONS', 'ELECTRON_RUN_AS_NODE', 'NODE_CHANNEL_FD']) delete environment[name];
  return environment;
}
