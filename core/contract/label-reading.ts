/**
 * How a labels file is to be read that has other columns than the product's own: by the profile of a public set, or as options say. What is
 * left out is taken from the profile where one is named, else from the names of columns that are understood anyway.
 */
import { z } from 'zod';
import { markNames } from './marks.ts';

/** What can be looked for in the images to find the one that a row names, and whether several of them may be meant at once. */
export const keyKinds = [
  'path',
  'path-end',
  'file-name',
  'folder',
  'sopInstanceUID',
  'seriesInstanceUID',
  'studyInstanceUID',
  'accessionNumber',
  'patientID',
] as const;
export const keyKindSchema = z.enum(keyKinds);
export type KeyKind = (typeof keyKinds)[number];

/** What each kind of key is, as help, preview and documentation say it. */
export const keyKindMeanings: Readonly<Record<KeyKind, string>> = {
  path: 'a path, as in the column "path"',
  'path-end': 'the last folders of a path and the name in them',
  'file-name': 'the name of a file, whatever its extension and its folder',
  folder: 'a folder, by its name or with those above it: every image in it and below it is meant',
  sopInstanceUID: 'the UID of an image',
  seriesInstanceUID: 'the UID of a series',
  studyInstanceUID: 'the UID of a study',
  accessionNumber: 'the accession number of a study',
  patientID: 'a patient ID: every image of the patient is meant',
};

/** What a cell can say of a finding: a mark, or nothing. */
export const findingMeanings = [...markNames, 'unknown'] as const;
export const findingMeaningSchema = z.enum(findingMeanings);
export type FindingMeaning = (typeof findingMeanings)[number];

/** The word that stands for an empty cell where values are named. */
export const blankWord = 'blank';

/** What the cells of finding columns say where nobody said otherwise. `-1` is not among them: sets differ in what it means. */
export const usualFindingWords: Readonly<Record<string, FindingMeaning>> = {
  '1': 'present',
  '0': 'absent',
  [blankWord]: 'unknown',
};

/** The word that asks for the one profile that fits the file. */
export const automaticProfile = 'auto';

const column = z.string().min(1).max(200);

export const labelReadingSchema = z.strictObject({
  /** A profile by name, with `:variant` where it has several; `auto` for the one that fits the file. */
  profile: z.string().min(1).max(100).optional(),
  keyColumn: column.optional(),
  /** What the key column holds. */
  keys: keyKindSchema.optional(),
  labelColumn: column.optional(),
  /** One column a finding; where the findings stand in cells, those of them that are to be taken. */
  findingColumns: z.array(column).min(1).max(500).optional(),
  /** Between several findings in one cell. */
  separator: z.string().min(1).max(10).optional(),
  values: z
    .array(z.strictObject({ word: z.string().min(1).max(100), means: findingMeaningSchema }))
    .min(1)
    .max(50)
    .optional(),
  readerColumn: column.optional(),
  splitColumn: column.optional(),
  patientColumn: column.optional(),
  /** The second file of a set that comes in two. */
  secondFile: z.string().min(1).optional(),
});
export type LabelReading = z.output<typeof labelReadingSchema>;
export type LabelReadingOptions = z.input<typeof labelReadingSchema>;
