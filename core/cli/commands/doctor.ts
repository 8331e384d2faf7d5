import { counted } from '../../base/counted.ts';
import { defineCommand } from '../command.ts';
import { formatTable } from '../format.ts';

export const command = defineCommand({
  name: 'doctor',
  summary: 'show what this machine can do and what is missing',
  description:
    'Looks at engines, devices, memory, disk and versions, and says for everything missing how to get it. Changes nothing and ' +
    'sends nothing. Exit status 1 when something that Sidelight cannot do without is missing.',
  arguments: [],
  options: {},
  examples: [
    { line: 'sidelight doctor', why: 'before the first use, or when something is slow' },
    { line: 'sidelight doctor --json', why: 'to attach to a bug report; it holds no patient data' },
  ],
  run: async (context) => {
    const { doctor } = await import('../../services/library/doctor.ts');
    const report = await doctor({ library: context.globals.library, version: context.version });
    const lines = [
      `Sidelight ${report.sidelight}, Node ${report.node}, ${report.platform}, ${report.cpu.model}, ${counted('en', report.cpu.threads, 'thread', 'threads')}`,
      `Library: ${report.library.folder}${report.library.exists ? '' : ' (made at the first import)'}`,
      '',
      ...formatTable(
        ['', 'state', 'found'],
        report.checks.map((c) => [c.name, c.state, c.found]),
      ),
      ...report.checks.flatMap((c) => (c.remedy === null ? [] : [`${c.name}: ${c.remedy}`])),
      '',
      report.notice,
    ];
    const missing = report.checks.find((c) => c.state === 'missing');
    if (missing === undefined) return { json: report, lines };
    return {
      json: report,
      lines,
      failure: {
        code: 'ENGINE_UNAVAILABLE',
        message: `${missing.name}: ${missing.found}`,
        action: missing.remedy ?? 'See the table above.',
        retryable: false,
      },
    };
  },
});
