/** Writing safetensors files, complete or not at all. */
import { AppError, isDiskFull, toError } from '../base/errors.ts';
import { toFloat16Bits } from '../base/half.ts';
import { sizeOf, type Tensor } from '../base/tensor.ts';
import { replaceFile } from '../disk/index.ts';

/** Format names of the element types we write. */
const dtypeNames = { float32: 'F32', float64: 'F64', float16: 'F16', int32: 'I32', int64: 'I64', uint8: 'U8' } as const;

/** A tensor of an element type the format knows. */
export type StorableTensor = Tensor<keyof typeof dtypeNames>;

/**
 * Writes tensors under `path`: into a temporary file beside it, flushed to the disk, then renamed. Deterministic: the
 * same tensors give the same bytes (names sorted by element size, then by name, as the format's own writer does).
 *
 * @throws DISK_FULL, FILE_UNREADABLE
 */
export function writeSafetensors(
  path: string,
  tensors: Readonly<Record<string, StorableTensor>>,
  metadata: Readonly<Record<string, string>> = {},
): void {
  const bytesEach = (tensor: StorableTensor): number => tensor.data.BYTES_PER_ELEMENT;
  const entries = Object.entries(tensors).sort(
    ([nameA, a], [nameB, b]) => bytesEach(b) - bytesEach(a) || (nameA < nameB ? -1 : 1),
  );
  const header: Record<string, unknown> = Object.keys(metadata).length > 0 ? { __metadata__: metadata } : {};
  let offset = 0;
  for (const [name, tensor] of entries) {
    const end = offset + sizeOf(tensor.shape) * bytesEach(tensor);
    header[name] = { dtype: dtypeNames[tensor.dtype], shape: tensor.shape, data_offsets: [offset, end] };
    offset = end;
  }
  const json = new TextEncoder().encode(JSON.stringify(header));
  // Spaces up to a multiple of 8 keep the data aligned for readers that map the file.
  const padded = new Uint8Array(Math.ceil(json.length / 8) * 8).fill(0x20);
  padded.set(json);
  const length = new Uint8Array(8);
  new DataView(length.buffer).setBigUint64(0, BigInt(padded.length), true);

  writeAtomically(path, [
    length,
    padded,
    ...entries.map(([, { data }]) => new Uint8Array(data.buffer, data.byteOffset, data.byteLength)),
  ]);
}

/** A float32 tensor rounded to float16, half the size on disk. */
export function asFloat16(tensor: Tensor<'float32'>): Tensor<'float16'> {
  return { dtype: 'float16', shape: tensor.shape, data: toFloat16Bits(tensor.data) };
}

function writeAtomically(path: string, parts: readonly Uint8Array[]): void {
  try {
    replaceFile(path, parts, { beside: `${path}.${process.pid}.part` });
  } catch (cause) {
    const full = isDiskFull(cause);
    throw new AppError(
      full ? 'DISK_FULL' : 'FILE_UNREADABLE',
      `The weights cannot be written (${toError(cause).message}).`,
      {
        cause,
        action: full ? 'Free disk space, then run the same command again.' : 'Choose a folder that you may write to.',
      },
    );
  }
}
