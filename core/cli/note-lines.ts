/** What an import tells besides its counts, and how the patients of a version came to their parts, as lines. */
import type { ImportNote, SplitOriginCount } from '../contract/index.ts';
import { plural } from './format.ts';

type Values = ImportNote['values'];

const n = (values: Values, key: string): number => Number(values[key] ?? 0);
const rules = {
  picture: 'each its own patient',
  folder: 'the folder as the patient',
  prefix: 'the name before the first "_" as the patient',
};

/** Whose pictures are: by folders that name patients, and by the rule where nothing says it. */
function byFolders(v: Values): string {
  const named = n(v, 'byFolders');
  const rule = `${rules[v['rule'] as keyof typeof rules]}, where no column or layout says whose they are; `;
  if (named === 0) return rule;
  return named === n(v, 'pictures')
    ? 'by the folders that name patients; '
    : `${named} by folders that name patients, others ${rule}`;
}

/** What studies and pictures that are counted together are called. */
function whatIsCounted(v: Values): string {
  const pictures = n(v, 'pictures');
  return pictures === 0 ? 'studies' : pictures === n(v, 'all') ? 'pictures' : 'studies and pictures';
}

const words: Readonly<Record<ImportNote['code'], (values: Values) => string>> = {
  picturePatients: (v) =>
    `${plural(n(v, 'pictures'), 'picture')} of ${plural(n(v, 'patients'), 'patient')} (${byFolders(v)}${plural(n(v, 'folders'), 'folder')})` +
    (n(v, 'given') === 0
      ? '.'
      : `; ${n(v, 'given')} of the data set keep the patient whom a labels file gave (take back: sidelight patients DATASET --take-back).`) +
    // Whoever named the rule has answered that.
    (n(v, 'isNamed') > 0 || n(v, 'byFolders') === n(v, 'pictures')
      ? ''
      : ' If one person has several of them, give a column patientID or --patients folder|prefix: otherwise that person may stand in training and test at once.'),
  noLabelColumn: (v) =>
    `The labels file has no column "label": its ${plural(n(v, 'rows'), 'row')} give${n(v, 'rows') === 1 ? 's' : ''} patients or splits, and no label.`,
  columnsTaken: (v) => `Taken as ${n(v, 'isNumbers') > 0 ? 'quantities' : 'findings'}: ${v['columns']}.`,
  columnsLeft: (v) => columnsLeft(v),
  againstNone: (v) =>
    `Warning: ${plural(n(v, 'rows'), 'row')} of the labels file ${n(v, 'rows') === 1 ? 'says' : 'say'} "${v['word']}" and name${n(v, 'rows') === 1 ? 's' : ''} a ` +
    `finding as present all the same (${n(v, 'rows') === 1 ? 'row' : 'rows'} ${v['first']}). The finding is taken as present, and what such a row leaves open as ` +
    'absent. If that is wrong, correct these rows or take them out.',
  finerLabels: (v) =>
    `Warning: ${plural(n(v, 'labels'), 'label')} of the file ${n(v, 'labels') === 1 ? 'is' : 'are'} about a whole series, study or patient, and ` +
    `${plural(n(v, 'images'), 'image')} of it ${n(v, 'images') === 1 ? 'has' : 'have'} another label from before that is about the image, or about less than the whole: that one ` +
    'goes on counting. To correct it, name the images as the earlier file did (path, sopInstanceUID, …).',
  marksStay: (v) =>
    `Warning: ${plural(n(v, 'labels'), 'cell')} of the file ${n(v, 'labels') === 1 ? 'is' : 'are'} empty where an earlier import gave a label: an empty cell says nothing, and ` +
    'the label of before goes on counting. To correct it, write into the cell what is right.',
  labelsOverruled: (v) =>
    `Warning: ${plural(n(v, 'labels'), 'label')} of the file ${n(v, 'labels') === 1 ? 'says' : 'say'} otherwise than readers have labelled or somebody has decided: what they say ` +
    'goes on counting.',
  patientsGiven: (v) =>
    n(v, 'studies') === 0
      ? 'The patients of the labels file are those as whose the images are filed without it.'
      : `Patients by the labels file: ${plural(n(v, 'studies'), 'study or picture', 'studies or pictures')} of ${plural(n(v, 'patients'), 'patient')} are filed by it, ` +
        `${n(v, 'moved')} of them anew. The headers' IDs are kept beside; take back: sidelight patients DATASET --take-back`,
  samePictureNames: (v) =>
    `Warning: ${plural(n(v, 'names'), 'name')} without "_" (${plural(n(v, 'pictures'), 'picture')}) ${n(v, 'names') === 1 ? 'lies' : 'lie'} in several folders: each ` +
    'folder has a patient of its own, called "name (folder)". If one name is one person, give a column patientID, or that person may stand in ' +
    'training and test at once.',
  patientsByRule: (v) =>
    `${plural(n(v, 'pictures'), 'picture')} or studies that were there have another patient now (${rules[v['rule'] as keyof typeof rules]}).`,
  headersCorrected: (v) =>
    (n(v, 'files') === 0
      ? 'An import that was stopped had found files changed in place. '
      : `${plural(n(v, 'files'), 'file')} changed in place since the last import: what they say now counts, labels and readings stay, features are ` +
        'computed again. ') +
    `${plural(n(v, 'studies'), 'study', 'studies')} went to another patient.` +
    (n(v, 'resized') === 0
      ? ''
      : ` Warning: ${n(v, 'resized')} of the files ${n(v, 'resized') === 1 ? 'holds' : 'hold'} an image of another size now: look whether the labels of before are right for what is in them.`) +
    (n(v, 'results') === 0
      ? ''
      : ` ${plural(n(v, 'results'), 'result')} of classification ${n(v, 'results') === 1 ? 'is' : 'are'} of before: classify again if the pixels changed.`),
  imagesReplaced: (v) =>
    `Warning: ${plural(n(v, 'files'), 'file')} that ${n(v, 'files') === 1 ? 'was' : 'were'} known hold${n(v, 'files') === 1 ? 's' : ''} another image ` +
    `now (other UIDs, or another picture). Of the images of before, ${n(v, 'gone')} of ${plural(n(v, 'studies'), 'study', 'studies')} are in no ` +
    'file any more: they keep labels and readings, and are no longer trained on. If they are the same images under new UIDs, label them anew, ' +
    'with a labels file by path. Back they come by importing their former files; for good they go by sidelight patient delete --study UID ' +
    '(library check --list FILE names them).' +
    (n(v, 'copied') === 0
      ? ''
      : ` ${n(v, 'copied')} stay by the library's own copies, beside what the files hold now: one patient may be in twice.`),
  handedDown: (v) =>
    `${plural(n(v, 'labels'), 'label, tag or comment', 'labels, tags and comments')} given to a patient or study as a whole now stand at what was ` +
    'moved away from it.',
  splitsChanged: (v) =>
    `Warning: ${plural(n(v, 'patients'), 'patient')} had another split by an earlier file; what this file gives counts now. Models of before may have ` +
    'been trained on patients who are test now.',
  dealtAnew: (v) =>
    `${plural(n(v, 'patients'), 'patient')} had images in several splits before; the next training deals them anew.`,
  earlierVersions: (v) =>
    `${plural(n(v, 'versions'), 'frozen version')} (and the models trained on them) keep the patients and splits of before: their figures may count ` +
    'one person on both sides. Train anew for figures by the patients of now.',
  sharedIds: (v) =>
    `Warning: ${plural(n(v, 'ids'), 'ID of a patient', 'IDs of patients')} ${n(v, 'ids') === 1 ? 'stands' : 'stand'} in headers with two birth dates, sexes or issuers: people of two hospitals may share a number. They count as one patient, and ` +
    'a label by patientID is given to both. If they are two, give each an ID of its own in a column patientID beside the study or the path, and name the ' +
    'images in labels files by these. Who they are: sidelight patients DATASET',
  sharedPatient: (v) =>
    v['cause'] === 'folder'
      ? `Warning: ${n(v, 'studies')} of ${n(v, 'all')} pictures have their folder for a patient (${plural(n(v, 'patients'), 'patient')} in all). If a ` +
        'folder is no patient, import again with --patients picture (or prefix), or give a column patientID.'
      : `Warning: ${n(v, 'studies')} of ${n(v, 'all')} ${whatIsCounted(v)} carry the same patient ID${v['id'] === '' ? '' : ` ("${v['id']}")`} and count as one ` +
        'patient, who cannot be split. Give the patients in a column patientID beside the path, or correct the files where they lie and import again.',
  alikePatients: (v) =>
    `Warning: ${plural(n(v, 'patients'), 'patient')} have IDs that differ only in case, blanks or leading zeros from another's ` +
    `(${plural(n(v, 'groups'), 'group')}). They count as different people and may stand in training and test at once. If they are one, give one ID in a ` +
    'column patientID, or correct the files where they lie and import again. Who they are: sidelight patients DATASET',
  testGiven: (v) =>
    `The ${plural(n(v, 'given'), 'test patient')} of the file are the test set: the ${plural(n(v, 'open'), 'patient')} without a split go to ` +
    'training and validation only.',
  testAlsoDrawn: (v) =>
    `Warning: besides the ${plural(n(v, 'given'), 'test patient')} of the file, ${n(v, 'drawn')} that were dealt to test before stay there.`,
  validationFromTraining: (v) =>
    `The file gives no validation patients: a quarter of its ${plural(n(v, 'training'), 'training patient')} will be taken for it, by patient and seed.`,
  splitColumnUnused: (v) =>
    `Warning: ${n(v, 'count') === 1 ? 'the column' : 'the columns'} ${v['columns']} of the labels file ${n(v, 'count') === 1 ? 'speaks' : 'speak'} of training and test and ` +
    'was not used: patients are dealt anew. If that is the split, call the column "split", write train, val or test into its cells (nothing where ' +
    'it does not matter) and import again.',
  positiveGuessed: (v) =>
    `Which class is positive? Nothing in the names "${v['name']}" and "${v['other']}" tells which of the two is the disease. Say it: sidelight classes ` +
    `"${v['dataset']}" --positive NAME. Until then "${v['name']}" is taken, and every figure says that nobody chose it.`,
  maybeUnknown: (v) =>
    `Warning: ${v['names']} ${n(v, 'count') === 1 ? 'is a class' : 'are classes'} now, with ${plural(n(v, 'labels'), 'label')}. If that says that nobody knows, take these rows out of the file and ` +
    'import into a new data set: as a class it is learned and judged like the others. Naming all classes with --classes answers this.',
  missingNumbers: (v) =>
    `Warning: ${plural(n(v, 'labels'), 'value')} of ${v['columns']} ${n(v, 'labels') === 1 ? 'lies' : 'lie'} far from all others and ${n(v, 'labels') === 1 ? 'looks' : 'look'} like the number that is written where nothing was ` +
    'measured. If so, leave these cells empty and import into a new data set: as numbers they are learned like the others.',
  alikeClasses: (v) =>
    `Warning: ${plural(n(v, 'groups'), 'group')} of classes hardly ${n(v, 'groups') === 1 ? 'differs' : 'differ'}: ${v['names']}. They are different classes. If a group is one class, typed in several ways, ` +
    'correct the file before the import, or afterwards: sidelight class merge.',
  classFoldersUnused: (v) =>
    v['folder'] === ''
      ? `No class was taken from folders: the ${plural(n(v, 'folders'), 'folder')} of pictures ${n(v, 'folders') === 1 ? 'does' : 'do'} not lie below train, val or test. If they are the classes, give a labels ` +
        'file with a row a folder and the columns folder,label, and --key-column folder --keys folder.'
      : `No class was taken from folders: class folders (train/CLASS, test/CLASS) lie in "${v['folder']}"${n(v, 'isArchive') > 0 ? '' : ', below the folder that was given'}. If they are meant, ` +
        (n(v, 'isArchive') > 0 ? 'unpack it and import the folder.' : 'import that folder.'),
  systemFiles: (v) => `${plural(n(v, 'files'), 'file')} in which macOS keeps notes about others were passed over.`,
};

