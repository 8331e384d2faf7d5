import { countedInEnglish as n } from '../count.ts';

/** Patients and studies that are deleted from the library. */
export const erasure = {
  button: 'Delete from the library …',
  titlePatients: (patients: number) => `Delete ${n(patients, 'patient', 'patients')} from the library?`,
  titleStudies: (studies: number) => `Delete ${n(studies, 'study', 'studies')} from the library?`,
  forGood: 'This cannot be undone: what goes is overwritten, not put aside.',
  extent: 'What is to be deleted',
  extents: {
    patients: (chosen: number): string =>
      chosen === 1 ? 'The patient, with every study' : 'The patients, with all their studies',
    studies: (chosen: number): string =>
      chosen === 1 ? 'Only the chosen study' : `Only the ${n(chosen, 'chosen study', 'chosen studies')}`,
  },
  goes: 'What goes',
  stays: 'What stays',
  study: (date: string, description: string, images: number) =>
    [date, description, n(images, 'image', 'images')].filter((part) => part !== '').join(' · '),
  studies: (studies: number, images: number, patients: number) =>
    `${n(studies, 'study', 'studies')} with ${n(images, 'image', 'images')} (${n(patients, 'patient', 'patients')})`,
  wholePatients: (patients: number) =>
    patients === 1
      ? 'the patient with name, ID and part (training, validation or test)'
      : `${n(patients, 'patient', 'patients')} with name, ID and part (training, validation or test)`,
  labels: (labels: number, readers: number, comments: number) =>
    `${n(labels, 'label', 'labels')} of ${n(readers, 'reader', 'readers')}, with their history, and ${n(comments, 'comment', 'comments')}`,
  predictions: (predictions: number) => `${n(predictions, 'answer', 'answers')} of models in Classify`,
  computed: (records: number) =>
    `${n(records, 'computed record', 'computed records')} (features, resized images), and the previews`,
  copies: (copies: number) => `${n(copies, 'copied file', 'copied files')} in the library’s folder`,
  evaluations: (evaluations: number) =>
    `${n(evaluations, 'evaluation', 'evaluations')} in Judge: to be made again from the cases that are left`,
  unfinished: (runs: number) => `${n(runs, 'unfinished training', 'unfinished trainings')}: cannot go on any more`,
  leaves: (name: string, goes: number, remains: number) =>
    `“${name}” loses ${n(goes, 'study', 'studies')} and has ${n(remains, 'study', 'studies')} left`,
  otherStudies: (studies: number) => `${n(studies, 'other study', 'other studies')} of the same patients`,
  models: (names: readonly string[]) =>
    `${n(names.length, 'model that was trained', 'models that were trained')} with them, and what was learned from them: ${names.join(', ')}`,
  originals: (files: number) =>
    files === 0
      ? 'files outside the library: they are not touched'
      : `${n(files, 'original file', 'original files')} outside the library: they are not touched; delete them where they are`,
  outside: 'exports, results files and backups that were saved elsewhere: they are not touched',
  filedElsewhere: (studies: number) =>
    `${n(studies, 'study', 'studies')} that carry one of these IDs in the header and were given to another patient; the ID is forgotten there`,
  backups: (backups: number) => `${n(backups, 'backup', 'backups')} inside the library that may hold them`,
  backupTreatments: {
    keep: 'leave as it is: they stay in it',
    rewrite: 'write anew without them',
    delete: 'delete, if they are in it',
  },
  confirm: (patients: number) => `These are several patients. Type how many go: ${patients}`,
  now: 'Delete for good',
  busy: (jobs: number) =>
    `${n(jobs, 'job is', 'jobs are')} under way or waiting: nothing can be deleted before the end.`,
  readOnly: 'The library is open for reading only: nothing can be deleted.',
  done: (patients: number, studies: number) =>
    patients === 0
      ? `Deleted from the library: ${n(studies, 'study', 'studies')}.`
      : `Deleted from the library: ${n(patients, 'patient', 'patients')} with ${n(studies, 'study', 'studies')}.`,
  stillIn: (backups: number) => `${n(backups, 'backup still holds', 'backups still hold')} them.`,
  most: (most: number) => `At most ${most.toLocaleString('en')} go at once: choose fewer.`,
} as const;
