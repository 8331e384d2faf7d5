import { backupTreatments, type DeletePatientReport } from '../../contract/results/maintenance.ts';
import { defineCommand, UsageError } from '../command.ts';
import { formatBytes, plural } from '../format.ts';
import { given, oneOf, text } from '../options.ts';
import { putAsideLines } from '../put-aside-lines.ts';

export const command = defineCommand({
  name: 'patient delete',
  summary: 'delete a patient or a study, and say what was removed',
  description:
    'Removes rows, labels, predictions, features, resized images and copied files; overwrites their bytes; rewrites the database so ' +
    'that nothing is left in free pages. Models stay. Files outside the library (originals, results, exports, your own backups) are ' +
    'yours to delete. Imports and classifications that a closed window left are put aside, because they may read the patient again: the window offers ' +
    'to go on with them. Backups inside the library still hold the patient unless --backups says otherwise. Cannot be undone.',
  arguments: [{ syntax: '[patientID]', help: 'patient ID as in the images' }],
  options: {
    study: text('--study <uid>', 'a study instance UID instead of a patient'),
    backups: oneOf(
      '--backups <what>',
      'what becomes of backups that hold the patient: keep, rewrite without the patient, or delete',
      backupTreatments,
      'keep',
    ),
  },
  examples: [
    { line: 'sidelight patient delete 4711 --backups rewrite', why: 'the patient, from the library and its backups' },
    { line: 'sidelight patient delete --study 1.2.840.99.1', why: 'one study' },
  ],
  run: async (context, args, options) => {
    const patientID = typeof args[0] === 'string' ? args[0] : undefined;
    if ((patientID === undefined) === (options.study === undefined)) {
      throw new UsageError('Name a patient ID or --study UID, one of the two.');
    }
    const services = await context.services();
    const { deletePatient } = await import('../../services/library/delete-patient.ts');
    const { withReadingAside } = await import('../../services/library/left-work.ts');
    const { value: report, putAside } = withReadingAside(services, () =>
      deletePatient(services, {
        ...given({ patientID, studyInstanceUID: options.study }),
        backups: options.backups,
      }),
    );
    return { json: { ...report, putAside }, lines: [...deletionLines(report), ...putAsideLines(putAside)] };
  },
});

function deletionLines(report: DeletePatientReport): string[] {
  const { backups } = report;
  const rows = Object.entries(report.rows).map(([table, n]) => `${n} ${table.replaceAll('_', ' ')}`);
  return [
    `Removed rows: ${rows.length === 0 ? 'none' : rows.join(', ')}.`,
    `Overwritten: ${plural(report.records, 'stored record')} (${formatBytes(report.recordBytes)}), ${plural(report.copies, 'copied file')}.`,
    ...(report.originals === 0
      ? []
      : [`${plural(report.originals, 'file')} outside the library are untouched; delete them where they are.`]),
    ...(report.filedElsewhere === 0
      ? []
      : [
          `${plural(report.filedElsewhere, 'study', 'studies')} whose headers carry this ID ${report.filedElsewhere === 1 ? 'stays' : 'stay'} with the ` +
            'patient who was given; the ID was forgotten there. If they are to go, delete them by that patient or with --study.',
        ]),
    ...(report.runsEnded === 0 ? [] : [`${plural(report.runsEnded, 'unfinished run')} cannot be resumed any more.`]),
    ...(report.models.length === 0
      ? []
      : [`Trained with the patient's images, and kept: ${report.models.join(', ')}.`]),
    ...(backups.rewritten + backups.deleted === 0
      ? []
      : [`Backups rewritten: ${backups.rewritten}, deleted: ${backups.deleted}.`]),
    ...(backups.holding.length === 0
      ? []
      : [`Backups that still hold the patient (--backups rewrite or delete): ${backups.holding.join(', ')}.`]),
    'Copies elsewhere (results files, exports, your own backups) are not known to Sidelight.',
  ];
}
