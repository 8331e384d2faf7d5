import { counted } from '../count.ts';

const n = (count: number, one: string, other: string): string => counted('en', count, one, other);

/** The preview of a labels file. */
export const labels = {
  button: 'Labels …',
  chooseTitle: 'Choose a labels file (CSV)',
  check: 'Check labels …',
  title: (file: string) => `Labels from ${file}`,
  nothingYet: 'Nothing has been written yet.',
  looking: 'Looking at the file and the images …',
  about: (rows: number, dataset: string) => `${n(rows, 'row', 'rows')} for “${dataset}”.`,
  read: (encoding: string, separator: string, empty: number) =>
    `Read as ${encoding}, separated by ${separator}${empty === 0 ? '' : `; ${n(empty, 'empty row', 'empty rows')} passed over`}.`,
  separators: { ',': 'commas', ';': 'semicolons', '\t': 'tabs', '|': 'vertical bars' },
  columns: 'Columns',
  meanings: {
    path: 'names the file',
    sopInstanceUID: 'names the image',
    seriesInstanceUID: 'names the series',
    studyInstanceUID: 'names the study',
    accessionNumber: 'names the study, by its accession number',
    patientID: 'names the patient',
    label: 'the class',
    split: 'training, validation or test',
  },
  notUsed: {
    unknown: 'not used: not understood',
    'other-key': 'not used: another column names the image more exactly',
    'other-words': 'not used: its words are none of training, validation and test',
    'split-words': 'not used, though it speaks of training and test',
  },
  splitUnused: (name: string, words: readonly string[]) =>
    `The column “${name}” holds ${words.map((word) => `“${word}”`).join(', ')} and is not used: patients would be dealt anew. If it is the split, call it “split” in the file and write train, val or test into its cells.`,
  noName: '(no name)',
  firstRows: 'First rows as understood',
  row: 'Row',
  image: 'Image',
  classLabel: 'Class',
  part: 'Part',
  patient: 'Patient',
  classes: 'Classes',
  classesHelp: 'A name can be corrected here. Two classes that get one name become one.',
  className: (name: string) => `Name of the class “${name}”`,
  classCounts: (labels: number, images: number) => `${n(labels, 'label', 'labels')}, ${n(images, 'image', 'images')}`,
  newClass: 'new in this data set',
  caseTitle: 'These names differ only in small and capital letters. Are they one class?',
  caseName: (name: string, count: number, isKnown: boolean) =>
    isKnown && count === 0 ? `“${name}” (in the data set)` : `“${name}” (${count})`,
  caseMerge: (names: readonly string[]) => `They are one class: ${names.map((name) => `“${name}”`).join(', ')}`,
  caseOtherwise: 'If they are two, give one of them another name above.',
  caseOtherwiseFolders: 'If they are two, give one of the folders another name first.',
  becomes: (name: string) => `counts as “${name}”`,
  effect: 'What would change',
  changes: (fresh: number, same: number, changed: number) =>
    `${n(fresh, 'new label', 'new labels')}, ${same} as they are, ${changed} changed.`,
  overruled: (count: number) =>
    `${n(count, 'label differs', 'labels differ')} from what readers said; the readers’ goes on counting.`,
  patients: (count: number) => `The labels are about ${n(count, 'patient', 'patients')}.`,
  splits: { train: 'Training', val: 'Validation', test: 'Test' },
  splitLine: (name: string, patients: number, images: number) =>
    `${name}: ${n(patients, 'patient', 'patients')}, ${n(images, 'image', 'images')}.`,
  otherCase: (count: number) => `${n(count, 'path', 'paths')} found with other upper and lower case.`,
  moved: (count: number) => `${n(count, 'absolute path', 'absolute paths')} found below another folder.`,
  without: (count: number) => `${n(count, 'image has', 'images have')} no row and would stay without a label.`,
  refused: (count: number) => `Nothing would be taken from ${n(count, 'row', 'rows')}`,
  refusedRows: (rows: readonly number[]) => (rows.length === 1 ? `row ${rows[0]}` : `rows ${rows.join(', ')}`),
  more: (count: number) => `and ${count} more`,
  save: 'Save list …',
  saveTitle: 'Save the rows that are left out',
  saveName: 'rows-left-out.csv',
  saved: (count: number) => `${n(count, 'row', 'rows')} saved.`,
  leaveOut: (count: number) =>
    count === 1 ? 'Leave this row out and import the others' : `Leave these ${count} rows out and import the others`,
  nothingWritten: 'As long as rows are refused, no label is written unless they are left out.',
  import: 'Import',
  back: 'Back',
  export: 'Labels as CSV …',
  exportTitle: 'Save the labels of the data set',
  exported: (count: number) => `${n(count, 'row', 'rows')} written.`,
} as const;
