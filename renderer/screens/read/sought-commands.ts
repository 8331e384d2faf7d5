import { i18n } from '../../i18n/index.svelte.ts';
import { chordText } from '../../i18n/key-names.ts';
import { foundCommands } from './found-commands.ts';
import { keys } from './keys.svelte.ts';

/** The commands, by groups, whose name, group or key holds `sought`: as the reader's language and keyboard call them. */
export function soughtCommands(sought: string): ReturnType<typeof foundCommands> {
  const words = i18n.words.read;
  return foundCommands(
    sought,
    (command) => words.commands[command],
    (group) => words.groups[group],
    (command) => keys.of(command).flatMap((key) => [key, chordText(key, i18n.language)]),
  );
}
