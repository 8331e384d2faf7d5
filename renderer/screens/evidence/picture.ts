/** A frame at full resolution, and how it and the evidence become pixels. */
import { frameAddress } from '../../../core/contract/frame-address.ts';

/** Samples of 16 bits, row by row; 0 is black and 65,535 white of the window stored in the file. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  /** The height of a pixel in its widths. */
  readonly pixelAspect: number;
  readonly channels: 1 | 3;
  readonly samples: Uint16Array;
}

/** The frame as the core renders it, or null where it cannot be read. */
export async function loadPicture(instanceId: number, frame: number): Promise<Picture | null> {
  const reply = await fetch(frameAddress('rendered', { instanceId, frame }));
  if (!reply.ok) return null;
  const number = (name: string): number => Number(reply.headers.get(name));
  return {
    width: number('x-width'),
    height: number('x-height'),
    pixelAspect: number('x-pixel-aspect'),
    channels: number('x-channels') === 3 ? 3 : 1,
    samples: new Uint16Array(await reply.arrayBuffer()),
  };
}

/** A window on the samples: its middle and width, as shares of the range. */
export interface Window {
  readonly level: number;
  readonly width: number;
}

/** Draws the picture at its own resolution. One look-up a pixel: four million pixels take some ten milliseconds. */
export function drawPicture(
  canvas: HTMLCanvasElement,
  { width, height, channels, samples }: Picture,
  window: Window,
): void {
  canvas.width = width;
  canvas.height = height;
  const context = canvas.getContext('2d');
  if (context === null) return;
  const image = context.createImageData(width, height);
  const bytes = new Uint8ClampedArray(65_536);
  const low = window.level - window.width / 2;
  for (let v = 0; v < 65_536; v++) bytes[v] = ((v / 65_535 - low) / window.width) * 255;
  const pixels = new Uint32Array(image.data.buffer);
  if (channels === 1) {
    // The four bytes of a grey pixel at once (little-endian: alpha first from the left).
    const grey = Uint32Array.from(bytes, (b) => (0xff000000 | (b << 16) | (b << 8) | b) >>> 0);
    for (let i = 0; i < pixels.length; i++) pixels[i] = grey[samples[i] as number] as number;
  } else {
    for (let i = 0, s = 0; i < pixels.length; i++, s += 3) {
      const [r, g, b] = [
        bytes[samples[s] as number] ?? 0,
        bytes[samples[s + 1] as number] ?? 0,
        bytes[samples[s + 2] as number] ?? 0,
      ];
      pixels[i] = (0xff000000 | (b << 16) | (g << 8) | r) >>> 0;
    }
  }
  context.putImageData(image, 0, 0);
}

/** From the upper part of inferno (matplotlib, CC0): rising lightness, told apart with any colour vision and from grey. */
const heat: readonly (readonly [number, number, number])[] = [
  [101, 21, 110],
  [159, 42, 99],
  [212, 72, 66],
  [245, 125, 21],
  [250, 193, 39],
  [252, 255, 164],
];

/** The colour of a share of the strongest patch, in [0, 1]. */
export function heatColour(share: number): readonly [number, number, number] {
  const at = Math.min(1, Math.max(0, share)) * (heat.length - 1);
  const i = Math.min(heat.length - 2, Math.floor(at));
  const [a, b] = [heat[i] ?? [0, 0, 0], heat[i + 1] ?? [0, 0, 0]];
  const mix = (k: 0 | 1 | 2): number => Math.round(a[k] + (b[k] - a[k]) * (at - i));
  return [mix(0), mix(1), mix(2)];
}

/**
 * Draws one pixel a patch; the page stretches it over the whole image, which is exact because the model reads the image
 * squeezed to a square. The stronger a patch, the less of the image shows through.
 */
export function drawHeat(
  canvas: HTMLCanvasElement,
  patches: readonly number[],
  grid: { readonly rows: number; readonly columns: number },
): void {
  canvas.width = grid.columns;
  canvas.height = grid.rows;
  const context = canvas.getContext('2d');
  if (context === null) return;
  const image = context.createImageData(grid.columns, grid.rows);
  const top = Math.max(...patches, 0);
  patches.forEach((value, i) => {
    const share = top === 0 ? 0 : value / top;
    const [r, g, b] = heatColour(share);
    // Square root: half of the strongest is still clearly seen.
    image.data.set([r, g, b, Math.round(255 * Math.sqrt(share))], i * 4);
  });
  context.putImageData(image, 0, 0);
}
