/**
 * The core process: the library, its jobs and, in a further process, the engine. Started by the window's main process as
 * `node host.ts --library DIR`, spoken to over the message channel, ended by `quit` or by the channel's end.
 */
import { parseArgs } from 'node:util';
import { AppError, serialiseError } from '../base/errors.ts';
import {
  type CoreCallName,
  coreCalls,
  type EmitCoreEvent,
  parseOptions,
  type Reply,
  windowSettingsSchema,
} from '../contract/index.ts';
import type { FromCore, ToCore } from '../contract/ipc/port.ts';
import { JobQueue } from '../services/jobs/queue.ts';
import { tellOfJob } from '../services/jobs/tell-of-job.ts';
import { provideFirstLpm } from '../services/lpm/bundled.ts';
import type { ServiceContext } from '../services/session/context.ts';
import { openServices } from '../services/session/open.ts';
import { assetAt } from './assets.ts';
import type { CoreContext } from './context.ts';
import { handlers } from './handlers/index.ts';
import { openWatcher } from './watching.ts';

const { values } = parseArgs({
  options: {
    library: { type: 'string' },
    engine: { type: 'string', default: 'auto' },
    device: { type: 'string', default: 'auto' },
    threads: { type: 'string' },
  },
});

function send(message: FromCore): void {
  process.send?.(message);
}

async function replyTo(work: () => unknown): Promise<Reply> {
  try {
    return { ok: true, value: await work() };
  } catch (error) {
    return { ok: false, error: serialiseError(error) };
  }
}

async function answer(context: CoreContext, name: string, input: unknown): Promise<unknown> {
  if (!Object.hasOwn(coreCalls, name))
    throw new AppError('BAD_INPUT', 'The window called something that does not exist.');
  const call = name as CoreCallName;
  const handler = handlers[call] as (input: unknown, context: CoreContext) => unknown;
  return await handler(parseOptions(coreCalls[call].input, input), context);
}

try {
  const { context: opened, close } = await openServices({
    library: values.library,
    mode: 'write',
    engine: windowSettingsSchema.shape.engine.parse(values.engine),
    ...(values.threads === undefined ? {} : { threads: Number(values.threads) }),
    device: windowSettingsSchema.shape.device.parse(values.device),
    ownProcess: true,
    progress: () => {},
    log: { log: (level, message, fields = {}) => send({ type: 'log', level, message, fields }) },
    signal: new AbortController().signal,
  });
  let engineInUse: string | null = null;
  const services: ServiceContext = {
    ...opened,
    engine: async () => {
      const engine = await opened.engine();
      const { name, version, device, threads, reason } = engine.info;
      engineInUse = `${name} ${version}, ${device}, ${threads} threads (${reason})`;
      return engine;
    },
  };
  const emit: EmitCoreEvent = (name, payload) => send({ type: 'event', name, payload } as FromCore);
  const queue = new JobQueue(services, (job) => tellOfJob(job, emit));
  const watcher = openWatcher(services, queue, emit);
  let isQuitting = false;
  const closeAll = async (): Promise<void> => {
    isQuitting = true;
    await watcher.close();
    await queue.close();
    await close();
  };
  const quit = async (): Promise<void> => {
    if (isQuitting) return;
    await closeAll();
    process.exit(0);
  };
  const context: CoreContext = {
    services,
    queue,
    watcher,
    emit,
    engineInUse: () => engineInUse,
    endAfter: async (work) => {
      await closeAll();
      // The reply goes out first.
      setTimeout(() => process.exit(0), 200);
      return work();
    },
  };
  process.on('message', async (message: ToCore) => {
    if (message.type === 'quit') await quit();
    else if (message.type === 'call') {
      send({ type: 'reply', id: message.id, reply: await replyTo(() => answer(context, message.name, message.input)) });
    } else send({ type: 'reply', id: message.id, reply: await replyTo(() => assetAt(message.path, context)) });
  });
  // The window's process is gone without a word: nobody is left to work for.
  process.on('disconnect', quit);
  // A library without an LPM works all the same, and Train says that there is none.
  await provideFirstLpm(services).catch((error: unknown) =>
    services.log.log('warn', 'the embedded LPM cannot be added', { error: serialiseError(error).code }),
  );
  queue.open();
  send({ type: 'ready' });
} catch (error) {
  send({ type: 'failed', error: serialiseError(error) });
  process.disconnect?.();
}
