/**
 * What is understood of a labels file: its columns with their other names, its encodings and its separators. Reading, preview, help and
 * docs/labels-files.md are made from these tables.
 *
 * A name is understood only where nothing else can be meant: what stands in a column "study_id" differs from set to set, so it is none of
 * these. A column that is not understood is named in the preview and not used; two columns of one meaning are refused.
 */
import { z } from 'zod';

/** Columns that can name what a row is about, the most specific first; where a file has several, the first of them counts. */
export const keyColumns = [
  'path',
  'sopInstanceUID',
  'seriesInstanceUID',
  'studyInstanceUID',
  'accessionNumber',
  'patientID',
] as const;
export type KeyColumn = (typeof keyColumns)[number];

/** What a column of a labels file can mean. */
export const labelColumns = [...keyColumns, 'label', 'split', 'reader'] as const;
export const labelColumnSchema = z.enum(labelColumns);
export type LabelColumn = (typeof labelColumns)[number];

/** Names of each column, in any case, with or without blanks, `_`, `-` and `.`; the first is our own. */
export const columnNames: Readonly<Record<LabelColumn, readonly string[]>> = {
  path: [
    'path',
    'file',
    'filename',
    'filepath',
    'image',
    'image path',
    'image file',
    'image name',
    'image file path',
    'Datei',
    'Dateiname',
    'Dateipfad',
    'Pfad',
    'Bild',
    ...['fichier', 'nom du fichier', 'chemin', 'archivo', 'nombre del archivo', 'ruta', 'nome del file', 'percorso'],
  ],
  sopInstanceUID: ['sopInstanceUID', 'SOP UID', 'instance UID', 'image UID'],
  seriesInstanceUID: ['seriesInstanceUID', 'series UID'],
  studyInstanceUID: ['studyInstanceUID', 'study UID'],
  accessionNumber: [
    'accessionNumber',
    'accession',
    'accession no',
    'accession nr',
    'Akzessionsnummer',
    'Anforderungsnummer',
  ],
  patientID: [
    ...['patientID', 'patient', 'patient number', 'Patienten-ID', 'PatientNummer', 'Patientennummer', 'ID patient'],
    ...['numéro patient', 'paciente', 'ID paciente', 'paziente', 'ID paziente'],
  ],
  label: [
    ...['label', 'labels', 'class', 'class name', 'class label', 'diagnosis', 'Klasse', 'Diagnose', 'Befund'],
    ...['étiquette', 'classe', 'diagnostic', 'etiqueta', 'clase', 'diagnóstico', 'etichetta', 'diagnosi'],
  ],
  split: [
    ...['split', 'set', 'subset', 'partition', 'data split', 'dataset split', 'split name', 'Aufteilung', 'Teilmenge'],
    ...['répartition', 'partición', 'partizione', 'suddivisione'],
  ],
  reader: ['reader'],
};

/** What each column is for, as documentation and preview say it. */
export const columnMeanings: Readonly<Record<LabelColumn, string>> = {
  path: 'one file: below the labels file or an imported folder, or as a whole path; `archive.zip/folder/file` names a member',
  sopInstanceUID: 'one image',
  seriesInstanceUID: 'one series',
  studyInstanceUID: 'one study',
  accessionNumber: 'one study, by the accession number in its header',
  patientID: 'one patient; beside another of these columns, whose the image is',
  label: 'the class',
  split: 'the part: training, validation or test',
  reader: 'who gave the label; rows of several readers about one image are no conflict',
};

/** A column's name as names are compared: without case, blanks, `_`, `-` and `.`. */
export function plainColumnName(name: string): string {
  return name
    .normalize('NFC')
    .toLowerCase()
    .replaceAll(/[\s_.\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff-]/g, '');
}

const columnOfPlainName: ReadonlyMap<string, LabelColumn> = new Map(
  labelColumns.flatMap((column) => columnNames[column].map((name) => [plainColumnName(name), column] as const)),
);

