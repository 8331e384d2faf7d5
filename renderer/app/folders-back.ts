/** Watched folders of a model or a data set that is back. */
import type { ModelBack } from '../../core/contract/index.ts';
import { fileName } from '../i18n/dicom-words.ts';
import { i18n } from '../i18n/index.svelte.ts';

/** Their last parts; whole where several end alike. */
function namesOf(folders: readonly string[]): readonly string[] {
  const names = folders.map(fileName);
  return new Set(names).size === names.length ? names : folders;
}

/** What is said of folders of something that is back: how many are watched again, and which stay stopped. */
export function foldersBack({ watches, stopped }: ModelBack): string[] {
  const { watchedAgain, stillStopped } = i18n.words.round.edit;
  return [
    ...(watches === 0 ? [] : [watchedAgain(watches)]),
    ...(stopped.length === 0 ? [] : [stillStopped(namesOf(stopped))]),
  ];
}
