/** The commands of the reading room by their groups, narrowed to what is looked for. */
import { type Command, commands, commandTable, groups } from './commands.ts';

export interface FoundGroup {
  readonly group: (typeof groups)[number];
  readonly commands: readonly Command[];
}

/**
 * The groups with what matches: every word is in the command's name (or its group's), or is exactly one of its keys. Groups without any are left
 * out.
 * @param nameOf a command in the reader's language
 * @param nameOfGroup a group in it
 * @param keysOf the keys that the command has
 */
export function foundCommands(
  sought: string,
  nameOf: (command: Command) => string,
  nameOfGroup: (group: FoundGroup['group']) => string,
  keysOf: (command: Command) => readonly string[],
): FoundGroup[] {
  const wanted = sought.toLowerCase().split(/\s+/).filter(Boolean);
  const matches = (command: Command): boolean => {
    const name = `${nameOf(command)} ${nameOfGroup(commandTable[command].group)}`.toLowerCase();
    const chords = keysOf(command).map((chord) => chord.toLowerCase());
    return wanted.every((word) => name.includes(word) || chords.includes(word));
  };
  return groups
    .map((group) => ({
      group,
      commands: commands.filter((command) => commandTable[command].group === group && matches(command)),
    }))
    .filter((found) => found.commands.length > 0);
}
