/** What is printed on the keys of a language's keyboard. */
const german: Readonly<Record<string, string>> = {
  Ctrl: 'Strg',
  Shift: 'Umschalt',
  Delete: 'Entf',
  Insert: 'Einfg',
  Home: 'Pos1',
  End: 'Ende',
  PageUp: 'Bild auf',
  PageDown: 'Bild ab',
  Space: 'Leertaste',
  Enter: 'Eingabe',
  Escape: 'Esc',
  Backspace: 'Rücktaste',
  ArrowLeft: 'Pfeil links',
  ArrowRight: 'Pfeil rechts',
  ArrowUp: 'Pfeil auf',
  ArrowDown: 'Pfeil ab',
};

/** A chord such as `Ctrl+Delete` as the language's keyboard has it: itself in English, "Strg+Entf" in German. */
export function chordText(chord: string, language: string): string {
  if (language === 'en') return chord;
  // The key itself may be a plus: "Ctrl++".
  return chord.replaceAll(/[^+]+/g, (part) => german[part] ?? part);
}
