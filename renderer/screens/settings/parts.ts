/** What Sidelight is made of, with licences as the packages state them; a test compares them. */

export interface ProgramPart {
  /** As npm names it; '' for what is inside another part. */
  readonly package: string;
  readonly name: string;
  readonly licence: string;
}

export const programParts: readonly ProgramPart[] = [
  { package: 'electron', name: 'Electron (with Chromium, BSD-3-Clause)', licence: 'MIT' },
  { package: 'onnxruntime-node', name: 'ONNX Runtime', licence: 'MIT' },
  { package: 'better-sqlite3', name: 'better-sqlite3 (with SQLite, public domain)', licence: 'MIT' },
  { package: 'svelte', name: 'Svelte', licence: 'MIT' },
  { package: 'bits-ui', name: 'Bits UI', licence: 'MIT' },
  { package: '@cornerstonejs/codec-openjpeg', name: 'OpenJPEG codec', licence: 'MIT' },
  { package: '@cornerstonejs/codec-openjph', name: 'OpenJPH codec', licence: 'MIT' },
  { package: '@observablehq/plot', name: 'Observable Plot', licence: 'ISC' },
  { package: '@tanstack/virtual-core', name: 'TanStack Virtual', licence: 'MIT' },
  { package: 'dicom-parser', name: 'dicomParser', licence: 'MIT' },
  { package: 'zod', name: 'Zod', licence: 'MIT' },
  { package: 'fast-png', name: 'fast-png', licence: 'MIT' },
  { package: 'tiff', name: 'tiff', licence: 'MIT' },
  { package: 'fflate', name: 'fflate', licence: 'MIT' },
  { package: 'yauzl', name: 'yauzl', licence: 'MIT' },
  { package: 'csv-parse', name: 'csv-parse', licence: 'MIT' },
  { package: 'csv-stringify', name: 'csv-stringify', licence: 'MIT' },
  { package: 'commander', name: 'Commander', licence: 'MIT' },
];
