/**
 * Outside tools that tests compare us with. On a user's machine they may be missing: the test then skips and its name
 * says what it needs. Under CI (or SIDELIGHT_REQUIRE_TOOLS=1) a missing tool is a failure, never a skip.
 *
 *     const dcmdump = tool('dcmdump', 'dcmtk');
 *     test.skipIf(!dcmdump)('the file reads without complaint (needs dcmtk)', () => { ... });
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

const required = process.env['CI'] === 'true' || process.env['SIDELIGHT_REQUIRE_TOOLS'] === '1';

function missing(what: string, debianPackage: string): undefined {
  if (required) throw new Error(`${what} is missing, and this run requires it: apt-get install ${debianPackage}`);
  return undefined;
}

/** The path of a command, or undefined when the machine lacks it (throws where tools are required, unless optional). */
export function tool(command: string, debianPackage: string, options: { optional?: boolean } = {}): string | undefined {
  for (const folder of (process.env['PATH'] ?? '').split(delimiter)) {
    const path = join(folder, command);
    if (existsSync(path)) return path;
  }
  return options.optional ? undefined : missing(command, debianPackage);
}

/** A Python interpreter that imports all `modules`, or undefined (throws where tools are required, unless optional). */
export function pythonWith(
  modules: readonly string[],
  debianPackage: string,
  options: { optional?: boolean } = {},
): string | undefined {
  for (const python of [process.env['SIDELIGHT_PYTHON'], 'python3', '/usr/bin/python3']) {
    if (!python) continue;
    const probe = spawnSync(python, ['-c', modules.map((m) => `import ${m}`).join('\n')], { timeout: 60_000 });
    if (probe.status === 0) return python;
  }
  return options.optional ? undefined : missing(`python3 with ${modules.join(', ')}`, debianPackage);
}
