import { defineCommand, UsageError, wordArgument } from '../command.ts';
import { formatTable, plural } from '../format.ts';
import { given, text, toggle } from '../options.ts';

export const command = defineCommand({
  name: 'patients',
  summary: 'list the patients of a data set, and take back given ones',
  description:
    'Lists under which patient each study of a data set is filed, and which patient its header names where a labels file gave another. ' +
    '--take-back files the studies under the patients of their headers again; with --dry-run it only says what would change. Labels and ' +
    'readings stay with the studies. The IDs are those of the files: this list names patients.',
  arguments: [{ syntax: '<dataset>', help: 'name of the data set' }],
  options: {
    takeBack: toggle('--take-back', 'file studies under the patients of their headers again'),
    dryRun: toggle('--dry-run', 'with --take-back: say what would change and change nothing'),
    study: text('--study <uid>', 'with --take-back: this study instance UID alone'),
  },
  examples: [
    { line: 'sidelight patients mammo', why: 'who is filed under which ID, and which are given' },
    { line: 'sidelight patients mammo --take-back --dry-run', why: 'what taking back would change' },
  ],
  run: async (context, args, options) => {
    const dataset = wordArgument(args, 0);
    const { listPatients, takeBack } = await import('../../services/datasets/patients.ts');
    if (!options.takeBack) {
      if (options.dryRun || options.study !== undefined)
        throw new UsageError('--dry-run and --study go with --take-back.');
      const rows = listPatients(await context.services('read'), dataset);
      const isAnyAlike = rows.some((row) => row.isAlike);
      const isAnyIssued = rows.some((row) => row.issuerOfPatientID !== null);
      const cells = rows.map((row) => [
        row.patientID ?? '(none)',
        row.headerPatientID ?? '',
        ...(isAnyIssued ? [row.issuerOfPatientID ?? ''] : []),
        row.studyInstanceUID,
        String(row.images),
        row.split ?? '',
        ...(isAnyAlike ? [row.isAlike ? 'yes' : ''] : []),
      ]);
      const head = [
        'patient',
        'header says',
        ...(isAnyIssued ? ['issuer of ID'] : []),
        'study',
        'images',
        'split',
        ...(isAnyAlike ? ['ID like another'] : []),
      ];
      return { json: rows, lines: rows.length === 0 ? ['The data set is empty.'] : formatTable(head, cells) };
    }
    const services = await context.services(options.dryRun ? 'read' : 'write');
    const report = takeBack(services, {
      dataset,
      dryRun: options.dryRun,
      ...given({ studyInstanceUID: options.study }),
    });
    const listed = report.studies.map(({ studyInstanceUID, from, to, images }) => [
      from ?? '(none)',
      to ?? '(none)',
      studyInstanceUID,
      String(images),
    ]);
    const n = plural(report.studies.length, 'study', 'studies');
    return {
      json: report,
      lines: [
        ...(listed.length === 0 ? [] : formatTable(['from', 'to', 'study', 'images'], listed)),
        options.dryRun
          ? `${n} would go back to the patient of the header.`
          : `${n} went back to the patient of the header.`,
        ...(report.dealtAnew > 0
          ? [`${plural(report.dealtAnew, 'patient')} had images in several splits and will be dealt anew.`]
          : []),
      ],
    };
  },
});
