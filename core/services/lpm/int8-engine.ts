/** Whether 8-bit products can be computed here: by which engine, on which device, and exactly. */
import { AppError } from '../../base/errors.ts';
import { float32, type Tensor } from '../../base/tensor.ts';
import type { Int8Support } from '../../contract/index.ts';
import { cpuDescription, type Engine, type EngineInfo } from '../../engine/index.ts';
import { defineGraph, input, matmulInt8, weight } from '../../graph/index.ts';

function isInt8Engine({ name, device }: Pick<EngineInfo, 'name' | 'device'>): boolean {
  return name === 'onnxruntime' && device === cpuDescription;
}

/** @throws BAD_INPUT naming what computes here, where that is not ONNX Runtime on the processor */
export function requireInt8Engine(info: Pick<EngineInfo, 'name' | 'device'>): void {
  if (isInt8Engine(info)) return;
  throw new AppError(
    'BAD_INPUT',
    `An LPM's pass in 8 bits (int8) is for ONNX Runtime on the processor; found ${info.name} on ${info.device}. On a GPU float32 is quicker, and its numbers would be others.`,
    {
      action:
        'Choose ONNX Runtime and the processor under Settings › Computing, or read exactly. On the command line add --engine onnxruntime --device cpu, or leave --precision int8 out. A model that was trained with it classifies with it alone.',
    },
  );
}

/**
 * Checks that products of 8 bits are exact here, in milliseconds. A processor without 8-bit dot products (VNNI) adds them up in 16 bits, which overflow at
 * the largest numbers without a word: features would be wrong, and no quicker.
 * @throws BAD_INPUT as `requireInt8Engine`; ENGINE_UNAVAILABLE where they are not exact
 */
export async function requireInt8(engine: Engine): Promise<void> {
  requireInt8Engine(engine.info);
  requireExact(await largestProducts(engine), largestProduct);
}

/** As `requireInt8`, told and not thrown. @throws what compiling throws */
export async function int8Support(engine: Engine): Promise<Int8Support> {
  const { name, device } = engine.info;
  const why = async (): Promise<Int8Support['why']> => {
    if (!isInt8Engine(engine.info)) return 'engine';
    return isExact(await largestProducts(engine), largestProduct) ? null : 'processor';
  };
  return { why: await why(), engine: name, device };
}

const inner = 64;
/** 1 is quantised to 255; weights are the largest that 8 bits hold. */
const largestProduct = 127 * inner;

/** The largest numbers that 8 bits hold, multiplied and added up: 64 times 255 x 127 does not fit 16 bits. */
async function largestProducts(engine: Engine): Promise<ArrayLike<number>> {
  const [rows, columns] = [32, 64];
  const y = matmulInt8(input('x', [rows, inner]), weight('w', [inner, columns], 'int8'), weight('scale', [columns]));
  const weights: Readonly<Record<string, Tensor>> = {
    w: { dtype: 'int8', shape: [inner, columns], data: new Int8Array(inner * columns).fill(127) },
    scale: float32([columns], new Float32Array(columns).fill(1)),
  };
  const executable = await engine.compile(defineGraph({ outputs: { y } }), (name) => weights[name] as Tensor);
  try {
    const found = (await executable.run({ x: float32([rows, inner], new Float32Array(rows * inner).fill(1)) }))['y'];
    return found?.dtype === 'float32' ? found.data : [];
  } finally {
    await executable.dispose();
  }
}

/** Whether all products are `expected` but for the last digits of their scale. */
function isExact(found: ArrayLike<number>, expected: number): boolean {
  return found.length > 0 && Array.from(found).every((value) => Math.abs(value / expected - 1) < 1e-5);
}

/** @throws ENGINE_UNAVAILABLE where a product is not `expected` but for the last digits of its scale */
export function requireExact(found: ArrayLike<number>, expected: number): void {
  if (isExact(found, expected)) return;
  throw new AppError(
    'ENGINE_UNAVAILABLE',
    `This processor does not add up 8-bit products exactly: found ${found[0]}, expected ${expected}. It has no 8-bit dot products (VNNI), without which they are no quicker either.`,
    {
      action:
        'Read exactly. Leave --precision int8 out on the command line. A model that was trained with it needs a processor that has them.',
    },
  );
}
