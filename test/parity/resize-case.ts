/** Parity of the two resizes with Pillow's, which rounds to whole grey levels between its two passes; ours does not. */
import { resizeBicubic, resizeBilinear } from '../../core/images/resize.ts';
import { type CaseResult, type Check, tolerances, worstDifference } from '../../core/services/devices/compare.ts';
import { readSafetensors } from '../../core/weights/index.ts';

const resizes = { bilinear: resizeBilinear, bicubic: resizeBicubic } as const;

/** Compares every result of one case, in grey levels of 255. */
export function checkResize(path: string, name: string): CaseResult {
  const file = readSafetensors(path);
  try {
    const image = file.readAny('image');
    const [height, width, channels] = image.shape as [number, number, 1 | 3];
    const source = { width, height, channels, data: Float32Array.from(image.data as Uint8Array, (v) => v / 255) };
    const checks = file.names
      .filter((tensor) => tensor !== 'image')
      .map((tensor): Check => {
        const resize = resizes[tensor.split('.')[0] as keyof typeof resizes];
        if (resize === undefined) return { quantity: tensor, worst: Number.POSITIVE_INFINITY, tolerance: 0 };
        const wanted = file.readAny(tensor);
        const [rows, columns] = wanted.shape as [number, number];
        const found = Float32Array.from(resize(source, columns, rows).data, (v) => Math.round(v * 255));
        return {
          quantity: tensor,
          worst: worstDifference(found, wanted.data as Uint8Array),
          tolerance: tolerances.greyLevels,
        };
      });
    return { name, checks };
  } finally {
    file.close();
  }
}
