/** Calls about labels files: what one would do, the rows that it would not take, labels out again. */
import { z } from 'zod';
import {
  folderClassesOptionsSchema,
  folderClassesSchema,
  labelsPreviewSchema,
  previewOptionsSchema,
} from '../labels-preview.ts';
import { nameSchema } from '../names.ts';
import { defineCalls, nothing } from './call.ts';

const out = z.string().min(1);

export const labelsFileCalls = defineCalls({
  'labels.preview': {
    doc: 'What a labels file would do, alone or with files that are to be imported. Nothing is written. One is looked at at a time: another call stops the one before.',
    input: previewOptionsSchema,
    output: labelsPreviewSchema,
  },
  'labels.ofFolders': {
    doc: 'The classes that class folders name, and what has to be asked about them before they are imported. Only names are read.',
    input: folderClassesOptionsSchema,
    output: folderClassesSchema,
  },
  'labels.stopPreview': { doc: 'Stops the preview that is being made.', input: nothing, output: z.null() },
  'labels.saveRefused': {
    doc: 'Writes the rows of a labels file from which nothing would be taken into a CSV file, with the reason; gives how many.',
    input: previewOptionsSchema.extend({ out }),
    output: z.int().nonnegative(),
  },
  'labels.export': {
    doc: 'Writes the labels that count in a data set into a CSV file; gives how many rows.',
    input: z.strictObject({ dataset: nameSchema, out }),
    output: z.int().nonnegative(),
  },
});
