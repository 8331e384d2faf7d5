/** Decoders of text that core/dicom, which has no Node types, is handed by whoever reads names. */

/** Node's decoders, for names in any of DICOM's character sets; undefined for one that it does not know. */
export function decoderFactory(label: string): ((bytes: Uint8Array) => string) | undefined {
  try {
    const decoder = new TextDecoder(label);
    return (bytes) => decoder.decode(bytes);
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}