/** Columns that were not taken, by reason, and what takes those that may be meant. */
function columnsLeft(v: Values): string {
  const isNumbers = n(v, 'isNumbers') > 0;
  const part = (key: string, before: string, after: string): string[] =>
    v[key] === '' ? [] : [`${before}${v[key]}${after}`];
  const parts = [
    ...part(
      'strange',
      '',
      ` (row and first cell that is no ${isNumbers ? 'number' : 'mark: 1, 0, -1, present, absent, uncertain'})`,
    ),
    ...part(
      'attributes',
      '',
      ' (by the name about people, devices or parts; --finding-columns takes them all the same)',
    ),
    ...part('empty', '', ' (empty)'),
    ...part('other', '', ' (other cells)'),
  ];
  const isDoubtful = v['strange'] !== '' || v['attributes'] !== '';
  const named = `--finding-columns "${v['columns']}" --values "1=present,0=absent,-1=uncertain${v['words']}"`;
  const next = isNumbers
    ? ' Correct these cells to have them taken.'
    : v['columns'] === ''
      ? ' To have them taken, write 1, 0, -1 or nothing into these cells.'
      : ` To have all taken, say what their cells mean, with present, absent, uncertain or unknown for each "?": ${named}`;
  return `${isDoubtful ? 'Warning: not' : 'Not'} taken as ${isNumbers ? 'quantities' : 'findings'}: ${parts.join('; ')}.${v['strange'] === '' ? '' : next}`;
}

/** One line a note; commands in it are about `dataset`. */
export function noteLines(notes: readonly ImportNote[], dataset = 'DATASET'): string[] {
  const named = /^[\w.-]+$/.test(dataset) ? dataset : `"${dataset}"`;
  return notes.map(({ code, values }) => words[code](values).replaceAll(/(?<= )DATASET\b/g, () => named));
}

/** How the patients came to their parts, where a file had a say in it: `Patients: train 24 given, ...`; nothing where all were dealt. */
export function splitOriginLines(splits: readonly SplitOriginCount[]): string[] {
  if (!splits.some(({ origin }) => origin !== 'drawn')) return [];
  const ways = { given: 'given by the file', drawn: 'dealt', cut: "taken from the file's training patients" };
  const parts = (['train', 'val', 'test'] as const).flatMap((split) => {
    const own = splits.filter((row) => row.split === split);
    if (own.length === 0) return [];
    return [`${split} ${own.map(({ origin, patients }) => `${patients} ${ways[origin]}`).join(' and ')}`];
  });
  return [`Patients: ${parts.join(', ')}.`];
}
