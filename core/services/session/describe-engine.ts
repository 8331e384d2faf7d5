/** The engine in words, for reports. */
import { counted } from '../../base/counted.ts';
import type { ServiceContext } from './context.ts';

/** `onnxruntime 1.30.0 on cpu, 2 threads`. */
export async function describeEngine(context: ServiceContext): Promise<string> {
  const { name, version, device, threads } = (await context.engine()).info;
  return `${name} ${version} on ${device}, ${counted('en', threads, 'thread', 'threads')}`;
}
