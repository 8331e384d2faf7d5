/** The programs that the build needs, looked for before anything is downloaded, so that all that is missing is said at once. */
import { AppError } from '../../core/base/errors.ts';
import { npmCommand } from '../set-up/npm.mjs';
import { answers } from './run.ts';

export interface Tools {
  /** The C++ compiler. */
  readonly cxx: string;
  /** How pip is called, for example `['python3', '-m', 'pip']`; null where no wheel is to be downloaded. */
  readonly pip: readonly [string, ...string[]] | null;
}

/** The tools. Throws ENGINE_UNAVAILABLE naming every one that is missing, with the Debian package that brings it. */
export async function findTools(options: { readonly needsPip: boolean }): Promise<Tools> {
  const missing: string[] = [];
  const packages: string[] = [];
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new AppError(
      'ENGINE_UNAVAILABLE',
      `The TensorFlow engine is built on Linux on x64 only; this is ${process.platform} on ${process.arch}.`,
      { action: 'Use the ONNX Runtime engine, which is always there and uses DirectML on Windows.' },
    );
  }
  const cxx = process.env['CXX'] ?? 'g++';
  if (!(await answers(cxx, ['--version']))) {
    missing.push(`a C++17 compiler ("${cxx}"; the variable CXX names another)`);
    packages.push('g++');
  }
  const pip = options.needsPip ? await findPip() : null;
  if (options.needsPip && !pip) {
    missing.push('pip, which downloads the wheel (or name a wheel with --wheel FILE)');
    packages.push('python3-pip');
  }
  const npm = npmCommand();
  if (!(await answers(npm.file, [...npm.args, '--version']))) {
    missing.push('npm, which downloads the JavaScript package');
    packages.push('npm');
  }
  if (missing.length > 0) {
    throw new AppError('ENGINE_UNAVAILABLE', `Missing on this machine: ${missing.join('; ')}.`, {
      action: `On Debian or Ubuntu: sudo apt install ${packages.join(' ')}. Then run the same command again.`,
    });
  }
  return { cxx, pip };
}

async function findPip(): Promise<Tools['pip']> {
  for (const [command, ...args] of [['python3', '-m', 'pip'], ['pip3'], ['pip']] as [string, ...string[]][]) {
    if (await answers(command, [...args, '--version'])) return [command, ...args];
  }
  return null;
}
