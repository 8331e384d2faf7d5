/** The application's icon, drawn by rule: a dark field and a disc lit from the side. As PNG, ICO and ICNS. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { encode } from 'fast-png';

const sizes = [16, 24, 32, 48, 64, 128, 256, 512, 1024] as const;

/** Writes `icon.ico`, `icon.icns` and a PNG of each size, named as Linux packages want them. */
export function writeIcons(folder: string): void {
  mkdirSync(folder, { recursive: true });
  const pngs = new Map(sizes.map((size) => [size as number, drawIcon(size)]));
  const of = (size: number): Uint8Array => pngs.get(size) ?? drawIcon(size);
  for (const [size, png] of pngs) writeFileSync(join(folder, `${size}x${size}.png`), png);
  writeFileSync(join(folder, 'icon.png'), of(1024));
  writeFileSync(join(folder, 'icon.ico'), ico([16, 24, 32, 48, 64, 128, 256].map((size) => [size, of(size)])));
  writeFileSync(
    join(folder, 'icon.icns'),
    icns([
      ['icp4', of(16)],
      ['icp5', of(32)],
      ['ic07', of(128)],
      ['ic08', of(256)],
      ['ic09', of(512)],
      ['ic10', of(1024)],
    ]),
  );
}

/** A PNG of `size` by `size` pixels, RGBA. */
export function drawIcon(size: number): Uint8Array {
  const data = new Uint8Array(size * size * 4);
  const samples = 3;
  for (let y = 0; y < size; y += 1) {
    for (let x = 0; x < size; x += 1) {
      const sum = [0, 0, 0, 0];
      for (let s = 0; s < samples * samples; s += 1) {
        const u = (x + ((s % samples) + 0.5) / samples) / size;
        const v = (y + (Math.floor(s / samples) + 0.5) / samples) / size;
        const [r, g, b, a] = colourAt(u, v);
        sum[0] = (sum[0] ?? 0) + r * a;
        sum[1] = (sum[1] ?? 0) + g * a;
        sum[2] = (sum[2] ?? 0) + b * a;
        sum[3] = (sum[3] ?? 0) + a;
      }
      const alpha = sum[3] ?? 0;
      const at = 4 * (y * size + x);
      for (let c = 0; c < 3; c += 1) data[at + c] = alpha === 0 ? 0 : Math.round((sum[c] ?? 0) / alpha);
      data[at + 3] = Math.round((255 * alpha) / (samples * samples));
    }
  }
  return encode({ width: size, height: size, data, channels: 4, depth: 8 });
}

/** Colour (0 to 255) and opacity (0 or 1) at a point of the unit square. */
function colourAt(u: number, v: number): [r: number, g: number, b: number, a: number] {
  const corner = 0.2;
  const dx = Math.max(corner - u, 0, u - 1 + corner);
  const dy = Math.max(corner - v, 0, v - 1 + corner);
  if (Math.hypot(dx, dy) > corner) return [0, 0, 0, 0];
  const x = (u - 0.5) / 0.32;
  const y = (v - 0.5) / 0.32;
  const r = Math.hypot(x, y);
  if (r > 1) return [20, 23, 26, 1];
  // A sphere lit from the right and a little from above.
  const z = Math.sqrt(1 - r * r);
  const light = Math.max(0, 0.9 * x - 0.3 * y + 0.25 * z);
  return [30 + 120 * light, 40 + 170 * light, 52 + 203 * Math.min(1, light), 1];
}

/** Images of an ICO may be PNG files as they are; a side of 256 is written as 0. */
function ico(images: readonly (readonly [size: number, png: Uint8Array])[]): Uint8Array {
  const header = Buffer.alloc(6 + 16 * images.length);
  header.writeUInt16LE(1, 2);
  header.writeUInt16LE(images.length, 4);
  let offset = header.length;
  images.forEach(([size, png], i) => {
    const at = 6 + 16 * i;
    header.writeUInt8(size % 256, at);
    header.writeUInt8(size % 256, at + 1);
    header.writeUInt16LE(1, at + 4);
    header.writeUInt16LE(32, at + 6);
    header.writeUInt32LE(png.length, at + 8);
    header.writeUInt32LE(offset, at + 12);
    offset += png.length;
  });
  return Buffer.concat([header, ...images.map(([, png]) => png)]);
}

/** An ICNS is a list of named chunks, each with its length; these names take PNG files as they are. */
function icns(images: readonly (readonly [name: string, png: Uint8Array])[]): Uint8Array {
  const chunk = (name: string, ...parts: readonly Uint8Array[]): Buffer => {
    const head = Buffer.alloc(8);
    head.write(name, 'latin1');
    head.writeUInt32BE(8 + parts.reduce((sum, part) => sum + part.length, 0), 4);
    return Buffer.concat([head, ...parts]);
  };
  return chunk('icns', ...images.map(([name, png]) => chunk(name, png)));
}
