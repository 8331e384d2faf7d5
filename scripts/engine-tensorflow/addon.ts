/**
 * The native addon of the package, compiled against the library at hand.
 *
 * The package describes its build for node-gyp, which needs the C++ SDK of the very Node that will load it. But the
 * addon's two source files include Node-API only (node_api.h), whose binary interface is the same in every Node since
 * 12; the four headers come as a package of their own. So one compiler call does it, and the result loads in the Node
 * of the command line and in Electron's alike.
 */
import { mkdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { packageFolderOf } from '../../core/engine/tensorflow/locate.ts';
import { run } from './run.ts';

export interface AddonInputs {
  readonly cxx: string;
  /** Folder with the four headers of Node-API. */
  readonly nodeApiHeaders: string;
  /** Folder with `tensorflow/c/c_api.h`. */
  readonly tensorflowHeaders: string;
  readonly libraryFolder: string;
  /** File names in `libraryFolder`. */
  readonly libraries: readonly string[];
  /** The libraries travel with the build, which may be moved as a whole. */
  readonly isLibraryInside: boolean;
}

/** Compiles the addon into the package inside `buildFolder`, where the package looks for it. */
export async function compileAddon(buildFolder: string, inputs: AddonInputs): Promise<void> {
  const packageFolder = packageFolderOf(buildFolder);
  const output = join(packageFolder, 'lib', 'napi-v8');
  mkdirSync(output, { recursive: true });
  // The run path names the library's real folder: from there the library itself finds ../nvidia/*/lib (CUDA).
  // (Not path.join: it would take $ORIGIN for a folder's name and cancel it against the first `..`.)
  const runPath = inputs.isLibraryInside ? `$ORIGIN/${relative(output, inputs.libraryFolder)}` : inputs.libraryFolder;
  await run(
    inputs.cxx,
    [
      ...['-std=c++17', '-O2', '-fPIC', '-shared', '-w', '-DNAPI_VERSION=8', '-DNODE_GYP_MODULE_NAME=tfjs_binding'],
      ...[inputs.nodeApiHeaders, inputs.tensorflowHeaders, packageFolder].map((folder) => `-I${folder}`),
      ...['tfjs_backend.cc', 'tfjs_binding.cc'].map((file) => join(packageFolder, 'binding', file)),
      ...['-o', join(output, 'tfjs_binding.node'), `-L${inputs.libraryFolder}`],
      ...inputs.libraries.map((file) => `-l:${file}`),
      `-Wl,-rpath,${runPath}`,
    ],
    { action: 'Install a C++17 compiler (Debian: sudo apt install g++), then run the same command again.' },
  );
}
