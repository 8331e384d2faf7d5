/**
 * Where a usable TensorFlow is: the npm package with its native addon, and the C library the addon is linked to.
 *
 * Looked for in this order, the first that is complete wins:
 * 1. the folder named by SIDELIGHT_TENSORFLOW: one that `npm run engine:tensorflow` built (here or on another machine),
 *    or one that holds a TensorFlow C library, for which that command has built the addon;
 * 2. the folder that `npm run engine:tensorflow` builds by default.
 *
 * A folder that a person named and that cannot be used is reported, not passed over: silently running on another
 * library than the one asked for would make two runs differ without a trace.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** What `npm run engine:tensorflow` leaves in its folder when, and only when, the build is complete. */
export interface BuildManifest {
  /** Version of the npm package. */
  readonly package: string;
  /** Version of the C library, as the library itself says. */
  readonly tensorflow: string;
  readonly cuda: boolean;
  /** File name of the wheel, or `folder` for a library that was there already. */
  readonly from: string;
  /** Folder of the C library; relative to the build when it lies inside it. */
  readonly libraryFolder: string;
  /** `linux-x64` and the like: `process.platform` and `process.arch` of the build. */
  readonly platform: string;
}

/** A TensorFlow that can be loaded. */
export interface TensorflowBuild {
  /** Folder of the npm package whose addon is to be loaded. */
  readonly packageFolder: string;
  readonly foundBy: 'SIDELIGHT_TENSORFLOW' | 'build';
  readonly manifest: BuildManifest;
}

/** Why there is none, and the next step. */
export interface TensorflowMissing {
  readonly reason: string;
  readonly action: string;
}

export const packageName = '@tensorflow/tfjs-node-gpu';
export const manifestName = 'engine.json';
const addonPath = join('lib', 'napi-v8', 'tfjs_binding.node');
const buildAction = 'Run `npm run engine:tensorflow` (a minute or two; add `-- --cuda` for an NVIDIA GPU).';

/** The folder that `npm run engine:tensorflow` fills by default. It is ignored by git and never shipped. */
export const defaultBuildFolder = resolve(import.meta.dirname, '..', '..', '..', '.engines', 'tensorflow');

/** The usable TensorFlow, or why there is none. Touches the file system only; nothing native is loaded. */
export function locateTensorflow(
  named: string | undefined = process.env['SIDELIGHT_TENSORFLOW'],
  buildFolder: string = defaultBuildFolder,
): TensorflowBuild | TensorflowMissing {
  const built = readBuild(buildFolder);
  if (named) return locateNamed(resolve(named), built, buildFolder);
  if (!built) return { reason: 'The TensorFlow engine is not installed.', action: buildAction };
  if ('reason' in built) return built;
  return { packageFolder: packageFolderOf(buildFolder), foundBy: 'build', manifest: built };
}

/** Whether `folder` holds a TensorFlow C library in one of the layouts in which it is distributed. */
export function findLibrary(folder: string): { libraryFolder: string; libraries: readonly string[] } | null {
  for (const libraryFolder of [folder, join(folder, 'lib'), join(folder, 'tensorflow')]) {
    if (!existsSync(libraryFolder)) continue;
    const names = readdirSync(libraryFolder);
    const pick = (pattern: RegExp): string | undefined => names.filter((n) => pattern.test(n)).sort()[0];
    const main = pick(/^libtensorflow(_cc)?\.so(\.2)?$/);
    const framework = pick(/^libtensorflow_framework\.so(\.2)?$/);
    if (main && framework) return { libraryFolder, libraries: [main, framework] };
  }
  return null;
}

/** The npm package's folder inside a build folder. */
export function packageFolderOf(buildFolder: string): string {
  return join(buildFolder, 'node_modules', ...packageName.split('/'));
}

function locateNamed(
  folder: string,
  built: BuildManifest | TensorflowMissing | null,
  buildFolder: string,
): TensorflowBuild | TensorflowMissing {
  const foundBy = 'SIDELIGHT_TENSORFLOW';
  if (!existsSync(folder)) {
    return {
      reason: 'The folder named by SIDELIGHT_TENSORFLOW does not exist.',
      action: 'Correct or unset SIDELIGHT_TENSORFLOW.',
    };
  }
  const ready = readBuild(folder);
  if (ready && 'reason' in ready) return ready;
  if (ready) return { packageFolder: packageFolderOf(folder), foundBy, manifest: ready };
  const library = findLibrary(folder);
  if (!library) {
    return {
      reason: `The folder named by SIDELIGHT_TENSORFLOW holds neither a build (${manifestName}) nor a TensorFlow C library (libtensorflow.so or libtensorflow_cc.so.2, with libtensorflow_framework).`,
      action: 'Name a folder that `npm run engine:tensorflow` built, or unset SIDELIGHT_TENSORFLOW.',
    };
  }
  if (built && !('reason' in built) && resolve(buildFolder, built.libraryFolder) === library.libraryFolder) {
    return { packageFolder: packageFolderOf(buildFolder), foundBy, manifest: built };
  }
  return {
    reason: 'SIDELIGHT_TENSORFLOW names a TensorFlow C library for which the addon has not been built.',
    action: 'Run `npm run engine:tensorflow` with SIDELIGHT_TENSORFLOW set as it is now.',
  };
}

/** The manifest of a build; a missing state when it cannot be used here; null when there is no build. */
function readBuild(folder: string): BuildManifest | TensorflowMissing | null {
  const path = join(folder, manifestName);
  if (!existsSync(path)) return null;
  const manifest = JSON.parse(readFileSync(path, 'utf8')) as BuildManifest;
  const here = `${process.platform}-${process.arch}`;
  if (manifest.platform !== here) {
    return { reason: `The TensorFlow build is for ${manifest.platform}; this is ${here}.`, action: buildAction };
  }
  if (!existsSync(join(packageFolderOf(folder), addonPath)) || !findLibrary(resolve(folder, manifest.libraryFolder))) {
    return {
      reason: 'The TensorFlow build is incomplete: its addon or its library is gone.',
      action: `Run \`npm run engine:tensorflow -- --force\`.`,
    };
  }
  return manifest;
}
