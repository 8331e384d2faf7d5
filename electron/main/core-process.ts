/** The core process: started with the window, started again when it dies, asked to end before the application ends. */
import { type ChildProcess, spawn } from 'node:child_process';
import { setTimeout as wait } from 'node:timers/promises';
import { type AnswerMessage, Caller } from '../../core/base/channel.ts';
import { AppError, deserialiseError, type SerialisedError, serialiseError } from '../../core/base/errors.ts';
import type { CoreEventName } from '../../core/contract/index.ts';
import type { Asset, CorePortCalls, CorePortNews } from '../../core/contract/ipc/port.ts';
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

/** How long an end is waited for before it is forced. */
const endLimitMs = 10_000;

const gone = (): AppError =>
  new AppError(
    'ENGINE_FAILED',
    'The process that looks after the library ended unexpectedly. It is started again; nothing that was saved is lost.',
    { action: 'Try again in a moment.', retryable: true },
  );

type CoreCaller = Caller<CorePortCalls, CorePortNews>;

/** One life of the core process. */
interface Life {
  readonly child: ChildProcess;
  readonly caller: CoreCaller;
}

/** Where whoever asks something waits for a core process that is ready. */
interface Readiness {
  readonly promise: Promise<CoreCaller>;
  readonly resolve: (caller: CoreCaller) => void;
  readonly reject: (error: unknown) => void;
  isSettled: boolean;
}

function waiting(): Readiness {
  // Written out: the Node of older Electrons has no Promise.withResolvers.
  let resolve: Readiness['resolve'] = () => {};
  let reject: Readiness['reject'] = () => {};
  const promise = new Promise<CoreCaller>((fulfil, refuse) => {
    resolve = fulfil;
    reject = refuse;
  });
  const readiness = { promise, resolve, reject, isSettled: false };
  // Nobody may be waiting when it fails; whoever asks later still hears of it.
  readiness.promise.catch(() => {});
  return readiness;
}

export class CoreProcess {
  readonly #options: CoreProcessOptions;
  #life: Life | null = null;
  #readiness = waiting();
  #deaths: number[] = [];
  #hasFailed = false;
  #isQuitting = false;
  /** The end of the last restart that was asked for. */
  #restarted: Promise<unknown> = Promise.resolve();
  /** Told once how the next start ends. */
  #started: (failure: SerialisedError | null) => void = () => {};

  constructor(options: CoreProcessOptions) {
    this.#options = options;
  }

  get processId(): number | undefined {
    return this.#life?.child.pid;
  }

