/**
 * `npm run engine:tensorflow`: builds the TensorFlow engine in a minute or two.
 *
 *     npm run engine:tensorflow                     for the processor
 *     npm run engine:tensorflow -- --cuda           for an NVIDIA GPU (CUDA 12; about 3 GB to download)
 *     npm run engine:tensorflow -- --wheel FILE     with a wheel that was downloaded elsewhere
 *     SIDELIGHT_TENSORFLOW=FOLDER npm run engine:tensorflow      with a TensorFlow C library that is there already
 *     npm run engine:tensorflow -- --to FOLDER      into another folder (then name it in SIDELIGHT_TENSORFLOW)
 *
 * Exit status 3: the wheel could not be downloaded; 1: anything else went wrong.
 *
 * Four steps: the npm package without its install script, the C library out of a pip wheel, the addon between the two,
 * and a product computed with it. The build appears under its name only when the last step succeeded.
 * Why so, and what was measured: docs/engines.md.
 */

import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { AppError, toError } from '../core/base/errors.ts';
import {
  type BuildManifest,
  defaultBuildFolder,
  findLibrary,
  locateTensorflow,
  manifestName,
  packageFolderOf,
} from '../core/engine/tensorflow/locate.ts';
import { commandLine } from './command-line.ts';
import { compileAddon } from './engine-tensorflow/addon.ts';
import { installPackage } from './engine-tensorflow/package.ts';
import { run } from './engine-tensorflow/run.ts';
import { findTools } from './engine-tensorflow/tools.ts';
import {
  downloadWheels,
  requirementsOfExtra,
  tensorflowVersion,
  unpackNvidia,
  unpackTensorflow,
} from './engine-tensorflow/wheel.ts';

const repository = resolve(import.meta.dirname, '..');
const started = performance.now();

function say(text: string): void {
  console.log(`${((performance.now() - started) / 1000).toFixed(0).padStart(4)} s  ${text}`);
}

interface Library {
  readonly folder: string;
  readonly headers: string;
  readonly from: string;
  readonly isInside: boolean;
}

/** The library of a folder that the user named. */
function namedLibrary(named: string): Library {
  const library = findLibrary(resolve(named));
  const headers = [join(named, 'include'), join(library?.libraryFolder ?? named, 'include')]
    .map((folder) => resolve(folder))
    .find((folder) => existsSync(join(folder, 'tensorflow', 'c', 'c_api.h')));
  if (!library || !headers) {
    const lacks = library ? 'the headers (include/tensorflow/c/c_api.h)' : 'libtensorflow with libtensorflow_framework';
    throw new AppError('ENGINE_UNAVAILABLE', `The folder named by SIDELIGHT_TENSORFLOW lacks ${lacks}.`, {
      action: 'Name the folder of an unpacked libtensorflow, or site-packages/tensorflow of a Python, or unset it.',
    });
  }
  return { folder: library.libraryFolder, headers, from: 'folder', isInside: false };
}

/** The library out of a wheel, unpacked inside the build. */
async function wheelLibrary(
  build: string,
  options: {
    readonly wheel: string | undefined;
    readonly cuda: boolean;
    readonly pip: Parameters<typeof downloadWheels>[0] | null;
  },
): Promise<Library> {
  const downloads = join(build, 'downloads');
  const site = join(build, 'site');
  const name = options.cuda ? 'tensorflow' : 'tensorflow-cpu';
  let wheel = options.wheel;
  if (!wheel && options.pip) {
    say(`Downloading ${name} ${tensorflowVersion} with pip (${options.cuda ? '600' : '270'} MB) ...`);
    [wheel] = await downloadWheels(options.pip, [`${name}==${tensorflowVersion}`], downloads);
  }
  if (!wheel) throw new AppError('ENGINE_UNAVAILABLE', `pip downloaded no wheel of ${name}.`);
  say(`Unpacking ${basename(wheel)} ...`);
  await unpackTensorflow(wheel, site);
  if (options.cuda && options.pip) {
    const requirements = await requirementsOfExtra(wheel, 'and-cuda');
    say(`Downloading the CUDA libraries with pip (${requirements.length} wheels, about 2.5 GB) ...`);
    for (const nvidia of await downloadWheels(options.pip, requirements, downloads)) await unpackNvidia(nvidia, site);
  }
  rmSync(downloads, { recursive: true, force: true });
  const folder = join(site, 'tensorflow');
  return { folder, headers: join(folder, 'include'), from: basename(wheel), isInside: true };
}

