/** Reading safetensors files one tensor at a time: memory use is the largest tensor, never the file. */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { basename } from 'node:path';
import { AppError, toError } from '../base/errors.ts';
import { fromBfloat16Bits, fromFloat16Bits } from '../base/half.ts';
import { float32, type Shape, type Tensor } from '../base/tensor.ts';
import { refusePickleBytes } from './pickle.ts';
import {
  invalidWeights,
  maxHeaderBytes,
  parseHeader,
  type StoredDType,
  type TensorEntry,
} from './safetensors-header.ts';

/** Shape and stored element type of a tensor. */
export interface TensorInfo {
  readonly dtype: StoredDType;
  readonly shape: Shape;
}

/** Named tensors that are read when asked for. Close it when done. */
export interface TensorFile {
  readonly names: readonly string[];
  readonly metadata: Readonly<Record<string, string>>;
  /** @throws WEIGHTS_INVALID when there is no such tensor */
  info(name: string): TensorInfo;
  /** The tensor as float32. @throws WEIGHTS_INVALID for NaN or infinity, integers, or a file that changed meanwhile */
  read(name: string): Tensor<'float32'>;
  /** The tensor in the nearest type we compute with: floats become float32, integers stay as they are. */
  readAny(name: string): Tensor;
  close(): void;
}

/** At most this many bytes a read call: larger ones fail on some systems. */
const readChunkBytes = 1 << 30;

/**
 * The tensors of one safetensors file, its header checked.
 *
 * @throws FILE_NOT_FOUND, FILE_UNREADABLE; WEIGHTS_INVALID for a damaged or lying header; LPM_PICKLE_REFUSED for a
 * pickle under another name
 */
export function readSafetensors(path: string): TensorFile {
  const file = basename(path);
  const fd = open(path);
  try {
    const { size } = fstatSync(fd);
    const { tensors, metadata } = readHeader(fd, file, size);
    return tensorFile(fd, file, tensors, metadata);
  } catch (error) {
    closeSync(fd);
    throw error;
  }
}

function open(path: string): number {
  try {
    return openSync(path, 'r');
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code === 'ENOENT' ? 'FILE_NOT_FOUND' : 'FILE_UNREADABLE';
    throw new AppError(code, `${basename(path)} cannot be opened (${(cause as NodeJS.ErrnoException).code}).`, {
      cause,
    });
  }
}

/** Where a download stopped at its pointer or at a page that asks for a login, that is what to say. */
function refuseText(file: string, start: Uint8Array): void {
  const text = new TextDecoder('latin1').decode(start);
  if (text.startsWith('version ')) {
    throw new AppError('WEIGHTS_INVALID', `${file}: it is the pointer that Git LFS leaves in place of a large file.`, {
      action: 'Fetch the file itself (git lfs pull in its folder, or download it anew) and add the model again.',
    });
  }
  if (/^\s*<(?:!doctyp|html|\?xml|head)/i.test(text)) {
    throw new AppError(
      'WEIGHTS_INVALID',
      `${file}: it is a web page, as a download leaves it that asked for a login.`,
      {
        action: 'Log in where the model is published, agree to its terms where it has any, and download it again.',
      },
    );
  }
}

function readHeader(fd: number, file: string, size: number): ReturnType<typeof parseHeader> {
  if (size < 10) throw invalidWeights(file, [`it is ${size} bytes long; a safetensors file has at least 10`]);
  const start = readBytes(fd, file, 0, 8);
  refusePickleBytes(file, start);
  refuseText(file, start);
  const headerBytes = new DataView(start.buffer).getBigUint64(0, true);
  if (headerBytes > BigInt(maxHeaderBytes)) {
    throw invalidWeights(file, [`its header would be ${headerBytes} bytes long; allowed are ${maxHeaderBytes}`]);
  }
  if (headerBytes > BigInt(size - 8)) {
    throw invalidWeights(file, [
      `its header would be ${headerBytes} bytes long, but the file has only ${size - 8} left`,
    ]);
  }
  return parseHeader(file, readBytes(fd, file, 8, Number(headerBytes)), size);
}

function tensorFile(
  fd: number,
  file: string,
  tensors: ReadonlyMap<string, TensorEntry>,
  metadata: Readonly<Record<string, string>>,
): TensorFile {
  const entry = (name: string): TensorEntry => {
    const found = tensors.get(name);
    if (!found) throw invalidWeights(file, [`there is no tensor "${name}"`]);
    return found;
  };
  const readAny = (name: string): Tensor => {
    const { dtype, shape, begin, end } = entry(name);
    const tensor = decode(dtype, shape, readBytes(fd, file, begin, end - begin).buffer);
    if (tensor.dtype === 'float32') checkFinite(file, name, tensor.data);
    return tensor;
  };
  return {
    names: [...tensors.keys()],
    metadata,
    info: (name) => {
      const { dtype, shape } = entry(name);
      return { dtype, shape };
    },
    read: (name) => {
      const tensor = readAny(name);
      if (tensor.dtype === 'float32') return tensor;
      throw invalidWeights(file, [
        `"${name}" holds whole numbers (${tensor.dtype}); expected were floating-point ones`,
      ]);
    },
    readAny,
    close: () => closeSync(fd),
  };
}

function readBytes(fd: number, file: string, position: number, length: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(length);
  let done = 0;
  while (done < length) {
    let count: number;
    try {
      count = readSync(fd, bytes, done, Math.min(length - done, readChunkBytes), position + done);
    } catch (cause) {
      throw new AppError('FILE_UNREADABLE', `${file} cannot be read (${toError(cause).message}).`, { cause });
    }
    if (count === 0)
      throw invalidWeights(file, [`it ends at byte ${position + done}; expected were ${position + length}`]);
    done += count;
  }
  return bytes;
}

/** How each stored element type becomes a tensor, from a buffer of its own. */
const decoders: Readonly<Record<StoredDType, (shape: Shape, buffer: ArrayBuffer) => Tensor>> = {
  F64: (shape, buffer) => float32(shape, new Float32Array(new Float64Array(buffer))),
  F32: (shape, buffer) => float32(shape, new Float32Array(buffer)),
  F16: (shape, buffer) => float32(shape, fromFloat16Bits(new Uint16Array(buffer))),
  BF16: (shape, buffer) => float32(shape, fromBfloat16Bits(new Uint16Array(buffer))),
  I64: (shape, buffer) => ({ dtype: 'int64', shape, data: new BigInt64Array(buffer) }),
  I32: (shape, buffer) => ({ dtype: 'int32', shape, data: new Int32Array(buffer) }),
  U8: (shape, buffer) => ({ dtype: 'uint8', shape, data: new Uint8Array(buffer) }),
};

function decode(dtype: StoredDType, shape: Shape, buffer: ArrayBuffer): Tensor {
  return decoders[dtype](shape, buffer);
}

/** One NaN in the weights makes every feature of every image NaN, so it is refused at once and by name. */
function checkFinite(file: string, name: string, data: Float32Array): void {
  for (let i = 0; i < data.length; i++) {
    if (!Number.isFinite(data[i])) {
      throw invalidWeights(file, [
        `"${name}" holds ${data[i]} at position ${i} of ${data.length}; weights must be finite`,
      ]);
    }
  }
}
