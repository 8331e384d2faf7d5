/**
 * Every command of the reading room with its keys: the one table from which key handling, the help, the editor and the
 * documentation are made. Words for a command stand under its name in renderer/i18n.
 *
 * A chord is `Ctrl+Shift+Alt+KEY`. In View mode plain digits choose window presets; in Label mode plain digits set classes and
 * Shift with the digit chooses the preset. Where a data set asks for findings, the digit says that the finding is present, Shift with the
 * digit that it is absent, and presets are for View mode.
 */
export type Mode = 'view' | 'label';

export const profiles = ['sidelight', 'ohif', 'weasis'] as const;
export type Profile = (typeof profiles)[number];

interface CommandRow {
  readonly group: 'image' | 'view' | 'measuring' | 'list' | 'label';
  /** Chords of the Sidelight profile; the others where they differ. */
  readonly keys: readonly string[];
  readonly ohif?: readonly string[];
  readonly weasis?: readonly string[];
  /** Works in this mode only. */
  readonly mode?: Mode;
  /** Works where the data set asks for findings only. */
  readonly asksMarks?: boolean;
}

export const commandTable = {
  previousImage: { group: 'image', keys: ['ArrowUp'] },
  nextImage: { group: 'image', keys: ['ArrowDown'] },
  previousTen: { group: 'image', keys: ['Shift+ArrowUp'] },
  nextTen: { group: 'image', keys: ['Shift+ArrowDown'] },
  firstImage: { group: 'image', keys: ['Home'] },
  lastImage: { group: 'image', keys: ['End'] },
  previousSeries: { group: 'image', keys: ['PageUp'], weasis: ['ArrowLeft'] },
  nextSeries: { group: 'image', keys: ['PageDown'], weasis: ['ArrowRight'] },
  previousViewport: { group: 'view', keys: ['ArrowLeft'], weasis: ['Ctrl+ArrowLeft'] },
  nextViewport: { group: 'view', keys: ['ArrowRight'], weasis: ['Ctrl+ArrowRight'] },
  reset: { group: 'view', keys: ['Escape', 'Space'], ohif: ['Space'], weasis: ['Escape'] },
  fit: { group: 'view', keys: ['='], weasis: ['Ctrl+Enter'] },
  zoomIn: { group: 'view', keys: ['+'], weasis: ['Ctrl++'] },
  zoomOut: { group: 'view', keys: ['-'], weasis: ['Ctrl+-'] },
  invert: { group: 'view', keys: ['I'], weasis: ['Shift+I'] },
  rotateRight: { group: 'view', keys: ['R'], weasis: ['Alt+R'] },
  rotateLeft: { group: 'view', keys: ['L'], weasis: ['Alt+L'] },
  flipHorizontally: { group: 'view', keys: ['H'], weasis: ['Alt+F'] },
  flipVertically: { group: 'view', keys: ['V'] },
  overlay: { group: 'view', keys: ['T'], weasis: ['Space', 'I'] },
  layout: { group: 'view', keys: ['G'] },
  maximise: { group: 'view', keys: ['F'] },
  link: { group: 'view', keys: ['K'] },
  prior: { group: 'view', keys: ['P'], weasis: ['Alt+P'] },
  play: { group: 'view', keys: ['C'] },
  interpolation: { group: 'view', keys: ['S'] },
  measureLength: { group: 'measuring', keys: ['D'] },
  measureAngle: { group: 'measuring', keys: ['A'] },
  removeMeasure: { group: 'measuring', keys: ['Delete'] },
  nextUnlabelled: { group: 'list', keys: ['Enter'] },
  previousItem: { group: 'list', keys: ['Ctrl+ArrowLeft'], weasis: ['Ctrl+PageUp'] },
  nextItem: { group: 'list', keys: ['Ctrl+ArrowRight'], weasis: ['Ctrl+PageDown'] },
  previousPatient: { group: 'list', keys: ['Ctrl+ArrowUp'] },
  nextPatient: { group: 'list', keys: ['Ctrl+ArrowDown'] },
  nextCase: { group: 'list', keys: ['W'] },
  backToCases: { group: 'list', keys: ['J'] },
  mode: { group: 'label', keys: ['M'] },
  undo: { group: 'label', keys: ['Ctrl+Z'] },
  redo: { group: 'label', keys: ['Ctrl+Y', 'Ctrl+Shift+Z'] },
  exclude: { group: 'label', keys: ['X'] },
  comment: { group: 'label', keys: ['N'] },
  class1: { group: 'label', keys: ['1'], mode: 'label' },
  class2: { group: 'label', keys: ['2'], mode: 'label' },
  class3: { group: 'label', keys: ['3'], mode: 'label' },
  class4: { group: 'label', keys: ['4'], mode: 'label' },
  class5: { group: 'label', keys: ['5'], mode: 'label' },
  class6: { group: 'label', keys: ['6'], mode: 'label' },
  class7: { group: 'label', keys: ['7'], mode: 'label' },
  class8: { group: 'label', keys: ['8'], mode: 'label' },
  class9: { group: 'label', keys: ['9'], mode: 'label' },
  absent1: { group: 'label', keys: ['Shift+1'], mode: 'label', asksMarks: true },
  absent2: { group: 'label', keys: ['Shift+2'], mode: 'label', asksMarks: true },
  absent3: { group: 'label', keys: ['Shift+3'], mode: 'label', asksMarks: true },
  absent4: { group: 'label', keys: ['Shift+4'], mode: 'label', asksMarks: true },
  absent5: { group: 'label', keys: ['Shift+5'], mode: 'label', asksMarks: true },
  absent6: { group: 'label', keys: ['Shift+6'], mode: 'label', asksMarks: true },
  absent7: { group: 'label', keys: ['Shift+7'], mode: 'label', asksMarks: true },
  absent8: { group: 'label', keys: ['Shift+8'], mode: 'label', asksMarks: true },
  absent9: { group: 'label', keys: ['Shift+9'], mode: 'label', asksMarks: true },
  uncertain1: { group: 'label', keys: ['Alt+1'], mode: 'label', asksMarks: true },
  uncertain2: { group: 'label', keys: ['Alt+2'], mode: 'label', asksMarks: true },
  uncertain3: { group: 'label', keys: ['Alt+3'], mode: 'label', asksMarks: true },
  uncertain4: { group: 'label', keys: ['Alt+4'], mode: 'label', asksMarks: true },
  uncertain5: { group: 'label', keys: ['Alt+5'], mode: 'label', asksMarks: true },
  uncertain6: { group: 'label', keys: ['Alt+6'], mode: 'label', asksMarks: true },
  uncertain7: { group: 'label', keys: ['Alt+7'], mode: 'label', asksMarks: true },
  uncertain8: { group: 'label', keys: ['Alt+8'], mode: 'label', asksMarks: true },
  uncertain9: { group: 'label', keys: ['Alt+9'], mode: 'label', asksMarks: true },
  help: { group: 'view', keys: ['?'] },
} as const satisfies Record<string, CommandRow>;

