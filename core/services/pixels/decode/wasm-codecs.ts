/**
 * JPEG 2000 and HTJ2K by the field's WebAssembly builds. For the decode worker only: damaged streams make these decoders
 * stall, grow or answer silently.
 *
 * Every frame is checked by its codestream header first. Whatever a decoder throws, or an answer of the wrong size, costs its
 * instance: after thousands of failures instances were seen to fail on good frames too.
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { toError } from '../../../base/errors.ts';
import { CodecError } from '../../../codecs/codec-error.ts';
import { type CodestreamHeader, readJpeg2000 } from '../../../codecs/codestream.ts';
import type { Decoded, WasmCodecs, WasmDecoder } from '../../../dicom/index.ts';

interface Decoder {
  getEncodedBuffer(length: number): Uint8Array;
  getDecodedBuffer(): Uint8Array;
  decode(): void;
  getFrameInfo(): {
    readonly width: number;
    readonly height: number;
    readonly bitsPerSample: number;
    readonly componentCount: number;
  };
  readHeader?(): void;
  delete(): void;
}

interface Instance {
  readonly HEAPU8: Uint8Array;
  readonly [decoder: string]: unknown;
}

type Factory = (options: Record<string, unknown>) => Promise<Instance>;

interface Package {
  readonly script: string;
  readonly wasm: string;
  readonly decoder: string;
}

const packages = {
  jpeg2000: {
    script: '@cornerstonejs/codec-openjpeg/decodewasmjs',
    wasm: '@cornerstonejs/codec-openjpeg/decodewasm',
    decoder: 'J2KDecoder',
  },
  htj2k: {
    script: '@cornerstonejs/codec-openjph/wasmjs',
    wasm: '@cornerstonejs/codec-openjph/wasm',
    decoder: 'HTJ2KDecoder',
  },
} as const satisfies Record<keyof WasmCodecs, Package>;

const require = createRequire(import.meta.url);

/** One codec package: compiled once, instantiated anew after every failure. */
class Codec {
  readonly #package: Package;
  readonly #factory: Factory;
  readonly #wasm: Uint8Array;
  #instance: Instance | undefined;

  constructor(from: Package) {
    this.#package = from;
    this.#factory = require(from.script) as Factory;
    this.#wasm = readFileSync(require.resolve(from.wasm));
  }

  /** Makes an instance where there is none. */
  async prepare(): Promise<void> {
    // Their diagnostics would go to standard output, which belongs to the command line's results.
    this.#instance ??= await this.#factory({ wasmBinary: this.#wasm, print: () => {}, printErr: () => {} });
  }

  get heapBytes(): number {
    return this.#instance?.HEAPU8.length ?? 0;
  }

  discard(): void {
    this.#instance = undefined;
  }

  /** The frame's bytes copied out of the heap, with what the decoder says about them. Throws CodecError. */
  decode(bytes: Uint8Array): {
    readonly bytes: Uint8Array;
    readonly found: CodestreamHeader;
  } {
    const instance = this.#instance;
    if (instance === undefined) throw new CodecError('the decoder is not ready');
    try {
      const decoder = new (instance[this.#package.decoder] as new () => Decoder)();
      decoder.getEncodedBuffer(bytes.length).set(bytes);
      decoder.readHeader?.();
      decoder.decode();
      const info = decoder.getFrameInfo();
      const out = decoder.getDecodedBuffer().slice();
      decoder.delete();
      const found = {
        rows: info.height,
        columns: info.width,
        components: info.componentCount,
        precision: info.bitsPerSample,
        isSigned: false,
      };
      return { bytes: out, found };
    } catch (thrown) {
      this.discard();
      // The C++ libraries throw pointers as bare numbers, which say nothing.
      const why = typeof thrown === 'number' ? 'its data is damaged' : toError(thrown).message;
      throw new CodecError(`the decoder gave up (${why})`);
    }
  }
}

/** The codecs of one worker. `prepare` must have finished before each decode. */
export interface LoadedCodecs {
  readonly codecs: WasmCodecs;
  prepare(codec: keyof WasmCodecs): Promise<void>;
  /** Bytes of the codecs' heaps, which never shrink. */
  heapBytes(): number;
}

export function loadCodecs(): LoadedCodecs {
  const loaded = new Map<keyof WasmCodecs, Codec>();
  const codec = (name: keyof WasmCodecs): Codec => {
    let found = loaded.get(name);
    if (found === undefined) {
      found = new Codec(packages[name]);
      loaded.set(name, found);
    }
    return found;
  };
  const jpeg2000: WasmDecoder = (bytes, accept) => {
    const { header, codestream } = readJpeg2000(bytes);
    accept(header);
    return decoded(codec('jpeg2000'), codestream, header);
  };
  const htj2k: WasmDecoder = (bytes, accept) => {
    const { header, codestream, isHighThroughput } = readJpeg2000(bytes);
    if (!isHighThroughput) throw new CodecError('the codestream is JPEG 2000, not HTJ2K');
    accept(header);
    return decoded(codec('htj2k'), codestream, header);
  };
  return {
    codecs: { jpeg2000, htj2k },
    prepare: (name) => codec(name).prepare(),
    heapBytes: () => [...loaded.values()].reduce((sum, { heapBytes }) => sum + heapBytes, 0),
  };
}

/** Decodes and holds the answer against the codestream's own header. */
function decoded(codec: Codec, stream: Uint8Array, header: CodestreamHeader): Decoded {
  if (header.precision > 16) throw new CodecError(`its samples have ${header.precision} bits`, true);
  const { bytes, found } = codec.decode(stream);
  const width = header.precision <= 8 ? 1 : 2;
  const { rows, columns, components, precision } = header;
  const size = rows * columns * components * width;
  const isAsSaid = found.rows === rows && found.columns === columns && found.components === components;
  if (bytes.length !== size || !isAsSaid || found.precision !== precision) {
    codec.discard();
    throw new CodecError(`the decoder gave ${bytes.length} bytes of ${size}`);
  }
  return { rows, columns, components, precision, samples: samplesOf(bytes, width, header.isSigned) };
}

function samplesOf(
  bytes: Uint8Array,
  width: number,
  isSigned: boolean,
): Uint8Array | Int8Array | Uint16Array | Int16Array {
  if (width === 1) return isSigned ? new Int8Array(bytes.buffer) : bytes;
  return isSigned ? new Int16Array(bytes.buffer) : new Uint16Array(bytes.buffer);
}