  start(): void {
    this.#hasFailed = false;
    this.#waitForNext();
    this.#options.onState('starting');
    const child = spawn(this.#options.node, ['--no-warnings', this.#options.entry, ...this.#options.args()], {
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      serialization: 'advanced',
      env: { ...childEnvironment(), ...this.#options.environment },
    });
    // A failed send means that the process is going; its exit answers.
    const caller = new Caller<CorePortCalls, CorePortNews>((message) => child.send(message, () => {}), {
      ready: () => this.#isReady(life),
      failed: (error) => this.#fail(error),
      event: ({ name, payload }) => this.#options.onEvent(name, payload),
      log: ({ level, message, fields }) => this.#options.onLog(level, message, fields),
    });
    const life: Life = { child, caller };
    this.#life = life;
    let lastWords = '';
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      lastWords = (lastWords + text).slice(-4000);
    });
    child.on('message', (message) => caller.receive(message as AnswerMessage));
    child.on('error', (error) => this.#died(life, (error as NodeJS.ErrnoException).code ?? 'not started'));
    child.on('exit', (code, signal) => this.#died(life, `exit ${code ?? signal}: ${namelessWords(lastWords)}`));
  }

  /** What the core process answers; waits while it starts. Throws what it throws, or ENGINE_FAILED where it ends first. */
  async call(name: string, input: unknown): Promise<unknown> {
    return await (await this.#readiness.promise).call('call', { name, input });
  }

  /**
   * The bytes at an address of the pixel protocol. Waits and throws as `call` does; what is not answered yet when the core process is told to end is
   * asked of its successor. Where the application ends there is none, and the page that waits ends with it.
   */
  async asset(path: string): Promise<Asset> {
    const caller = await this.#readiness.promise;
    try {
      return await caller.call('asset', { path });
    } catch (error) {
      if (!this.#isQuitting) throw error;
      return await this.asset(path);
    }
  }

  /**
   * Ends it and starts it again; gives null when it is ready, or why it is not. What it is asked meanwhile waits for its successor. Asked twice, as where
   * another library is chosen while it still ends for another device, it is restarted twice, one after the other: two processes would want one library.
   * One that does not come up, as over a share that is away, is waited for as long as for an end: what is chosen instead of it must be possible.
   */
  restart(limitMs = endLimitMs): Promise<SerialisedError | null> {
    const before = Promise.race([this.#restarted, wait(limitMs, null, { ref: false })]);
    const restarted = before.then(() => this.#restartNow(limitMs));
    this.#restarted = restarted.catch(() => {});
    return restarted;
  }

  async #restartNow(limitMs: number): Promise<SerialisedError | null> {
    await this.quit(limitMs);
    this.#isQuitting = false;
    return await new Promise((resolve) => {
      // Who asked before and still waits hears of this start.
      const before = this.#started;
      this.#started = (failure) => {
        before(failure);
        resolve(failure);
      };
      this.start();
    });
  }

  /** Asks it to end and waits until it has, or kills it. */
  async quit(limitMs = endLimitMs): Promise<void> {
    this.#isQuitting = true;
    this.#waitForNext();
    if (this.#life === null || this.#life.child.exitCode !== null) return;
    const { child, caller } = this.#life;
    await new Promise<void>((resolve) => {
      const limit = setTimeout(() => child.kill('SIGKILL'), limitMs);
      child.once('exit', () => {
        clearTimeout(limit);
        resolve();
      });
      caller.call('quit', null).catch(() => {}); // Its end is the answer.
    });
  }

  /** Whoever asks from now on waits; who waited already goes on waiting. */
  #waitForNext(): void {
    if (this.#readiness.isSettled) this.#readiness = waiting();
  }

  #isReady(life: Life): void {
    if (this.#life !== life || this.#isQuitting) return;
    this.#readiness.isSettled = true;
    this.#readiness.resolve(life.caller);
    this.#options.onState('ready');
    this.#tellStarted(null);
  }

  #died(life: Life, reason: string): void {
    if (this.#life !== life) return;
    this.#life = null;
    // What it was asked before its end has no answer; what waits for a start goes to its successor.
    life.caller.end(gone());
    if (this.#isQuitting || this.#hasFailed) return;
    this.#options.onLog('error', 'The core process ended', { reason });
    const now = Date.now();
    this.#deaths = [...this.#deaths.filter((at) => now - at < patienceMs), now];
    if (this.#deaths.length > 3) {
      const message = `The process that looks after the library ended ${this.#deaths.length} times in a minute.`;
      const action =
        'Restart the application. If it happens again, send the log file to whoever looks after this machine.';
      this.#fail(serialiseError(new AppError('ENGINE_FAILED', message, { action })));
      return;
    }
    this.start();
  }

  #fail(error: SerialisedError): void {
    this.#hasFailed = true;
    this.#waitForNext();
    this.#readiness.isSettled = true;
    this.#readiness.reject(deserialiseError(error));
    this.#options.onState('failed', error);
    this.#tellStarted(error);
  }

  #tellStarted(failure: SerialisedError | null): void {
    const started = this.#started;
    this.#started = () => {};
    started(failure);
  }
}

/** Our own environment without what would change how Node starts. */
function childEnvironment(): NodeJS.ProcessEnv {
  const environment = { ...process.env };
  for (const name of ['NODE_OPTIONS', 'ELECTRON_RUN_AS_NODE', 'NODE_CHANNEL_FD']) delete environment[name];
  return environment;
}
