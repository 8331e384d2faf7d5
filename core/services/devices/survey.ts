/** Every device of this machine, checked, and what `auto` would compute on: for `sidelight doctor` and the settings screen. */
import { toError } from '../../base/errors.ts';
import { silentLogger } from '../../base/logger.ts';
import type { DeviceCheck } from '../../contract/index.ts';
import {
  chooseDevice,
  type DeviceState,
  type DeviceVerdict,
  type EngineName,
  type EngineState,
  openEngine,
} from '../../engine/index.ts';
import { checkDevice, verdictOn } from './judge.ts';
import type { Workload } from './timing.ts';

/** A device beside the processor, and what its check found. */
export interface SurveyedDevice {
  readonly engine: EngineName;
  readonly device: DeviceState;
  readonly check: DeviceCheck;
  /** Whether `auto` may take it, and why or why not. */
  readonly verdict: DeviceVerdict;
}

export interface DeviceSurvey {
  readonly devices: readonly SurveyedDevice[];
  /** What `--engine auto --device auto` computes on, and why. */
  readonly chosen: string;
}

/** Checks every device that the engines found, anew, one after the other; takes seconds a device. Never throws for a device that fails. */
export async function surveyDevices(engines: readonly EngineState[]): Promise<DeviceSurvey> {
  const candidates = engines.flatMap(({ name, devices }) =>
    devices.filter((device) => device.name !== 'cpu').map((device) => ({ engine: name, device })),
  );
  const devices: SurveyedDevice[] = [];
  const processor = new Map<Workload, DeviceCheck>();
  for (const { engine, device } of candidates) {
    const isSoftware = device.isSoftware === true;
    const workload = isSoftware ? 'small' : 'real';
    const beside = processor.get(workload) ?? (await checkAlone('onnxruntime', 'cpu', workload));
    processor.set(workload, beside);
    const check = await checkAlone(engine, device.name, workload);
    const { isTrusted, why } = verdictOn(check, beside);
    const verdict = { isTrusted: isTrusted && !isSoftware, why: isSoftware ? `a software driver; ${why}` : why };
    devices.push({ engine, device, check, verdict });
  }
  const chosen = await chooseDevice({
    engine: 'auto',
    device: 'auto',
    judge: async ({ engine, device }) =>
      devices.find((found) => found.engine === engine && found.device.name === device.name)?.verdict ?? {
        isTrusted: false,
        why: 'not checked',
      },
  }).then(
    ({ reason }) => reason,
    (error: unknown) => toError(error).message,
  );
  return { devices, chosen };
}

/** The check of one device, in a process of its own and without a way to the processor. */
function checkAlone(engine: EngineName, device: DeviceState['name'], workload: Workload): Promise<DeviceCheck> {
  const asked = { engine, device, ownProcess: true, movesToCpu: false, log: silentLogger };
  return checkDevice(() => openEngine(asked), new Date(), workload);
}