/** The meaning of a column by its name in the header; null where it is not understood. */
export function columnOfName(name: string): LabelColumn | null {
  return columnOfPlainName.get(plainColumnName(name)) ?? null;
}

/** Whether a name is the column's own and not one of its others. */
export function isOwnColumnName(name: string): boolean {
  return labelColumns.some((column) => plainColumnName(column) === plainColumnName(name));
}

/** Encodings that are read, and how each is told. */
export const labelEncodings = ['utf-8', 'utf-16le', 'utf-16be', 'windows-1252', 'macintosh'] as const;
export const labelEncodingSchema = z.enum(labelEncodings);
export type LabelEncoding = (typeof labelEncodings)[number];
export const encodingMeanings: Readonly<Record<LabelEncoding, { readonly name: string; readonly told: string }>> = {
  'utf-8': { name: 'UTF-8', told: 'with or without a byte order mark; every byte fits' },
  'utf-16le': { name: 'UTF-16 LE', told: 'byte order mark, or zeros in every second byte ("Unicode text" of Excel)' },
  'utf-16be': { name: 'UTF-16 BE', told: 'byte order mark, or zeros in every first byte' },
  'windows-1252': {
    name: 'Windows-1252',
    told: 'no UTF-8, and its letters read well under this table alone ("CSV" of Excel on Windows)',
  },
  macintosh: {
    name: 'MacRoman',
    told: 'no UTF-8, and its letters read well under this table alone, or lines end with CR ("CSV (Macintosh)" of Excel)',
  },
};

/** Separators that are found, and what the first line may announce with `sep=`. */
export const labelSeparators = [',', ';', '\t', '|'] as const;
export const labelSeparatorSchema = z.enum(labelSeparators);
export type LabelSeparator = (typeof labelSeparators)[number];
export const separatorNames: Readonly<Record<LabelSeparator, string>> = {
  ',': 'comma',
  ';': 'semicolon',
  '\t': 'tab',
  '|': 'vertical bar',
};

/** Labels that tell of another kind of file, which is explained and refused. */
export const labelKinds = ['several-labels', 'uncertain', 'decimals', 'columns-of-findings'] as const;
export type LabelKind = (typeof labelKinds)[number];
export const labelKindMeanings: Readonly<
  Record<LabelKind, { readonly examples: string; readonly is: string; readonly next: string }>
> = {
  'several-labels': {
    examples: "`A|B`, `A;B`, `['a', 'b']`; `A, B` where A and B are labels of other rows",
    is: 'several findings of one image in one cell',
    next: 'To import it as findings, say what stands between them: --separator "|", or --separator list. For one class an image, write a column "label" with the class that each image is to count as.',
  },
  uncertain: {
    examples: '`-1`, `-1.0`',
    is: 'a code: -1 means "uncertain" in some public sets and "absent" in others',
    next: 'To import it as a finding, name the column and say what its codes mean: --finding-columns NAME --values 1=present,0=absent,-1=uncertain. For classes, write words instead.',
  },
  decimals: {
    examples: '`1.0`, `0.0`, `2,5`',
    is: 'numbers with decimals, as tables of several findings or measurements have them',
    next: 'Numbers are imported into a data set that asks for one: --target quantity. Otherwise write the class as a word or as a whole number.',
  },
  'columns-of-findings': {
    examples: 'columns `Atelectasis`, `Edema` with 0 and 1',
    is: 'one column a finding, with 0 and 1 in it',
    next: 'To import them as findings: --target finding takes every such column, --finding-columns A,B those that it names, with --values where other words than 1 and 0 stand in them; in the window, let the new data set ask for several findings. For one class an image, write a column "label" with the class as a word.',
  },
};

/** Which rows must be right before any label is written. */
export const rowRules = ['all', 'matching', 'usable'] as const;
export const rowRuleSchema = z.enum(rowRules);
export type RowRule = (typeof rowRules)[number];
