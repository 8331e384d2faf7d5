/**
 * `npm run parity -- DIR [--engine auto|onnxruntime|tensorflow] [--device auto|cpu|cuda|webgpu|dml|coreml] [--precision f32|f16] [--json]`
 *
 * Every reference case in DIR against our own numbers: the worst error of each quantity, and exit 1 where one is past
 * its tolerance. DIR may hold other cases of the same kinds than ours.
 */

import { AppError, toError } from '../../core/base/errors.ts';
import { silentLogger } from '../../core/base/logger.ts';
import { type DeviceName, type EngineName, openEngine, type Precision } from '../../core/engine/index.ts';
import { type CaseResult, passes } from '../../core/services/devices/compare.ts';
import { commandLine } from '../../scripts/command-line.ts';
import { findCases } from './find-cases.ts';

const { positionals, values } = commandLine(import.meta.filename, {
  allowPositionals: true,
  options: {
    engine: { type: 'string', default: 'auto' },
    device: { type: 'string', default: 'auto' },
    precision: { type: 'string', default: 'f32' },
    json: { type: 'boolean', default: false },
  },
});

function line({ name, checks }: CaseResult): string {
  const failed = checks.some((check) => !passes(check));
  const parts = checks.map((check) => {
    const text = `${check.quantity} ${check.worst === 0 ? '0' : check.worst.toExponential(1)}`;
    return passes(check) ? text : `${text} (FAILED, allowed ${check.tolerance})`;
  });
  return `${failed ? 'FAIL' : 'ok  '} ${name}: ${parts.join(', ')}`;
}

async function main(): Promise<number> {
  const [folder] = positionals;
  if (folder === undefined) {
    console.error(
      'Usage: npm run parity -- DIR [--engine auto|onnxruntime|tensorflow] [--device NAME] [--precision f32|f16] [--json]',
    );
    return 2;
  }
  const cases = findCases(folder, values.precision as Precision);
  if (cases.length === 0) {
    console.error(`${folder} holds no reference case.`);
    return 1;
  }
  const engine = await openEngine({
    engine: values.engine as 'auto' | EngineName,
    device: values.device as 'auto' | DeviceName,
    log: silentLogger,
  });
  const results: (CaseResult & { readonly error?: string })[] = [];
  try {
    if (!values.json) console.log(`Engine: ${engine.info.name} ${engine.info.version} on ${engine.info.device}`);
    for (const { name, run } of cases) {
      const result = await Promise.resolve()
        .then(() => run(engine))
        .catch((error: unknown) => ({ name, checks: [], error: toError(error).message }));
      if (result === null) continue;
      results.push(result);
      if (values.json) continue;
      console.log('error' in result ? `FAIL ${name}: ${result.error}` : line(result));
    }
  } finally {
    await engine.dispose();
  }
  const failed = results.filter((r) => r.error !== undefined || r.checks.some((check) => !passes(check)));
  if (values.json) {
    const plain = results.map((r) => ({ ...r, passed: !failed.includes(r) }));
    console.log(JSON.stringify({ engine: engine.info, passed: failed.length === 0, cases: plain }, null, 1));
  } else {
    console.log(`${results.length - failed.length} of ${results.length} cases within tolerance.`);
  }
  return failed.length === 0 ? 0 : 1;
}

main().then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    console.error(error instanceof AppError ? `${error.message}\n${error.action}` : toError(error));
    process.exitCode = 1;
  },
);
