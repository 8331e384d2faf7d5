/**
 * The TensorFlow C library, taken out of a pip wheel.
 *
 * A wheel is a zip archive. We want three things of the 35,000 files in it: the two libraries, the headers of the C
 * interface, and (with CUDA) the requirements under the extra `and-cuda`, which name NVIDIA's own wheels with the CUDA
 * libraries. These are unpacked beside it, because the library looks for them at `../nvidia/<name>/lib` from itself.
 * No Python runs but pip, and nothing is installed into anyone's Python.
 */
import { createWriteStream, mkdirSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { openPromise, type ZipFile } from 'yauzl';
import { AppError } from '../../core/base/errors.ts';
import { run } from './run.ts';

/** The release that the tests run against; a newer one is a change to test, not a surprise to meet. */
export const tensorflowVersion = '2.21.0';

const librariesAndHeaders =
  /^tensorflow\/(libtensorflow_(cc|framework)\.so\.2|include\/(tensorflow\/c|tensorflow\/core\/platform|xla\/c|xla\/tsl\/c|tsl\/platform)\/.*\.h)$/;
const nvidiaLibraries = /^nvidia\/[^/]+\/lib\/.*\.so[.\d]*$/;

/** Downloads wheels by requirement into `folder` and returns their paths. */
export async function downloadWheels(
  pip: readonly [string, ...string[]],
  requirements: readonly string[],
  folder: string,
): Promise<string[]> {
  mkdirSync(folder, { recursive: true });
  const before = new Set(readdirSync(folder));
  const [command, ...args] = pip;
  const download = [...args, 'download', '--quiet', '--no-deps', '--only-binary=:all:', '--dest', folder];
  try {
    await run(command, [...download, ...requirements]);
  } catch {
    // A Python that TensorFlow has no wheel for (too new, or too old) is no obstacle: only the C library is wanted.
    const other = ['--implementation', 'cp', '--python-version', '3.12', '--platform', 'manylinux_2_27_x86_64'];
    await run(command, [...download, ...other, ...requirements], {
      details: { isWheelMissing: true },
      action:
        'Check that pip reaches its index (`pip download --no-deps six`), or download the wheel elsewhere and name it with --wheel FILE.',
    });
  }
  return readdirSync(folder)
    .filter((name) => name.endsWith('.whl') && !before.has(name))
    .map((name) => join(folder, name));
}

/** Unpacks the library and headers of a TensorFlow wheel below `folder`; they then lie in `folder/tensorflow`. */
export async function unpackTensorflow(wheel: string, folder: string): Promise<void> {
  const names = await unpack(wheel, folder, librariesAndHeaders);
  if (!names.some((name) => name.includes('libtensorflow_cc')) || !names.some((name) => name.endsWith('/c_api.h'))) {
    throw new AppError('ENGINE_UNAVAILABLE', `The wheel holds no libtensorflow_cc.so.2 with its headers.`, {
      action: `Use a Linux x64 wheel of tensorflow-cpu (or tensorflow for CUDA), version ${tensorflowVersion}.`,
    });
  }
}

/** Unpacks the CUDA libraries of one of NVIDIA's wheels below `folder`; they then lie in `folder/nvidia`. */
export async function unpackNvidia(wheel: string, folder: string): Promise<void> {
  await unpack(wheel, folder, nvidiaLibraries);
}

/** The requirements of a wheel's extra, as pip takes them: `nvidia-cublas-cu12<13.0,>=12.5.3.2`. */
export async function requirementsOfExtra(wheel: string, extra: string): Promise<string[]> {
  const zip = await openPromise(wheel);
  try {
    for await (const entry of zip.eachEntry()) {
      if (!/^[^/]+\.dist-info\/METADATA$/.test(entry.fileName)) continue;
      const stream = await zip.openReadStreamPromise(entry);
      const chunks: Buffer[] = [];
      for await (const chunk of stream) chunks.push(chunk as Buffer);
      return parseExtra(Buffer.concat(chunks).toString('utf8'), extra);
    }
  } finally {
    zip.close();
  }
  return [];
}

/** The requirements that core metadata lists under an extra. Source: Python core metadata, Requires-Dist. */
export function parseExtra(metadata: string, extra: string): string[] {
  const pattern = new RegExp(`^Requires-Dist: ([^;\n]+); extra == "${extra}"$`, 'gm');
  return [...metadata.matchAll(pattern)].map((match) => (match[1] ?? '').trim());
}

async function unpack(wheel: string, folder: string, wanted: RegExp): Promise<string[]> {
  const zip: ZipFile = await openPromise(wheel).catch((cause: unknown) => {
    throw new AppError('FILE_UNREADABLE', `${wheel} cannot be read as a wheel (a zip archive).`, { cause });
  });
  const names: string[] = [];
  try {
    for await (const entry of zip.eachEntry()) {
      if (!wanted.test(entry.fileName)) continue;
      const path = join(folder, entry.fileName);
      mkdirSync(dirname(path), { recursive: true });
      await pipeline(await zip.openReadStreamPromise(entry), createWriteStream(path));
      names.push(entry.fileName);
    }
  } finally {
    zip.close();
  }
  return names;
}
