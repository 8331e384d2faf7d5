/** Child processes of the build: quiet while all is well, the last lines of their output when not. */
import { spawn } from 'node:child_process';
import { AppError } from '../../core/base/errors.ts';

export interface RunOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Machine-readable facts for the error. */
  readonly details?: Readonly<Record<string, unknown>>;
  /** What the user does when it fails; as a function it is given what the command wrote. */
  readonly action?: string | ((output: string) => string);
}

/**
 * What the command wrote to standard output.
 * Throws ENGINE_UNAVAILABLE with the last lines of its output when it cannot start or ends with another status than 0.
 */
export async function run(command: string, args: readonly string[], options: RunOptions = {}): Promise<string> {
  const child = spawn(command, args, {
    cwd: options.cwd,
    env: { ...process.env, ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  let both = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
    both += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    both += text;
  });
  const ended = await new Promise<string | null>((done) => {
    child.on('error', (error) => done(error.message));
    child.on('close', (code, signal) => done(code === 0 ? null : signal ? `signal ${signal}` : `status ${code}`));
  });
  if (ended === null) return output;
  const last = both.trimEnd().split('\n').slice(-15).join('\n  ');
  const action = typeof options.action === 'function' ? options.action(both) : options.action;
  throw new AppError('ENGINE_UNAVAILABLE', `"${command} ${args[0] ?? ''}" ended with ${ended}:\n  ${last}`, {
    ...(action === undefined ? {} : { action }),
    ...(options.details === undefined ? {} : { details: options.details }),
  });
}

/** Whether a command starts and ends with status 0. */
export async function answers(command: string, args: readonly string[]): Promise<boolean> {
  const child = spawn(command, args, { stdio: 'ignore' });
  return new Promise((done) => {
    child.on('error', () => done(false));
    child.on('close', (code) => done(code === 0));
  });
}
