/**
 * The random changes of a side image, as torchvision draws them. Only the parameters are drawn here; core/images
 * applies them. The LPM never sees an augmented image.
 */
import type { Random } from '../base/random.ts';

/** A rectangle of whole pixels. */
export interface Crop {
  readonly top: number;
  readonly left: number;
  readonly height: number;
  readonly width: number;
}

export interface Augmentation {
  readonly crop: Crop;
  readonly flip: boolean;
  /** Factors in [0.8, 1.2]. */
  readonly brightness: number;
  readonly contrast: number;
  readonly brightnessFirst: boolean;
}

const scale: readonly [number, number] = [0.8, 1];
const aspect: readonly [number, number] = [0.7, 1.3];
const jitter: readonly [number, number] = [0.8, 1.2];

/** Python's round, which torchvision uses: halves go to the even neighbour. */
function roundHalfEven(x: number): number {
  const floor = Math.floor(x);
  if (x - floor !== 0.5) return Math.round(x);
  return floor % 2 === 0 ? floor : floor + 1;
}

/** A rectangle of 80 to 100 % of the area with width/height of 0.7 to 1.3 (RandomResizedCrop.get_params). */
export function drawCrop(random: Random, height: number, width: number): Crop {
  for (let attempt = 0; attempt < 10; attempt++) {
    const area = height * width * random.uniform(...scale);
    const ratio = random.logUniform(...aspect);
    const w = roundHalfEven(Math.sqrt(area * ratio));
    const h = roundHalfEven(Math.sqrt(area / ratio));
    if (w > 0 && w <= width && h > 0 && h <= height) {
      const top = random.integer(height - h + 1);
      return { top, left: random.integer(width - w + 1), height: h, width: w };
    }
  }
  return centralCrop(height, width);
}

/** The largest central rectangle of an allowed ratio, for images so elongated that ten draws do not fit. */
export function centralCrop(height: number, width: number): Crop {
  const ratio = width / height;
  const w = ratio > aspect[1] ? roundHalfEven(height * aspect[1]) : width;
  const h = ratio < aspect[0] ? roundHalfEven(width / aspect[0]) : height;
  return { top: Math.floor((height - h) / 2), left: Math.floor((width - w) / 2), height: h, width: w };
}

/** All parameters for one image. Every draw is made whether or not `flip` is allowed, so that the switch moves no other. */
export function drawAugmentation(
  random: Random,
  height: number,
  width: number,
  options: { readonly flip: boolean },
): Augmentation {
  const crop = drawCrop(random, height, width);
  const flip = random.uniform() < 0.5 && options.flip;
  const brightness = random.uniform(...jitter);
  const contrast = random.uniform(...jitter);
  return { crop, flip, brightness, contrast, brightnessFirst: random.uniform() < 0.5 };
}

/** Fills a keep mask of the fusion's dropout: 0 or 2 (p = 0.5), 32 values for each number drawn. */
export function drawDropoutMask(random: Random, mask: Float32Array): void {
  for (let i = 0; i < mask.length; i += 32) {
    const bits = random.uint32();
    const count = Math.min(32, mask.length - i);
    for (let k = 0; k < count; k++) mask[i + k] = ((bits >>> k) & 1) << 1;
  }
}
