/**
 * Every error code with its default action: what the user does now.
 * It stands in base because every layer throws; documentation is generated from it.
 * Add a row here and nowhere else. Keep the rows sorted by family.
 */
export const errorCodes = {
  // Input
  BAD_INPUT: { action: 'Correct the value and run the command again.' },
  FILE_NOT_FOUND: { action: 'Check the path and run the command again.' },
  FILE_UNREADABLE: { action: 'Check that the file exists and that you may read it, then try again.' },
  DRIVE_AWAY: {
    action: 'Check the cable, the network or the drive, and try again; what was read so far is recognised.',
  },
  FILE_LINK_OUTSIDE: { action: 'Import the folder to which the link leads, or copy its files here.' },
  FILE_SPECIAL: { action: 'Nothing to do: such a thing holds no image.' },
  NOT_AN_IMAGE: { action: 'Nothing to do: it is counted and left out.' },
  DUPLICATE_DIFFERS: {
    action:
      'The one that came first is used. If they are two images, de-identify or export them again with a SOP instance UID for each; if one is wrong, remove it.',
  },
  DUPLICATE_SAME: { action: 'Nothing to do: the answer for these bytes stands in the results.' },
  STUDY_OTHER_PATIENT: {
    action:
      'Correct the patient ID in all files of the study and import them again, or give the patient in the column patientID of the ' +
      'labels file; until then the study counts for the patient under whom it came first.',
  },
  PATIENT_CONFLICT: {
    action:
      'Give all images of one study the same patientID in the labels file, then import again; no label and no patient was written.',
  },
  FILE_OF_SYSTEM: { action: 'Nothing to do: the file that it is about is read by itself.' },
  CANCELLED: { action: 'Run the same command again to continue where it stopped.' },
  // DICOM and images
  DICOM_NOT_DICOM: { action: 'Export the study again as DICOM Part 10 files, or remove the file from the folder.' },
  DICOM_TRUNCATED: { action: 'Copy or export the file again; it ends before its content does.' },
  DICOM_MALFORMED: { action: 'Export the file again from the archive that holds the original.' },
  DICOM_NO_PIXELS: { action: 'Nothing to do: the object holds no image (a report, a presentation state, ...).' },
  DICOM_UNSUPPORTED_SYNTAX: { action: 'Export the study again as Explicit VR Little Endian.' },
  DICOM_UNSUPPORTED_PIXELS: { action: 'Export the study again as Explicit VR Little Endian with 8 or 16 bits.' },
  DICOM_DECODE_FAILED: { action: 'Copy or export the file again; its compressed pixels are damaged.' },
  DICOM_HEADER_DOUBTFUL: {
    action:
      'Look at the image in the window; if it is shown wrongly, have the named attribute corrected and import it again.',
  },
  DEIDENTIFY_REFUSED: { action: 'Leave this file out of the export; the others are exported.' },
  IMAGE_UNREADABLE: { action: 'Save the picture again as PNG or JPEG.' },
  IMAGE_PARTLY_USED: {
    action:
      'If the others count too, save each as a file of its own (or correct the number of frames) and import those.',
  },
  IMAGE_LOOKS_EMPTY: {
    action:
      'Look at the image in the window; if nothing can be seen there, export it again with its window or its range.',
  },
  IMAGE_OF_OTHER_KIND: {
    action:
      'If it is not to be learned from, exclude it in the window under Read and label, or take it out of the folder and import into a new data set; labels by image or series need not name it.',
  },
  IMAGE_OTHER_RANGE: {
    action:
      'Export the picture as those were that the model learned from, or train on a data set that holds such pictures too.',
  },
  TOO_LARGE: { action: 'Split or down-sample the file; it is larger than this machine can hold safely.' },
  // Labels, splits, data sets
  LABELS_INVALID: { action: 'Correct the named rows of the CSV file and import again.' },
  SPLIT_LEAKS_PATIENT: { action: 'Give all studies of one patient the same split, or leave the column out.' },
  SPLIT_IMPOSSIBLE: { action: 'Label more patients of the named class, or remove the class.' },
  DATASET_NOT_FOUND: { action: 'List the data sets with `sidelight datasets`.' },
  DATASET_NOT_READY: { action: 'Import labelled studies of at least two classes first.' },
  NOT_DISPLAYED: { action: 'Look at the picture once more and give the label again; nothing was stored.' },
  READING_CHANGED: { action: 'Look at the list once more and do it again; nothing was stored.' },
  // LPM and models
  LPM_NOT_FOUND: { action: 'List the LPMs with `sidelight lpm list`, or add one with `sidelight lpm add PATH`.' },
  LPM_UNSUPPORTED: {
    action:
      'Use a ViT, DeiT, DINO, DINOv2, DINOv3, SigLIP or CLIP model saved as safetensors; docs/lpm-models.md lists what is taken.',
  },
  LPM_PICKLE_REFUSED: {
    action:
      'Convert it to safetensors where Python has torch: `sidelight lpm add` prints the ten lines for exactly this file. Then add what they write.',
  },
  WEIGHTS_INVALID: { action: 'Download or copy the model again; the file is damaged or was changed.' },
  MODEL_NOT_FOUND: { action: 'List the models with `sidelight models`.' },
  MODEL_NOT_AS_GOOD: {
    action:
      'Keep the model in use, or say why this one takes its place: `sidelight promote MODEL --because "…"`; the reason is kept.',
  },
  MODEL_IN_USE_UNCLEAR: {
    action: 'Name the model with --model, or its data set with --in-use; `sidelight models` shows which are in use.',
  },
  RUN_NOT_FOUND: { action: 'List the runs with `sidelight runs`.' },
  TRAINING_DIVERGED: { action: 'Lower the learning rate (--lr) and train again.' },
  FEATURES_DAMAGED: { action: 'Run the same command again; the damaged record is computed anew.' },
  // Engine
  TOO_LITTLE_MEMORY: {
    action:
      'Use a machine with more memory, or an LPM that takes less: a smaller one of the family, or a smaller input size. A model answers only with the LPM and the size that it was trained with; train one with less.',
  },
  ENGINE_UNAVAILABLE: { action: 'Run `sidelight doctor` to see what is missing and how to get it.' },
  ENGINE_FAILED: { action: 'Close other programs or lower the input size, then run the same command again.' },
  ENGINE_STATE_LOST: { action: 'Run the same command again; a training goes on after its last finished epoch.' },
  // Library
  LIBRARY_READ_ONLY: { action: 'Choose a library folder that you may write to (--library DIR).' },
  LIBRARY_BUSY: { action: 'Close the other Sidelight that uses this library, then try again.' },
  DB_FROM_NEWER_APP: { action: 'Update Sidelight, or choose another library folder (--library DIR).' },
  DB_DAMAGED: {
    action:
      'Run `sidelight library restore`: it puts the newest sound backup in place and keeps the present file. What is wrong: `sidelight library check`.',
  },
  BACKUP_NOT_FOUND: {
    action: 'List the backups with `sidelight library check`, or name a copy by its path (--from FILE).',
  },
  PATIENT_NOT_FOUND: { action: 'Give the patient ID exactly as in the images, or a study instance UID (--study UID).' },
  DISK_FULL: { action: 'Free disk space, then run the same command again; it continues where it stopped.' },
  DISK_FAILED: {
    action: 'Check the disk, its cable or the network share, then run the same command again; what was saved is kept.',
  },
  NAME_TAKEN: { action: 'Choose another name (--name on the command line).' },
} as const satisfies Record<string, { readonly action: string }>;

/** A code of the table above. */
export type ErrorCode = keyof typeof errorCodes;
