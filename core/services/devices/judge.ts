/**
 * Whether `auto` may compute on a device: only where it was right on the reference check and faster than the processor.
 *
 * A device is checked before its first use, and again when its driver, the engine, the processor or the program changes. What was found is
 * kept. A device that fails, crashes its process or gives numbers out of tolerance is passed over with the reason.
 */
import { cpus } from 'node:os';
import { toError } from '../../base/errors.ts';
import { type Logger, silentLogger } from '../../base/logger.ts';
import type { DeviceCheck } from '../../contract/index.ts';
import {
  type DeviceVerdict,
  type Engine,
  type JudgeDevice,
  type OpenEngineOptions,
  openEngine,
} from '../../engine/index.ts';
import { checkReference, worstOf } from './reference.ts';
import { type DeviceTimes, timeDevice, type Workload } from './timing.ts';

/** Bump when the check changes: what an older one found then counts no more. */
const checkVersion = 2;
/** A training of 40 epochs in batches of 16 takes two and a half steps for every image that is encoded. */
const stepsPerImage = 2.5;
/** A device that is only a little faster is not worth the numbers' other last digits. */
const worthwhile = 0.9;

export interface JudgeOptions {
  /** What was found before, by the device's name. */
  readonly known: (device: string) => DeviceCheck | undefined;
  readonly keep: (device: string, check: DeviceCheck) => void;
  /** The program's version. */
  readonly program: string;
  readonly now: () => Date;
  readonly log: Logger;
  readonly threads?: number | undefined;
  /** How an engine is opened for the check; in a process of its own where left out, so that a driver that crashes ends only that. */
  readonly open?: (asked: Pick<OpenEngineOptions, 'engine' | 'device'>) => Promise<Engine>;
}

/** A judge for `openEngine`. */
export function deviceJudge(options: JudgeOptions): JudgeDevice {
  const { log, threads } = options;
  const open =
    options.open ??
    ((asked) =>
      openEngine({
        ...asked,
        ownProcess: true,
        movesToCpu: false,
        log: silentLogger,
        ...(threads === undefined ? {} : { threads }),
      }));

  const checked = async (name: string, asked: Pick<OpenEngineOptions, 'engine' | 'device'>): Promise<DeviceCheck> => {
    const key = deviceKey(name, options);
    const known = options.known(key);
    if (known !== undefined) return known;
    log.log('info', `Checking ${name} before it computes: reference numbers and speed`);
    const check = await checkDevice(() => open(asked), options.now());
    options.keep(key, check);
    return check;
  };

  return async ({ engine, version, device }) => {
    const name = `${engine} ${version} on ${device.description}`;
    const check = await checked(name, { engine, device: device.name });
    if (!check.isRight) return verdictOn(check, check);
    return verdictOn(check, await checked('onnxruntime on CPU', { engine: 'onnxruntime', device: 'cpu' }));
  };
}

/** A device checked once: what it computes, and how fast. Never throws: a device that fails has failed the check. */
export async function checkDevice(
  open: () => Promise<Engine>,
  now: Date,
  workload: Workload = 'real',
): Promise<DeviceCheck> {
  const failed = (wrong: string): DeviceCheck => ({
    isRight: false,
    wrong,
    encodeSeconds: null,
    stepSeconds: null,
    repeatsBits: null,
    checkedAt: now.toISOString(),
  });
  try {
    const engine = await open();
    try {
      const { isRight, checks } = await checkReference(engine);
      // How fast wrong numbers come interests nobody.
      if (!isRight) return failed(worstOf(checks));
      return { isRight, wrong: '', ...(await timeDevice(engine, workload)), checkedAt: now.toISOString() };
    } finally {
      await engine.dispose();
    }
  } catch (error) {
    return failed(`it failed: ${toError(error).message}`);
  }
}

/** The verdict on a device from its check and the processor's. */
export function verdictOn(device: DeviceCheck, processor: DeviceCheck): DeviceVerdict {
  if (!device.isRight) return { isTrusted: false, why: device.wrong };
  const [here, there] = [timesOf(device), timesOf(processor)];
  if (here === null) return { isTrusted: false, why: 'it could not be timed' };
  if (there === null) return { isTrusted: true, why: `${words(here)}; the processor failed` };
  const share = cost(here) / cost(there);
  // Stands with every run on the device: two runs that differ in the last digits are then explained.
  const bits = { true: '; the same bits each time', false: '; bits differ from time to time', null: '' }[
    `${device.repeatsBits}`
  ];
  const times = `${words(here)}, on the processor ${words(there)}${bits}`;
  return share < worthwhile
    ? { isTrusted: true, why: `right on the reference check and ${(1 / share).toFixed(1)} times as fast (${times})` }
    : { isTrusted: false, why: `right on the reference check, but not faster (${times})` };
}

function timesOf({ encodeSeconds, stepSeconds }: DeviceCheck): DeviceTimes | null {
  return encodeSeconds === null || stepSeconds === null ? null : { encodeSeconds, stepSeconds };
}

function cost({ encodeSeconds, stepSeconds }: DeviceTimes): number {
  return encodeSeconds + stepsPerImage * stepSeconds;
}

/** `12.3 ms an image, 7.26 s a step`. */
function words({ encodeSeconds, stepSeconds }: DeviceTimes): string {
  return `${timeInWords(encodeSeconds)} an image, ${timeInWords(stepSeconds)} a step`;
}

/** Three digits, in milliseconds below a second and in seconds from there on; whole seconds past a thousand. */
export function timeInWords(seconds: number): string {
  const ms = (1000 * seconds).toPrecision(3);
  if (Number(ms) < 1000) return `${ms} ms`;
  return seconds < 1000 ? `${seconds.toPrecision(3)} s` : `${seconds.toFixed(0)} s`;
}

/** What a check belongs to: another driver, engine, processor, number of threads or program is checked anew. */
function deviceKey(name: string, { program, threads }: JudgeOptions): string {
  const processor = cpus()[0]?.model.trim() ?? 'unknown';
  const system = `${process.platform} ${process.arch}`;
  return [`check ${checkVersion}`, name, program, system, processor, `${threads ?? 'all'} threads`].join(' | ');
}
