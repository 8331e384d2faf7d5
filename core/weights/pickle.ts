/** Refusing pickles: opening one runs whatever program its author put inside. */
import { extname } from 'node:path';
import { AppError } from '../base/errors.ts';

const pickleExtensions: ReadonlySet<string> = new Set(['.bin', '.pt', '.pth', '.ckpt', '.pkl', '.pickle']);

/** Whether a file's name says that it is a PyTorch pickle. */
export function isPickleName(name: string): boolean {
  return pickleExtensions.has(extname(name).toLowerCase());
}

/** The error for a pickle, with the reason; the remedy is the code's own action. What converts exactly this one: `conversionScript`. */
export function pickleRefused(file: string): AppError {
  return new AppError(
    'LPM_PICKLE_REFUSED',
    `${file} is a PyTorch pickle: opening one can run any program hidden in it, so Sidelight reads only safetensors.`,
  );
}

/**
 * Ten lines of Python that write the weights of pickles in one folder to `model.safetensors` beside them. weights_only=True reads tensors and
 * nothing that runs; what a training wrapped around the weights is taken off, the teacher before the student.
 */
export function conversionScript(files: readonly string[]): string[] {
  // JSON's strings are Python's too.
  return [
    'import argparse, torch',
    'from safetensors.torch import save_file',
    'torch.serialization.add_safe_globals([argparse.Namespace])',
    'weights = {}',
    `for name in ${JSON.stringify(files)}:`,
    '    part = torch.load(name, map_location="cpu", weights_only=True)',
    '    for key in ("teacher", "model_ema", "state_dict", "model", "module"):',
    '        part = part[key] if isinstance(part.get(key), dict) else part',
    '    weights |= {k.removeprefix("module."): v.clone().contiguous() for k, v in part.items() if torch.is_tensor(v)}',
    'save_file(weights, "model.safetensors", metadata={"format": "pt"})',
  ];
}

/** The pickles among the names of a folder that hold a model's weights: all parts of one, or the likeliest of several. */
export function modelPickles(names: readonly string[]): readonly string[] {
  const pickles = names.filter(isPickleName);
  const parts = pickles.filter((name) => /-\d+-of-\d+\.bin$/.test(name));
  if (parts.length > 0) return parts;
  const likely = pickles.filter((name) => !/^(training_args|optimizer|scheduler|scaler|rng_state)/.test(name));
  return (likely.length > 0 ? likely : pickles).slice(0, 1);
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
