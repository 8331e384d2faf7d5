/** Refusing pickles: opening one runs whatever program its author put inside. */
import { extname } from 'node:path';
import { AppError } from '../base/errors.ts';

const pickleExtensions: ReadonlySet<string> = new Set(['.bin', '.pt', '.pth', '.ckpt', '.pkl', '.pickle']);

/** Whether a file's name says that it is a PyTorch pickle. */
export function isPickleName(name: string): boolean {
  return pickleExtensions.has(extname(name).toLowerCase());
}

/** The error for a pickle, with the reason; the remedy is the code's own action. */
export function pickleRefused(file: string): AppError {
  return new AppError(
    'LPM_PICKLE_REFUSED',
    `${file} is a PyTorch pickle: opening one can run any program hidden in it, so Sidelight reads only safetensors.`,
  );
}

/** Throws when the first bytes are those of a pickle (protocol 2 or later) or of PyTorch's ZIP of pickles. */
export function refusePickleBytes(file: string, start: Uint8Array): void {
  const isZip = start[0] === 0x50 && start[1] === 0x4b && start[2] === 0x03 && start[3] === 0x04;
  // A safetensors file could begin with 0x80 too (a header length), but bytes 2 to 8 would then not hold protocol
  // and opcode: a header of at least 0x0280 bytes whose upper bytes are zero is no pickle.
  const isPickle =
    start[0] === 0x80 && (start[1] ?? 0) >= 2 && (start[1] ?? 0) <= 5 && start.subarray(4, 8).some((b) => b !== 0);
  if (isZip || isPickle) throw pickleRefused(file);
}
