import type { TargetKind } from '../../../core/contract/index.ts';
import { countedInEnglish as n } from '../count.ts';

/** Names and numbers of a note of an import. */
type NoteValues = Readonly<Record<string, string | number>>;

const classWords = {
  title: 'Classes',
  inRead: 'Class',
  none: 'Name the first class, for example “normal”.',
  help: 'What a label may be. The first has the key 1 when labelling. A class with labels can be renamed, not removed.',
  name: (position: number) => `Name of class ${position}`,
  add: 'Add class',
  fresh: 'New class',
  save: 'Save classes',
  fixedHelp: 'Labels of other classes are refused, in files and when typed; the order stays.',
  saved: 'Classes saved.',
};

export const library = {
  studies: 'Studies',
  datasets: 'Data sets',
  views: 'What is shown',
  summary: (studies: number, patients: number) =>
    `${n(studies, 'study', 'studies')} of ${n(patients, 'patient', 'patients')}`,
  matching: (count: number, all: number) => `${count.toLocaleString('en')} of ${n(all, 'study', 'studies')}`,
  columns: {
    patientName: 'Patient',
    patientID: 'ID',
    studyDate: 'Date',
    modalities: 'Modality',
    studyDescription: 'Description',
    bodyPartExamined: 'Body part',
    accessionNumber: 'Accession',
    instanceCount: 'Images',
    label: 'Label',
  },
  sortBy: (column: string) => `Sort by ${column}`,
  filterBy: (column: string) => `Filter: ${column}`,
  anyModality: 'all',
  from: 'From',
  to: 'To',
  fromHelp: 'Studies from this day on',
  toHelp: 'Studies up to this day',
  dataset: 'Data set',
  allDatasets: 'whole library',
  labelState: 'Labels',
  labelStates: { any: 'any', labelled: 'labelled', unlabelled: 'not labelled' },
  labelStateHelp: 'Choose a data set first: labels belong to it.',
  labelsHeldBack: 'Labels: only your own. Readers do not see each other’s labels in this data set.',
  clearFilters: 'Clear filters',
  table: 'Studies',
  nothingMatches: 'No study matches. Clear a filter to see more.',
  emptyTitle: 'No studies yet',
  emptyText: 'Import a folder, a CD or a ZIP archive, or drop it anywhere on this window.',
  noName: 'no name',
  noId: 'no ID',
  selected: (count: number) => `${n(count, 'study', 'studies')} selected`,
  selectHelp: 'Arrow keys move, Space or Shift selects, Ctrl+A takes all, Enter opens.',
  open: 'Open in Read',
  classify: 'Classify',
  addTo: 'Add to a data set …',
  removeFrom: (name: string) => `Take out of “${name}”`,
  added: (count: number, name: string) => `${n(count, 'image', 'images')} added to “${name}”.`,
  removed: (count: number, name: string) => `${n(count, 'image', 'images')} taken out of “${name}”.`,
  addTitle: 'Add to a data set',
  add: 'Add',
  details: 'Study',
  detailsEmpty: 'Choose a study to see its series and images.',
  issuedBy: (issuer: string) => `ID issued by ${issuer}`,
  born: (date: string) => `born ${date}`,
  seriesTitle: (number: number | null, name: string) => (number === null ? name : `${number}: ${name}`),
  noSeriesName: 'Series',
  images: (count: number) => n(count, 'image', 'images'),
  frames: (count: number) => n(count, 'frame', 'frames'),
  showMore: (count: number) => `Show ${count} more`,
  openImage: (series: string, number: number) => `Open image ${number} of ${series}`,
  noPicture: 'cannot be shown',
  inDatasets: 'In data sets',
  inNoDataset: 'in no data set',
  otherStudies: 'Other studies of the patient',
  import: 'Import …',
  importTitle: 'Import studies',
  importText: 'Folders, files, ZIP archives or a DICOMDIR. Sidelight reads them; it never changes or moves them.',
  chooseFolder: 'Add folder …',
  chooseFiles: 'Add files …',
  sources: 'What to import',
  noSources: 'Nothing chosen yet. You can also drop folders here.',
  leaveOut: (name: string) => `Leave out ${name}`,
  importDataset: 'Into data set',
  importDatasetHelp: 'An existing one, or the name of a new one.',
  defaultDataset: 'My studies',
  storage: 'The files',
  reference: 'stay where they are',
  referenceHelp: 'Sidelight remembers where. Right for a server or a disk that is always there.',
  copy: 'are copied into the library',
  copyHelp: 'Right for a CD or a stick.',
  labels: 'Labels (CSV, optional)',
  labelsHelp:
    'Columns: one of path, sopInstanceUID, seriesInstanceUID, studyInstanceUID, patientID; label; optional split. patientID beside another gives the patient, whatever the header says.',
  chooseLabels: 'Choose …',
  noLabels: 'none',
  clear: 'Remove',
  pseudonymise: 'Pseudonymise',
  pseudonymiseHelp:
    'Patient IDs become pseudonyms; names, dates and free text are not stored in the list. The copied files themselves keep their tags: export de-identifies them.',
  picturePatients: 'Patients of pictures (PNG, JPEG, TIFF)',
  picturePatientsHelp:
    'Where no column patientID says whose a picture is. A choice holds for pictures of this import that are there already, too.',
  pictureRules: {
    none: 'as before: first each picture its own',
    picture: 'each picture its own',
    folder: 'the folder',
    prefix: 'the name before the first “_”',
  },
  givenPatient: (id: string) => `Patient by a labels file; the header says: ${id}.`,
  takeBack: 'Take back …',
  takeBackTitle: 'Back to the patient of the header',
  takeBackText: (count: number) =>
    `${n(count, 'study goes', 'studies go')} back. Labels and readings stay with the studies; frozen versions keep the patients they were made of.`,
  takeBackNow: 'Take back',
  takenBack: (count: number) => `${n(count, 'study', 'studies')} filed under the patient of the header again.`,
  splitGiven: (count: number) => `(${count} given by a file)`,
  splitCut: (count: number) => `(${count} taken from the training patients of the file)`,
  versionMoved: (count: number) =>
    `${n(count, 'image belongs', 'images belong')} to another patient since: this version counts the patients of then.`,
  notes: {
    picturePatients: (v: NoteValues) =>
      `${n(Number(v['pictures']), 'picture', 'pictures')} of ${n(Number(v['patients']), 'patient', 'patients')}, in ${n(Number(v['folders']), 'folder', 'folders')}.${v['byFolders'] === undefined ? '' : ` ${v['byFolders']} by folders that name patients.`}${v['given'] === undefined ? '' : ` ${v['given']} of the data set keep the patient whom a labels file gave.`}${v['isNamed'] === undefined && v['byFolders'] !== v['pictures'] ? ' If one person has several, give a column patientID or choose folder or name in the import: otherwise that person may stand in training and test at once.' : ''}`,
    noLabelColumn: (v: NoteValues) =>
      `The labels file has no column “label”: its ${n(Number(v['rows']), 'row gives', 'rows give')} patients or splits, and no label.`,
    columnsTaken: (v: NoteValues) =>
      `Taken as ${Number(v['isNumbers']) > 0 ? 'quantities' : 'findings'}: ${v['columns']}.`,
    columnsLeft: (v: NoteValues) =>
      `Not taken as ${Number(v['isNumbers']) > 0 ? 'quantities' : 'findings'}: ${[
        ...(v['strange'] === '' ? [] : [`${v['strange']} (row and first cell that does not fit)`]),
        ...(v['attributes'] === '' ? [] : [`${v['attributes']} (by the name about people, devices or parts)`]),
        ...(v['empty'] === '' ? [] : [`${v['empty']} (empty)`]),
        ...(v['other'] === '' ? [] : [`${v['other']} (other cells)`]),
      ].join(
        '; ',
      )}.${v['strange'] === '' && v['attributes'] === '' ? '' : ' Correct the cells or rename the columns to have them taken, or name them on the command line with --finding-columns and --values.'}`,
    againstNone: (v: NoteValues) =>
      `${n(Number(v['rows']), 'row says', 'rows say')} “${v['word']}” and name a finding as present all the same (row ${v['first']}). The finding is taken as present, and what such a row leaves open as absent. If that is wrong, correct these rows or take them out.`,
    finerLabels: (v: NoteValues) =>
      `${n(Number(v['labels']), 'label of the file is', 'labels of the file are')} about a whole series, study or patient, and ${n(Number(v['images']), 'image of it has', 'images of it have')} another label from before that is about the image, or about less than the whole: that one goes on counting. To correct it, name the images as the earlier file did (path, sopInstanceUID, …).`,
    marksStay: (v: NoteValues) =>
      `${n(Number(v['labels']), 'cell of the file is', 'cells of the file are')} empty where an earlier import gave a label: an empty cell says nothing, and the label of before goes on counting. To correct it, write into the cell what is right.`,
    labelsOverruled: (v: NoteValues) =>
      `${n(Number(v['labels']), 'label of the file says', 'labels of the file say')} otherwise than readers have labelled or somebody has decided: what they say goes on counting.`,
    patientsGiven: (v: NoteValues) =>
      Number(v['studies']) === 0
        ? 'The patients of the labels file are those as whose the images are filed without it.'
        : `Patients by the labels file: ${n(Number(v['studies']), 'study or picture', 'studies or pictures')} of ${n(Number(v['patients']), 'patient', 'patients')}, ${v['moved']} of them anew. The headers’ IDs are kept beside; a study shows both, and can be taken back.`,
    samePictureNames: (v: NoteValues) =>
      `${n(Number(v['names']), 'name without “_” lies', 'names without “_” lie')} in several folders (${n(Number(v['pictures']), 'picture', 'pictures')}): each folder has a patient of its own, called “name (folder)”. If one name is one person, give a column patientID: otherwise that person may stand in training and test at once.`,
    patientsByRule: (v: NoteValues) =>
      `${n(Number(v['pictures']), 'picture or study that was there has', 'pictures or studies that were there have')} another patient now.`,
    headersCorrected: (v: NoteValues) =>
      `${Number(v['files']) === 0 ? 'An import that was stopped had found files changed in place.' : `${n(Number(v['files']), 'file', 'files')} changed in place since the last import: what they say now counts. Labels and readings stay, features are computed again.`} ${n(Number(v['studies']), 'study', 'studies')} went to another patient.${Number(v['resized'] ?? 0) === 0 ? '' : ` ${n(Number(v['resized']), 'file holds', 'files hold')} an image of another size now: look whether the labels of before are right for it.`}${Number(v['results'] ?? 0) === 0 ? '' : ` ${n(Number(v['results']), 'result', 'results')} of classification came before: classify again if the pixels changed.`}`,
    imagesReplaced: (v: NoteValues) =>
      `${n(Number(v['files']), 'known file holds', 'known files hold')} another image now (other UIDs, or another picture). Of the images of before, ${n(Number(v['gone']), 'is', 'are')} in no file any more: they keep labels and readings, and are no longer trained on; the check before training opens their studies. If they are the same images under new UIDs, label them anew, with a labels file by path.${Number(v['copied']) === 0 ? '' : ` ${n(Number(v['copied']), 'stays', 'stay')} by the library’s own copies, beside what the files hold now: one patient may be in twice.`}`,
    handedDown: (v: NoteValues) =>
      `${n(Number(v['labels']), 'label, tag or comment given to a patient or study as a whole now stands', 'labels, tags or comments given to a patient or study as a whole now stand')} at what was moved away from it.`,
    splitsChanged: (v: NoteValues) =>
      `${n(Number(v['patients']), 'patient', 'patients')} had another split by an earlier file; what this file gives counts now. Models of before may have been trained on patients who are test now.`,
    dealtAnew: (v: NoteValues) =>
      `${n(Number(v['patients']), 'patient', 'patients')} had images in several splits before; the next training deals them anew.`,
    earlierVersions: (v: NoteValues) =>
      `${n(Number(v['versions']), 'frozen version', 'frozen versions')} and the models of it keep the patients and splits of before: their figures may count one person on both sides. Train anew.`,
    sharedIds: (v: NoteValues) =>
      `${n(Number(v['ids']), 'ID of a patient stands', 'IDs of patients stand')} in headers with two birth dates, sexes or issuers: people of two hospitals may share a number. They count as one patient, and a label by patientID is given to both. If they are two, give each an ID of its own in a column patientID beside the study or the path, and name the images in labels files by these.`,
    sharedPatient: (v: NoteValues) =>
      v['cause'] === 'folder'
        ? `${v['studies']} of ${n(Number(v['all']), 'picture has its', 'pictures have their')} folder for a patient. If a folder is no patient, import again and choose another rule for pictures, or give a column patientID.`
        : `${v['studies']} of ${n(Number(v['all']), Number(v['pictures'] ?? 0) === 0 ? 'study carries' : 'picture carries', Number(v['pictures'] ?? 0) === 0 ? 'studies carry' : v['pictures'] === v['all'] ? 'pictures carry' : 'studies and pictures carry')} the same patient ID${v['id'] === '' ? '' : ` (“${v['id']}”)`} and count as one patient, who cannot be split. Give the patients in a column patientID, or correct the files where they lie and import again.`,
    alikePatients: (v: NoteValues) =>
      `${n(Number(v['patients']), 'patient has', 'patients have')} IDs that differ only in case, blanks or leading zeros (${n(Number(v['groups']), 'group', 'groups')}). They count as different people and may stand in training and test at once; the check before training opens their studies. If they are one, give one ID in a column patientID.`,
    testGiven: (v: NoteValues) =>
      `The test set is the ${n(Number(v['given']), 'patient', 'patients')} of the file; the ${v['open']} without a split go to training and validation only.`,
    testAlsoDrawn: (v: NoteValues) =>
      `Besides the ${n(Number(v['given']), 'test patient', 'test patients')} of the file, ${n(Number(v['drawn']), 'that was dealt to test before stays', 'that were dealt to test before stay')} there.`,
    validationFromTraining: (v: NoteValues) =>
      `The file gives no validation patients: a quarter of its ${n(Number(v['training']), 'training patient', 'training patients')} will be taken for it, by patient and seed.`,
    splitColumnUnused: (v: NoteValues) =>
      `Not used: ${v['columns']} of the labels file ${Number(v['count']) === 1 ? 'speaks' : 'speak'} of training and test. Patients are dealt anew. If that is the split, call the column “split”, write train, val or test into its cells and import again.`,
    positiveGuessed: (v: NoteValues) =>
      `Which class is positive? Nothing in the names “${v['name']}” and “${v['other']}” tells which of the two is the disease. Say it under Train, before the training; until then “${v['name']}” is taken, and every figure says that nobody chose it.`,
    maybeUnknown: (v: NoteValues) =>
      `${v['names']} ${Number(v['count']) === 1 ? 'is a class' : 'are classes'}, with ${n(Number(v['labels']), 'label', 'labels')}. If that says that nobody knows, take these rows out of the file and import into a new data set: as a class it is learned and judged like the others.`,
    missingNumbers: (v: NoteValues) =>
      `${v['columns']}: ${n(Number(v['labels']), 'value lies far from all others and looks like the number that is written where nothing was measured', 'values lie far from all others and look like the number that is written where nothing was measured')}. If so, leave these cells empty and import into a new data set: as numbers they are learned like the others.`,
    alikeClasses: (v: NoteValues) =>
      `${n(Number(v['groups']), 'group of classes hardly differs', 'groups of classes hardly differ')}: ${v['names']}. They are different classes. If a group is one class, typed in several ways, correct the table, or merge them under Classes.`,
    classFoldersUnused: (v: NoteValues) =>
      v['folder'] === ''
        ? `No class was taken from folders: ${n(Number(v['folders']), 'folder of pictures does', 'folders of pictures do')} not lie below train, val or test. If they are the classes, put them there, or give a labels file.`
        : `No class was taken from folders: class folders (train/CLASS, test/CLASS) lie in “${v['folder']}”${v['isArchive'] === undefined ? ', below the folder that was given' : ''}. If they are meant, ${v['isArchive'] === undefined ? 'import that folder' : 'unpack it and import the folder'}.`,
    systemFiles: (v: NoteValues) =>
      `${n(Number(v['files']), 'file', 'files')} in which macOS keeps notes about others were passed over.`,
  },
  target: 'What is asked of an image',
  targets: {
    class: 'one class out of several',
    grade: 'one grade out of several, in an order',
    finding: 'several findings, each present or absent',
    quantity: 'a number (bone age, a percentage)',
  } satisfies Record<TargetKind, string>,
  targetNames: {
    class: { label: '', help: '' },
    grade: {
      label: 'Their names, lowest first',
      help: 'Separated by commas. A label that is none of them is left out and named in the report.',
    },
    finding: {
      label: 'Their names, most important first',
      help: 'Separated by commas; the order is that of the keys. Left empty, a labels file names them, or they are added later.',
    },
    quantity: { label: 'What is measured', help: 'With its unit in brackets: bone age (months).' },
  } satisfies Record<TargetKind, { label: string; help: string }>,
  framesRule: 'Of images with many frames, use',
  frameRules: { middle: 'the middle one', first: 'the first', all: 'all' },
  startImport: 'Import',
  looksIntoFolders: 'The folders are being looked through. What you change now counts once you press Import again.',
  changedMeanwhile: 'Something was changed while the folders were looked through. Press Import again.',
  importing: 'Importing',
  making: 'Making the demo set',
  report: 'Import report',
  showReport: 'Last import report',
  reportTitle: (dataset: string) => `Imported into “${dataset}”`,
  imported: 'new images',
  alreadyThere: 'already there',
  duplicate: 'duplicates',
  skipped: 'skipped',
  reportSum: (total: number, seconds: string) => `${n(total, 'file', 'files')} looked at in ${seconds}.`,
  datasetNow: (patients: number, studies: number, images: number) =>
    `The data set now holds ${n(images, 'image', 'images')} in ${n(studies, 'study', 'studies')} of ${n(patients, 'patient', 'patients')}.`,
  labelsApplied: (applied: number, changed: number, unchanged: number) =>
    `Labels: ${applied} new, ${changed} changed, ${unchanged} as before.`,
  splitsGiven: (train: number, val: number, test: number) =>
    `Splits by patient: ${train} train, ${val} validation, ${test} test.`,
  unusedColumns: (names: string) => `Columns of the labels file that were not used: ${names}.`,
  merged: (from: string, to: string, rows: number) => `“${from}” was taken for “${to}” (${n(rows, 'row', 'rows')}).`,
  notImages: (count: number) => `${n(count, 'file is', 'files are')} no image: counted and left out.`,
  leftOutFiles: (count: number) => `${n(count, 'file', 'files')} left out, by path`,
  notedFiles: (count: number) => `${n(count, 'notice', 'notices')} about imported files, by path`,
  leftOutWhole: 'Whole paths, shown on this computer only; they are not kept.',
  leftOutShort:
    'Paths are shortened, because they may name patients. Import the folder again to see whole paths of what is left out.',
  leftOutMore: (count: number) => `and ${n(count, 'more file', 'more files')}`,
  saveLeftOut: 'Save the list …',
  leftOutSaved: 'List saved.',
  copyLeftOut: 'Copy list',
  leftOutCopied: 'List copied.',
  showLeftOut: (name: string) => `Show in folder: ${name}`,
  whyNot: 'Left out or worth a look, and why',
  row: (row: number) => `row ${row}`,
  allFine: 'Every file was used.',
  newDataset: 'New data set …',
  newDatasetTitle: 'New data set',
  name: 'Name',
  fromSelection: (count: number) => `With the ${n(count, 'selected study', 'selected studies')}`,
  create: 'Create',
  noDatasets: 'There is no data set yet. An import makes one; so does “New data set”.',
  datasetLine: (images: number, studies: number, patients: number) =>
    `${n(images, 'image', 'images')} · ${n(studies, 'study', 'studies')} · ${n(patients, 'patient', 'patients')}`,
  labelledOf: (labelled: number, all: number) => `${labelled} of ${n(all, 'image', 'images')} labelled`,
  rename: 'Rename',
  renamed: 'Renamed.',
  showStudies: 'Show its studies',
  label: 'Label',
  train: 'Train',
  classLabels: (count: number) => n(count, 'label', 'labels'),
  classStored: (count: number) => `stays: ${n(count, 'label', 'labels')} in its history`,
  moveUp: (name: string) => `Move ${name} up`,
  moveDown: (name: string) => `Move ${name} down`,
  removeClass: (name: string) => `Remove ${name}`,
  classesFixed: 'The list is complete.',
  /** The names of a data set, by what it asks. */
  namesOf: {
    class: classWords,
    grade: classWords,
    finding: {
      title: 'Findings',
      inRead: 'Findings',
      none: 'Name the first finding, for example “edema”.',
      help: 'What may be seen in an image, each present, absent, uncertain or not known. The first has the key 1 when labelling. A finding with labels can be renamed, not removed.',
      name: (position: number) => `Name of finding ${position}`,
      add: 'Add finding',
      fresh: 'New finding',
      save: 'Save findings',
      fixedHelp: 'Labels of other findings are refused, in files and when typed; the order stays.',
      saved: 'Findings saved.',
    },
    quantity: {
      title: 'What is measured',
      inRead: 'Number',
      none: 'Name what is measured, with its unit in brackets, for example “bone age (months)”.',
      help: 'One quantity, with its unit in brackets. With labels it can be renamed, not removed.',
      name: (position: number) => `Name of quantity ${position}`,
      add: 'Add quantity',
      fresh: 'New quantity',
      save: 'Save',
      fixedHelp: 'Labels of other quantities are refused, in files and when typed.',
      saved: 'Saved.',
    },
  } satisfies Record<TargetKind, typeof classWords>,
  markCounts: (present: string, absent: string, uncertain: string) =>
    `present ${present}, absent ${absent}, uncertain ${uncertain}`,
  splits: 'Splits',
  splitsHelp: 'Whole patients are dealt, never single images, so that nobody is in training and test at once.',
  split: 'Part',
  splitNames: { train: 'Training', val: 'Validation', test: 'Test (locked)', none: 'dealt at the next training' },
  patients: 'Patients',
  testLocked: 'Test patients are never trained on, and stay test patients when the data set grows.',
  versions: 'Versions',
  versionsHelp: 'A training freezes the data set as it is; what changes later does not touch the version.',
  noVersions: 'None yet: the first training makes one.',
  version: (number: number) => `Version ${number}`,
  runs: (count: number) => n(count, 'training', 'trainings'),
  export: 'Export de-identified …',
  exportTitle: 'Export de-identified',
  exportText:
    'Copies of the DICOM files by the Basic Profile of PS3.15 Annex E, in a new folder. Check burned-in text yourself.',
  exportFolder: 'Into folder',
  chooseExport: 'Choose the folder in which to export',
  dates: 'Dates',
  dateModes: { remove: 'remove', shift: 'shift, the same for each patient', keep: 'keep' },
  retain: 'Keep also',
  retains: {
    uids: 'UIDs',
    device: 'device',
    institution: 'institution',
    patient: 'sex, age, weight of the patient',
  },
  startExport: 'Export',
  exportQueued: 'The export is in the queue.',
} as const;
