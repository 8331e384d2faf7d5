/** Changes in the bytes of a DICOM file, for files that are wrong in one place. */

/** A copy of an explicit VR little endian file in which the first element of `tag` has another VR. */
export function withVr(file: Uint8Array, tag: number, vr: string): Uint8Array {
  const out = file.slice();
  const at = placeOf(out, tag);
  out.set([vr.charCodeAt(0), vr.charCodeAt(1)], at + 4);
  return out;
}

/** A copy in which the first element of `tag`, a US, has another value. */
export function withShort(file: Uint8Array, tag: number, value: number): Uint8Array {
  const out = file.slice();
  new DataView(out.buffer).setUint16(placeOf(out, tag) + 8, value, true);
  return out;
}

function placeOf(bytes: Uint8Array, tag: number): number {
  const wanted = [(tag >>> 16) & 0xff, tag >>> 24, tag & 0xff, (tag >>> 8) & 0xff];
  const at = bytes.findIndex((_, i) => wanted.every((byte, k) => bytes[i + k] === byte));
  if (at < 0) throw new Error(`the file has no element ${tag.toString(16)}`);
  return at;
}
