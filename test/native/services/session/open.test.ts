import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { silentLogger } from '../../../../core/base/logger.ts';
import { openServices } from '../../../../core/services/session/open.ts';
import { temporaryFolder } from '../../../support/temporary.ts';

test('an engine that could not be opened is tried again at its next use, and opened once where it could', async () => {
  const { context, close } = await openServices({
    library: join(temporaryFolder(), 'library'),
    mode: 'write',
    engine: 'onnxruntime',
    device: 'cpu',
    threads: 1,
    ownProcess: true,
    progress: () => {},
    log: silentLogger,
    signal: new AbortController().signal,
  });
  onTestFinished(close);
  // The engine's process loads no native code, so it runs and has no engine.
  vi.stubEnv('NODE_OPTIONS', '--no-addons');
  onTestFinished(() => void vi.unstubAllEnvs());
  await expect(context.engine()).rejects.toMatchObject({ code: 'ENGINE_UNAVAILABLE' });
  vi.unstubAllEnvs();
  const engine = await context.engine();
  expect(engine.info.name).toBe('onnxruntime');
  expect(await context.engine()).toBe(engine);
});
