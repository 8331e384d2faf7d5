/** The GPU on which WebGPU would compute here, or why there is none. */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { toError } from '../../base/errors.ts';
import type { DeviceState, MissingDevice } from '../types.ts';

const execute = promisify(execFile);
/** A driver that starts for the first time compiles; one that hangs must not keep the program from starting. */
const probeTimeoutMs = 30_000;

/** What the process that looks (probe.ts) prints as JSON; null where Dawn finds no adapter. */
export interface AdapterAnswer {
  readonly vendor: string;
  readonly architecture: string;
  readonly device: string;
  /** The driver's name and version. */
  readonly description: string;
  readonly isFallback: boolean;
  /** `shader-f16`: products of 16-bit floats. */
  readonly hasHalfPrecision: boolean;
  /** Bytes of the largest tensor that the device takes. */
  readonly maxBufferBytes: number;
}

/** Drivers that compute on the processor: SwiftShader, Mesa's llvmpipe and lavapipe, Windows' WARP. */
const softwareDrivers = /swiftshader|llvmpipe|lavapipe|softpipe|microsoft basic render|\bwarp\b/i;

let asked: Promise<DeviceState | MissingDevice> | undefined;

/**
 * The adapter as a device, or what is missing and how to get it. Never throws. A machine's GPU does not change under a running program, so it
 * is asked once a process.
 */
export function webgpuDevice(): Promise<DeviceState | MissingDevice> {
  asked ??= ask();
  return asked;
}

async function ask(): Promise<DeviceState | MissingDevice> {
  const program = fileURLToPath(new URL('./probe.ts', import.meta.url));
  try {
    const options = { timeout: probeTimeoutMs, env: { ...process.env, NODE_NO_WARNINGS: '1' } };
    const { stdout, stderr } = await execute(process.execPath, [program], options);
    const answer = JSON.parse(stdout.trim().split('\n').at(-1) ?? 'null') as AdapterAnswer | null;
    return answer === null ? missingAdapter(stderr) : describeAdapter(answer);
  } catch (error) {
    const { killed, message } = toError(error) as Error & { readonly killed?: boolean };
    return {
      name: 'webgpu',
      reason:
        killed === true
          ? `the graphics driver did not answer in ${probeTimeoutMs / 1000} s`
          : `the graphics driver cannot be asked: ${message.split('\n').at(-1) || message}`,
      remedy: 'Install the graphics driver of the GPU’s maker anew, then run `sidelight doctor`.',
    };
  }
}

/** An adapter's answer as a device. Its description carries driver and version: another driver is another device. */
export function describeAdapter(answer: AdapterAnswer): DeviceState {
  const { vendor, architecture, device, description, isFallback, hasHalfPrecision, maxBufferBytes } = answer;
  const words = [...new Set([vendor, architecture, device].filter((word) => word !== ''))].join(' ');
  const isSoftware = isFallback || softwareDrivers.test(`${words} ${description}`);
  const driver = description === '' ? '' : `, ${description}`;
  return {
    name: 'webgpu',
    description: `${isSoftware ? 'software' : 'GPU'} ${words}${driver} (WebGPU)`,
    isSoftware,
    hasHalfPrecision,
    maxBufferBytes,
  };
}

/** Why Dawn found nothing, from what it wrote on standard error. */
export function missingAdapter(stderr: string, platform: NodeJS.Platform = process.platform): MissingDevice {
  if (/couldn't load vulkan|libvulkan/i.test(stderr)) {
    return {
      name: 'webgpu',
      reason: 'the Vulkan loader (libvulkan.so.1) is not installed',
      remedy:
        'To compute on a GPU install the package libvulkan1 and the driver of the GPU (mesa-vulkan-drivers for Intel and AMD, NVIDIA’s own driver for NVIDIA).',
    };
  }
  const lacking = /\b((?:Vulkan|D3D12|Metal)\b[^\n]*|[\w*]+ feature|[\w*]+)(?: is)? required/i.exec(stderr)?.[1];
  if (lacking !== undefined) {
    return {
      name: 'webgpu',
      reason: `the graphics driver is too old for WebGPU: it lacks ${lacking}`,
      remedy: 'To compute on a GPU update its driver to the newest of the GPU’s maker, then run `sidelight doctor`.',
    };
  }
  return {
    name: 'webgpu',
    reason: 'no GPU with a driver that WebGPU can use was found',
    remedy: {
      linux:
        'To compute on a GPU install its Vulkan driver (mesa-vulkan-drivers for Intel and AMD, NVIDIA’s own driver for NVIDIA).',
      win32: 'To compute on a GPU install the driver of its maker; it must offer Direct3D 12.',
      darwin: 'To compute on a GPU use macOS 12 or later on a Mac with Metal.',
    }[platform as 'linux' | 'win32' | 'darwin'],
  };
}