/** Loads the build in a Node of its own, multiplies two matrices and returns the library's version. */
async function tryBuild(build: string): Promise<string> {
  const program = `
    const util = require('node:util');
    util.isNullOrUndefined ??= (value) => value == null;
    util.isArray ??= Array.isArray;
    const tf = require(process.argv[1]);
    const sum = tf.matMul(tf.ones([8, 8]), tf.ones([8, 8])).sum().dataSync()[0];
    if (sum !== 512) throw new Error('8 x 8 ones multiplied sum to ' + sum + ' instead of 512');
    console.log(tf.backend().binding.TF_Version);`;
  const output = await run(process.execPath, ['--no-warnings', '-e', program, packageFolderOf(build)], {
    env: { TF_CPP_MIN_LOG_LEVEL: '3' },
    action: 'Run the same command with --force; if it fails again, use the ONNX Runtime engine.',
  });
  return output.trim().split('\n').at(-1) ?? '';
}

async function main(): Promise<void> {
  const { values } = commandLine(import.meta.filename, {
    options: {
      cuda: { type: 'boolean', default: false },
      force: { type: 'boolean', default: false },
      to: { type: 'string', default: defaultBuildFolder },
      wheel: { type: 'string' },
    },
  });
  const target = resolve(values.to);
  const named = process.env['SIDELIGHT_TENSORFLOW'];
  const source = named && !existsSync(join(named, manifestName)) ? named : undefined;
  const present = locateTensorflow(source, target);
  if (!values.force && 'packageFolder' in present && present.manifest.cuda >= values.cuda) {
    say(`Already there: TensorFlow ${present.manifest.tensorflow}. Build anew with --force.`);
    return;
  }
  const tools = await findTools({ needsPip: !source && (!values.wheel || values.cuda) });
  // A neighbour of the target, so that the last step is a rename within one file system.
  const build = join(dirname(target), `.${basename(target)}-${process.pid}`);
  process.on('exit', () => rmSync(build, { recursive: true, force: true }));
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(130));
  mkdirSync(build, { recursive: true });

  say('Installing the npm package without its install script ...');
  const version = await installPackage(build);
  const library = source
    ? namedLibrary(source)
    : await wheelLibrary(build, { wheel: values.wheel && resolve(values.wheel), cuda: values.cuda, pip: tools.pip });
  say('Compiling the addon ...');
  await compileAddon(build, {
    cxx: tools.cxx,
    nodeApiHeaders: join(repository, 'node_modules', 'node-api-headers', 'include'),
    tensorflowHeaders: library.headers,
    libraryFolder: library.folder,
    libraries: findLibrary(library.folder)?.libraries ?? [],
    isLibraryInside: library.isInside,
  });
  if (library.isInside) rmSync(library.headers, { recursive: true, force: true });
  say('Trying it ...');
  const manifest: BuildManifest = {
    package: version,
    tensorflow: await tryBuild(build),
    cuda: values.cuda,
    from: library.from,
    libraryFolder: library.isInside ? relative(build, library.folder) : library.folder,
    platform: `${process.platform}-${process.arch}`,
  };
  writeFileSync(join(build, manifestName), `${JSON.stringify(manifest, null, 2)}\n`);
  rmSync(target, { recursive: true, force: true });
  renameSync(build, target);
  say(`Done: TensorFlow ${manifest.tensorflow}. Try \`npm run -s sidelight -- doctor\`.`);
}

main().catch((thrown: unknown) => {
  const error = toError(thrown);
  console.error(`${error.message}${thrown instanceof AppError ? `\n${thrown.action}` : `\n${error.stack}`}`);
  // Status 3 tells .ci/run that only the wheel could not be had.
  process.exit(thrown instanceof AppError && thrown.details?.['isWheelMissing'] === true ? 3 : 1);
});
