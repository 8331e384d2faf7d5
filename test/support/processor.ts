/** Which processor this is, as far as the bits of its floating-point results go. */
import { readFileSync } from 'node:fs';

/** Flags by which ONNX Runtime and the C library choose their code. */
const arithmeticFlags = /^(sse4_1|avx|avx2|fma|f16c|avx_vnni|avx512\w*|amx\w*)$/;

/**
 * The processor in one line; two machines of one line compute the same bits with the same packages on one thread.
 *
 * ONNX Runtime has other kernels for other instruction sets, which add in another order and fuse other pairs, and makers
 * fill the approximate instructions (rsqrtps) with other bits. So a hash of trained weights can be promised here alone;
 * elsewhere they are equal within a tolerance. `unknown` where the system does not tell.
 */
export function processorLine(): string {
  if (process.platform !== 'linux' || process.arch !== 'x64') return 'unknown';
  const text = readFileSync('/proc/cpuinfo', 'utf8');
  const field = (name: string): string => new RegExp(`^${name}\\s*: (.*)$`, 'm').exec(text)?.[1] ?? '?';
  const flags = field('flags')
    .split(' ')
    .filter((flag) => arithmeticFlags.test(flag));
  return `linux x64 ${field('vendor_id')} ${field('cpu family')}/${field('model')} ${flags.sort().join(' ')}`;
}