export type Command = keyof typeof commandTable;
export const commands = Object.keys(commandTable) as Command[];
export const groups = ['label', 'list', 'image', 'view', 'measuring'] as const;

/** Chords that differ from the profile's, by command. */
export type KeyTable = Readonly<Partial<Record<Command, readonly string[]>>>;

/** Whether a command goes on while its key is held down. */
export function mayRepeat(command: Command): boolean {
  const { group }: CommandRow = commandTable[command];
  return group === 'image' || command === 'zoomIn' || command === 'zoomOut';
}

/** The chords of a command. */
export function keysOf(command: Command, profile: Profile, changed: KeyTable): readonly string[] {
  const row: CommandRow = commandTable[command];
  return changed[command] ?? (profile === 'sidelight' ? row.keys : (row[profile] ?? row.keys));
}

/** What a chord does in a mode, and where the data set asks for findings (`asksMarks`): a command, a preset by its digit, or nothing. */
export function meaningOf(
  chord: string,
  mode: Mode,
  profile: Profile,
  changed: KeyTable,
  asksMarks = false,
): { readonly command: Command } | { readonly preset: number } | null {
  // A key that the reader gave goes before one that a later version of the table took for something new.
  for (const command of [...commands.filter((name) => changed[name] !== undefined), ...commands]) {
    const row: CommandRow = commandTable[command];
    if (worksIn(row, mode, asksMarks) && keysOf(command, profile, changed).includes(chord)) {
      return { command };
    }
  }
  const preset = mode === 'view' ? /^(\d)$/.exec(chord) : asksMarks ? null : /^Shift\+(\d)$/.exec(chord);
  return preset === null ? null : { preset: Number(preset[1]) };
}

function worksIn(row: CommandRow, mode: Mode, asksMarks: boolean): boolean {
  return (row.mode === undefined || row.mode === mode) && (asksMarks || row.asksMarks !== true);
}

/** What already has `chord` where `command` would use it: another command, or a preset in some mode. */
export function conflictOf(
  command: Command,
  chord: string,
  profile: Profile,
  changed: KeyTable,
): { readonly command: Command } | { readonly preset: number } | null {
  const row: CommandRow = commandTable[command];
  const others: KeyTable = { ...changed, [command]: [] };
  for (const mode of ['label', 'view'] as const) {
    for (const asksMarks of [false, true]) {
      const meaning = worksIn(row, mode, asksMarks) ? meaningOf(chord, mode, profile, others, asksMarks) : null;
      if (meaning !== null) return meaning;
    }
  }
  return null;
}

/**
 * The chord of a key press, or null while only modifiers are down. Digits are told by their place, so that Shift with a digit is the
 * same on every keyboard; signs by what they write, because their place differs.
 */
export function chordOf(event: KeyboardEvent): string | null {
  if (['Control', 'Shift', 'Alt', 'Meta', 'AltGraph', 'Dead'].includes(event.key)) return null;
  const place = /^(Digit|Numpad)(\d)$/.exec(event.code);
  // Without NumLock the keys of the number pad are arrows, Home and End.
  const digit = place?.[1] === 'Numpad' && event.key !== place[2] ? null : (place?.[2] ?? null);
  const isLetter = /^\p{L}$/u.test(event.key);
  const isSign = digit === null && event.key.length === 1 && !isLetter && event.key !== ' ';
  const key = digit ?? (event.key === ' ' ? 'Space' : isLetter ? event.key.toUpperCase() : event.key);
  const parts = [
    event.ctrlKey || event.metaKey ? 'Ctrl' : '',
    event.shiftKey && !isSign ? 'Shift' : '',
    event.altKey ? 'Alt' : '',
    key,
  ];
  return parts.filter((part) => part !== '').join('+');
}

/** Keys that a control needs for itself are left to it: text in fields, Enter and Space on buttons, arrows in lists. */
export function belongsToControl(event: KeyboardEvent): boolean {
  const target = event.target as HTMLElement;
  if (target.closest('[role="dialog"], [role="menu"]') !== null) return true;
  if (target.matches('input:not([type="checkbox"], [type="radio"]), textarea, select')) return true;
  if (target.matches('input') && event.key === ' ') return true;
  const isPlain = !event.ctrlKey && !event.metaKey && !event.altKey;
  if (target.matches('[role="tab"]') && event.key.startsWith('Arrow')) return true;
  return isPlain && (event.key === 'Enter' || event.key === ' ') && target.closest('button, a, summary') !== null;
}
