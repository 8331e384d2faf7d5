/** What a user runs elsewhere to turn a refused pickle into a file that Sidelight reads. */
import { readdirSync, statSync } from 'node:fs';
import { basename } from 'node:path';
import { conversionScript, modelPickles } from '../../weights/index.ts';

/**
 * What to do about the pickle at `path`, a file or a model folder, with the ten lines of Python for exactly its files. They name these files,
 * which may tell of a patient: for the eyes of whoever named them, not for a log or the library.
 */
export function conversionOf(path: string): string[] {
  const isFolder = statSync(path).isDirectory();
  const files = isFolder ? modelPickles(readdirSync(path).sort()) : [basename(path)];
  return [
    'Convert it where Python has torch and safetensors: save these lines as convert.py beside the file, run `python convert.py` there, and add the model.safetensors that it writes.',
    '',
    ...conversionScript(files),
  ];
}
