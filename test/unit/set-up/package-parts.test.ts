/** What a package carries of the native packages, for systems that no package is built on here. */
import { describe, expect, test } from 'vitest';
import { keepsFile, requiredParts, type Target } from '../../../scripts/package/dependencies.ts';

/** The compiled programs inside the packages as npm gives them: onnxruntime-node 1.30.0, webgpu 0.6.2. */
const published: Readonly<Record<string, readonly string[]>> = {
  'onnxruntime-node': [
    ...['x64', 'arm64'].flatMap((arch) => [
      ...['libonnxruntime.so.1', 'onnxruntime_binding.node'].map((file) => `bin/napi-v6/linux/${arch}/${file}`),
      ...['DirectML.dll', 'dxcompiler.dll', 'dxil.dll', 'onnxruntime.dll', 'onnxruntime_binding.node'].map(
        (file) => `bin/napi-v6/win32/${arch}/${file}`,
      ),
    ]),
    ...['libonnxruntime.1.30.0.dylib', 'libonnxruntime.1.dylib', 'onnxruntime_binding.node'].map(
      (file) => `bin/napi-v6/darwin/arm64/${file}`,
    ),
  ],
  webgpu: [
    'dist/darwin-universal/dawn.node',
    ...['x64', 'arm64'].flatMap((arch) => [
      `dist/linux-${arch}/dawn.node`,
      ...['d3dcompiler_47.dll', 'dawn.node', 'dxcompiler.dll'].map((file) => `dist/win32-${arch}/${file}`),
    ]),
  ],
};

const targets: readonly Target[] = [
  { platform: 'linux', arch: 'x64' },
  { platform: 'linux', arch: 'arm64' },
  { platform: 'win32', arch: 'x64' },
  { platform: 'win32', arch: 'arm64' },
  { platform: 'darwin', arch: 'arm64' },
];

describe.each(targets)('a package for $platform $arch', (target) => {
  const kept = Object.entries(published).flatMap(([name, files]) =>
    files.filter((file) => keepsFile(name, file, target)).map((file) => `${name}/${file}`),
  );

  test('carries all that its graphics devices need', () => {
    const needed = requiredParts(target).filter((part) => !part.startsWith('better-sqlite3/'));
    expect(needed.length).toBeGreaterThan(2);
    expect(kept).toEqual(expect.arrayContaining(needed));
  });

  test('carries nothing of another system', () => {
    const { platform, arch } = target;
    const own = new RegExp(`${platform}[-/](${arch}|universal)/`);
    expect(kept.filter((part) => !own.test(part))).toEqual([]);
    expect(kept.some((part) => part.includes('darwin'))).toBe(platform === 'darwin');
  });
});

test('on Windows the shader compilers are among them', () => {
  const parts = requiredParts({ platform: 'win32', arch: 'x64' }).join('\n');
  for (const file of ['dxcompiler.dll', 'dxil.dll', 'DirectML.dll']) expect(parts).toContain(file);
});
