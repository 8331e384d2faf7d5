/** The identity of a set of weights: what they are, not how a file happened to hold them. */
import { createHash } from 'node:crypto';
import type { Tensor } from '../base/tensor.ts';

/**
 * SHA-256, in hexadecimal, over named tensors in sorted order: name, shape and float32 bytes of each, and before them
 * the `facts` the tensors do not show but the network needs (the number of attention heads).
 *
 * Two files with the same weights under different names (with or without a prefix, fused or split) have one identity,
 * provided the caller passes canonical names. One tensor is in memory at a time.
 */
export function hashTensors(...of: Parameters<typeof hashingTensors>): string {
  const steps = hashingTensors(...of);
  let step = steps.next();
  while (!step.done) step = steps.next();
  return step.value;
}

/** The same in steps of one tensor, each giving its bytes, for whoever must not be kept waiting; the hash is what it returns. */
export function* hashingTensors(
  names: readonly string[],
  read: (name: string) => Tensor<'float32'>,
  facts: Readonly<Record<string, number>> = {},
): Generator<number, string, void> {
  const hash = createHash('sha256');
  for (const key of Object.keys(facts).sort()) hash.update(`${key}=${facts[key]}\n`);
  for (const name of [...names].sort()) {
    const { shape, data } = read(name);
    hash.update(`${name} [${shape.join(',')}]\n`);
    hash.update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
    yield data.byteLength;
  }
  return hash.digest('hex');
}
