import type { Words } from '../words.ts';

export const help: Words['help'] = {
  title: 'Hilfe',
  says: 'Diese Seiten gehören zu Sidelight und brauchen kein Netz. Es gibt sie auf Englisch.',
  pages: 'Seiten',
  search: 'In den Seiten suchen',
  nothingFound: 'Keine Seite enthält diese Wörter.',
  button: 'Hilfe (F1)',
};
