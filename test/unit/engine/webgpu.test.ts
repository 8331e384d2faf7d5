import { describe, expect, test } from 'vitest';
import { fromFloat16Bits } from '../../../core/base/half.ts';
import { float32, type Tensor } from '../../../core/base/tensor.ts';
import { type AdapterAnswer, describeAdapter, missingAdapter } from '../../../core/engine/webgpu/adapter.ts';
import { lowerForWebgpu } from '../../../core/engine/webgpu/lower.ts';
import { widenInputs } from '../../../core/engine/webgpu/widen-inputs.ts';
import {
  add,
  cast,
  constant,
  defineGraph,
  input,
  matmul,
  matmulInt8,
  reshape,
  sumTo,
} from '../../../core/graph/index.ts';

const answer: AdapterAnswer = {
  vendor: 'intel',
  architecture: 'gen-12lp',
  device: '',
  description: 'Intel open-source Mesa driver: Mesa 22.3.6',
  isFallback: false,
  hasHalfPrecision: true,
  maxBufferBytes: 2 ** 30,
};

describe('the adapter of WebGPU', () => {
  test('is described with its driver, since another version of it is another device', () => {
    expect(describeAdapter(answer)).toMatchObject({
      description: 'GPU intel gen-12lp, Intel open-source Mesa driver: Mesa 22.3.6 (WebGPU)',
      isSoftware: false,
    });
  });

  test.each([
    { description: 'SwiftShader driver 5.0.0' },
    { description: 'llvmpipe (LLVM 15.0.6, 256 bits)' },
    { device: 'Microsoft Basic Render Driver' },
    { isFallback: true },
  ])('is known as software: %o', (change) => {
    expect(describeAdapter({ ...answer, ...change })).toMatchObject({ isSoftware: true });
  });

  test('that is missing is told with what to install, by cause and system', () => {
    const loader = missingAdapter("Warning: Couldn't load Vulkan: libvulkan.so.1: cannot open shared object file");
    expect(loader.reason).toContain('the Vulkan loader');
    expect(loader.remedy).toContain('libvulkan1');
    const old = missingAdapter(
      'Warning: shaderUniform*ArrayDynamicIndexing required. While initializing adapter',
      'linux',
    );
    expect(old.reason).toContain('too old for WebGPU: it lacks shaderUniform*ArrayDynamicIndexing');
    expect(old.remedy).toContain('update its driver');
    expect(missingAdapter('Warning: Vulkan robustBufferAccess feature is required.').reason).toContain(
      'lacks Vulkan robustBufferAccess feature',
    );
    expect(missingAdapter('', 'linux').remedy).toContain('mesa-vulkan-drivers');
    expect(missingAdapter('', 'win32').remedy).toContain('Direct3D 12');
    expect(missingAdapter('', 'darwin').remedy).toContain('Metal');
  });
});

test('16-bit inputs become the same numbers as 32-bit ones, and nothing else changes', () => {
  const [a, b] = [input('a', [3], 'float16'), input('b', [3])];
  const { graph, widen } = widenInputs(defineGraph({ outputs: { y: add(cast(a, 'float32'), b) } }), false);
  expect(graph.inputs.map(({ name, dtype }) => [name, dtype])).toEqual([
    ['a', 'float32'],
    ['b', 'float32'],
  ]);
  // 1, -2 and the smallest number above zero.
  const bits = Uint16Array.of(0x3c00, 0xc000, 1);
  const given: Record<string, Tensor> = { a: { dtype: 'float16', shape: [3], data: bits }, b: float32([3], [1, 2, 3]) };
  expect(widen(given)).toEqual({ a: float32([3], fromFloat16Bits(bits)), b: given['b'] });
});

test('8-bit inputs become the same numbers as 32-bit ones on every GPU, but for those that are multiplied as integers', () => {
  const [q, w] = [input('q', [2, 2], 'int8'), input('w', [2, 1], 'int8')];
  const product = matmulInt8(cast(q, 'float32'), w, input('scale', [1]));
  const { graph, widen } = widenInputs(defineGraph({ outputs: { product } }), true);
  expect(graph.inputs.map(({ name, dtype }) => [name, dtype])).toEqual([
    ['q', 'float32'],
    ['w', 'int8'],
    ['scale', 'float32'],
  ]);
  const given: Record<string, Tensor> = {
    q: { dtype: 'int8', shape: [2, 2], data: Int8Array.of(-127, 0, 3, 127) },
    w: { dtype: 'int8', shape: [2, 1], data: Int8Array.of(1, 2) },
  };
  expect(widen(given)).toEqual({ q: float32([2, 2], [-127, 0, 3, 127]), w: given['w'] });
});

test('rows that a processor adds up by a product with ones are a sum over them on a GPU', () => {
  const rows = input('rows', [2, 5, 3]);
  const long = input('long', [5000, 3]);
  const given = defineGraph({ outputs: { few: sumTo(rows, [3]), many: sumTo(long, [3]) } });
  expect(given.order.filter(({ op }) => op === 'matmul')).toHaveLength(2);
  const { order } = lowerForWebgpu(given);
  expect(order.filter(({ op }) => op === 'matmul')).toEqual([]);
  expect(
    order.filter(({ op }) => op === 'sum').map(({ inputs: [x], shape }) => [x!.shape.join(), shape.join()]),
  ).toEqual([
    ['10,3', '1,3'],
    ['5000,3', '1,3'],
  ]);
  // Another product by a constant stays.
  const halves = constant(float32([1, 2], [0.5, 0.5]));
  const other = defineGraph({ outputs: { y: matmul(reshape(halves, [2, 1]), input('z', [1, 4])) } });
  expect(lowerForWebgpu(other)).toBe(other);
});
