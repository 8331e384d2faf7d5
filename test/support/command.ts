/** The command line in a process of its own, as a user's script would call it. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { repositoryRoot } from './shared.ts';
import { userEnvironment } from './user-environment.ts';

export interface CommandOutcome {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly json: Record<string, unknown>;
}

export interface CommandSurroundings {
  readonly library: string;
  readonly environment?: Readonly<Record<string, string>>;
  /** Words before the program: `unshare -rn`, `strace -f ...`. */
  readonly before?: readonly string[];
}

/** Runs one command with --json. */
export function runCommand(
  { library, environment = {}, before = [] }: CommandSurroundings,
  ...args: string[]
): CommandOutcome {
  const main = join(repositoryRoot, 'core', 'cli', 'main.ts');
  const [program = process.execPath, ...rest] = [
    ...before,
    process.execPath,
    main,
    '--library',
    library,
    '--json',
    ...args,
  ];
  const { status, stdout, stderr } = spawnSync(program, rest, {
    encoding: 'utf8',
    maxBuffer: 2 ** 26,
    env: { ...userEnvironment(), ...environment },
  });
  const last = stdout.trim().split('\n').at(-1) ?? '';
  if (!last.startsWith('{') && !last.startsWith('[')) throw new Error(`no JSON: ${stdout}\n${stderr}`);
  return { status, stdout, stderr, json: JSON.parse(last) as Record<string, unknown> };
}
