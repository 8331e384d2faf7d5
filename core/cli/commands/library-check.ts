import {
  accessCodes,
  type CheckOutcome,
  type CheckReport,
  checkOutcome,
  type Finding,
  fileCodes,
} from '../../contract/results/maintenance.ts';
import { defineCommand } from '../command.ts';
import { formatBytes, formatTable, plural } from '../format.ts';
import { given, outputFile, toggle } from '../options.ts';

export const command = defineCommand({
  name: 'library check',
  summary: 'check the library for damage, and say what to do',
  description:
    'Reads the database (structure, references, checksum of the closed file), every stored record, every model and LPM, and looks for ' +
    'every file and backup. Says what is damaged or missing and the remedy. Changes nothing; may run while Sidelight works. Exit ' +
    'status 1 when something is damaged or missing, or could not be read.',
  arguments: [],
  options: {
    deep: toggle('--deep', 'also read every image file and compare it with its hash (as slow as reading them all)'),
    list: outputFile(
      '--list <file>',
      'write the instances that no file has as it was into this CSV file, with UIDs and paths',
    ),
  },
  examples: [
    { line: 'sidelight library check', why: 'after a crash, a full disk or a restored folder' },
    { line: 'sidelight library check --deep --json', why: 'every byte, for a script' },
  ],
  run: async (context, _args, options) => {
    const { checkLibrary } = await import('../../services/library/check.ts');
    const { libraryFolder } = await import('../../services/session/library.ts');
    const report = await checkLibrary(
      {
        folder: libraryFolder(context.globals.library),
        signal: context.signal,
        progress: context.terminal.progress,
      },
      { deep: options.deep, ...given({ list: options.list }) },
    );
    const output = { json: report, lines: checkLines(report) };
    const first = report.findings.find((finding) => finding.severity === 'error');
    if (first === undefined) return output;
    const { message, action } = first;
    const code = [...accessCodes, ...fileCodes].find((one) => one === first.code) ?? 'DB_DAMAGED';
    return { ...output, failure: { code, message, action, retryable: false } };
  },
});

const headlines: Readonly<Record<CheckOutcome, string>> = {
  sound: 'The library is sound.',
  damaged: 'The library is damaged:',
  unread: 'The library could not be checked whole:',
  files: 'The library is whole, but files of images are missing or changed:',
};

function stateOf({ sound, isOfNewer }: CheckReport['backups'][number]): string {
  if (sound) return 'sound';
  return isOfNewer ? 'of a newer Sidelight' : 'damaged';
}

function checkLines(report: CheckReport): string[] {
  const line = ({ message, action, code }: Finding): string[] => [`${message} [${code}]`, `  ${action}`];
  return [
    headlines[checkOutcome(report.findings)],
    ...report.findings.flatMap(line),
    `Checked: ${plural(report.records.checked, 'record')}, ${plural(report.models.checked, 'model')}, ` +
      `${plural(report.lpms.checked, 'LPM')}, files of ${plural(report.files.checked, 'instance')}.`,
    ...(report.backups.length === 0
      ? ['No backup yet; the first is made a day after the library was.']
      : formatTable(
          ['backup', 'made at', 'size', 'state'],
          report.backups.map((b) => [b.name, b.madeAt, formatBytes(b.sizeBytes), stateOf(b)]),
        )),
  ];
}
