/**
 * Asks Dawn for the GPU that it would compute on, in a process of its own, and prints the answer as JSON.
 *
 * The engine's own Dawn tells nobody which adapter it took. The package `webgpu` is the same library with its questions open, and is asked
 * for the same adapter (high performance first). A driver that kills whoever loads it then kills only this process.
 */
import type { AdapterAnswer } from './adapter.ts';

interface Limits {
  readonly maxBufferSize: number;
  readonly maxStorageBufferBindingSize: number;
}

interface Adapter {
  readonly info: {
    readonly vendor: string;
    readonly architecture: string;
    readonly device: string;
    readonly description: string;
    readonly isFallbackAdapter: boolean;
  };
  readonly features: ReadonlySet<string>;
  readonly limits: Limits;
}

interface Dawn {
  create(options: readonly string[]): {
    requestAdapter(options: { readonly powerPreference: string }): Promise<Adapter | null>;
  };
}

if (import.meta.main) {
  const { create } = (await import('webgpu')) as unknown as Dawn;
  const adapter = await create([]).requestAdapter({ powerPreference: 'high-performance' });
  const answer: AdapterAnswer | null = adapter && {
    vendor: adapter.info.vendor,
    architecture: adapter.info.architecture,
    device: adapter.info.device,
    description: adapter.info.description,
    isFallback: adapter.info.isFallbackAdapter,
    hasHalfPrecision: adapter.features.has('shader-f16'),
    maxBufferBytes: Math.min(adapter.limits.maxBufferSize, adapter.limits.maxStorageBufferBindingSize),
  };
  console.log(JSON.stringify(answer));
  // Dawn keeps threads that would keep the process.
  process.exit(0);
}
