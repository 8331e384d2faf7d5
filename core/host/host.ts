/**
 * The core process: the library, its jobs and, in a further process, the engine. Started by the window's main process as
 * `node host.ts --library DIR`, or `--as-reader` where nothing is to be changed, spoken to over the message channel, ended by `quit` or by the channel's end.
 */

import { existsSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { type AnswerMessage, answering, type CallMessage, telling } from '../base/channel.ts';
import { counted } from '../base/counted.ts';
import { AppError, serialiseError } from '../base/errors.ts';
import { redact } from '../base/redact.ts';
import {
  type CoreCallName,
  coreCalls,
  type EmitCoreEvent,
  parseOptions,
  windowSettingsSchema,
} from '../contract/index.ts';
import type { CorePortCalls, CorePortNews } from '../contract/ipc/port.ts';
import { JobQueue } from '../services/jobs/queue.ts';
import { tellOfJob } from '../services/jobs/tell-of-job.ts';
import { provideFirstLpm } from '../services/lpm/bundled.ts';
import type { ServiceContext } from '../services/session/context.ts';
import { libraryFolder } from '../services/session/library.ts';
import { openServices } from '../services/session/open.ts';
import { assetAt } from './assets.ts';
import type { CoreContext } from './context.ts';
import { openDecoders } from './decoders.ts';
import { handlers } from './handlers/index.ts';
import { followOthers } from './others-jobs.ts';
import { openWatcher } from './watching.ts';

const { values } = parseArgs({
  options: {
    library: { type: 'string' },
    'as-reader': { type: 'boolean', default: false },
    'must-exist': { type: 'boolean', default: false },
    engine: { type: 'string', default: 'auto' },
    device: { type: 'string', default: 'auto' },
    threads: { type: 'string' },
  },
});

/** Told what cannot be sent any more, for the window's process is gone, nobody does anything: the channel's end ends this process, below. */
function post(message: AnswerMessage, sent: () => void = () => {}): void {
  process.send?.(message, sent);
}

const tell = telling<CorePortNews>(post);

async function answer(context: CoreContext, name: string, input: unknown): Promise<unknown> {
  if (!Object.hasOwn(coreCalls, name))
    throw new AppError('BAD_INPUT', 'The window called something that does not exist.');
  const call = name as CoreCallName;
  const handler = handlers[call] as (input: unknown, context: CoreContext) => unknown;
  return await handler(parseOptions(coreCalls[call].input, input), context);
}

/** A library that was chosen before and is gone (a disk that is not connected) is missed: no empty one is made in its place. */
function missIfGone(folder: string): void {
  if (existsSync(folder)) return;
  throw new AppError('FILE_NOT_FOUND', `The library ${redact(folder)} is not there.`, {
    action: 'Connect its disk or network share and try again, or choose another library.',
  });
}

/** What has been opened is closed within this time where nobody is left who would end a process that hangs. */
const closingMs = 10_000;

// The window's process is gone without a word: nobody is left to work for. While the library is opened there is nothing to close.
const leave = (): never => process.exit(0);
process.on('disconnect', leave);

const isReader = values['as-reader'];
try {
  if (values['must-exist']) missIfGone(libraryFolder(values.library));
  const { context: opened, close } = await openServices({
    library: values.library,
    mode: isReader ? 'read' : 'write',
    engine: windowSettingsSchema.shape.engine.parse(values.engine),
    ...(values.threads === undefined ? {} : { threads: Number(values.threads) }),
    device: windowSettingsSchema.shape.device.parse(values.device),
    ownProcess: true,
    progress: () => {},
    log: { log: (level, message, fields = {}) => tell('log', { level, message, fields }) },
    signal: new AbortController().signal,
  });
  let engineInUse: string | null = null;
  const services: ServiceContext = {
    ...opened,
    engine: async () => {
      const engine = await opened.engine();
      const { name, version, device, threads, reason } = engine.info;
      engineInUse = `${name} ${version}, ${device}, ${counted('en', threads, 'thread', 'threads')} (${reason})`;
      return engine;
    },
  };
  const emit: EmitCoreEvent = (name, payload) => tell('event', { name, payload } as CorePortNews['event']);
  const queue = new JobQueue(services, (job) => {
    tellOfJob(job, emit);
    watcher.jobChanged(job);
  });
  const watcher = openWatcher(services, queue, emit);
  const decoders = openDecoders();
  let isQuitting = false;
  const others = isReader ? followOthers(services, queue, emit) : null;
  const closeAll = async (): Promise<void> => {
    isQuitting = true;
    others?.close();
    await watcher.close();
    await queue.close();
    await decoders.close();
    await close();
  };
  const quit = async (): Promise<void> => {
    if (isQuitting) return;
    await closeAll();
    process.exit(0);
  };
  process.off('disconnect', leave);
  process.on('disconnect', () => {
    setTimeout(() => process.exit(1), closingMs);
    void quit().catch(() => process.exit(1));
  });
  const context: CoreContext = {
    services,
    queue,
    watcher,
    decoders,
    emit,
    engineInUse: () => engineInUse,
    endAfter: async (work) => {
      await closeAll();
      // The reply goes out first.
      setTimeout(() => process.exit(0), 200);
      return work();
    },
  };
  const reply = answering<CorePortCalls>(
    {
      call: ({ name, input }) => answer(context, name, input),
      asset: ({ path }) => assetAt(path, context),
      quit: async () => {
        await quit();
        return null;
      },
    },
    post,
  );
  process.on('message', (message) => reply(message as CallMessage));
  // A library without an LPM works all the same, and Train says that there is none.
  if (!isReader) {
    await provideFirstLpm(services).catch((error: unknown) =>
      services.log.log('warn', 'the embedded LPM cannot be added', { error: serialiseError(error).code }),
    );
    queue.open();
  }
  tell('ready', null);
} catch (error) {
  // The word goes out first.
  post({ news: 'failed', payload: serialiseError(error) }, () => {
    if (process.connected) process.disconnect();
  });
}
