import { countedInGerman as n } from '../count.ts';
import type { Words } from '../words.ts';

export const suspects: Words['suspects'] = {
  tab: 'Labels prüfen',
  help: 'Dem Label dieser Fälle widerspricht ein Netz, das nicht von ihm gelernt hat. Viele sind Fehler des Modells oder schwere Fälle, manche sind Fehler der Labels: Sehen Sie sie an, von oben. Kein Label ändert sich von selbst.',
  none: 'Dieses Modell wurde ohne Kreuzvalidierung trainiert: Es hat von seinen Labels gelernt, seine Antworten können also keinem widersprechen. Für die Liste mit Kreuzvalidierung trainieren (Training, Experteneinstellungen).',
  noneDoubted: (labels) => `Keinem Label wird widersprochen, von ${n(labels, 'Label', 'Labels')}.`,
  counts: (labels, open, kept, changed) =>
    `Von ${n(labels, 'Label', 'Labels')}: ${open} zu prüfen, ${kept} beibehalten, ${changed} geändert.`,
  effect: (changed, agrees, model) =>
    `Nach der Liste von „${model}“ geändert: ${n(changed, 'Label', 'Labels')}; davon stimmt die Antwort der Kreuzvalidierung dieses Modells mit ${agrees} überein.`,
  show: 'Zeigen',
  filters: { open: 'zu prüfen', all: 'alle' },
  states: { open: 'zu prüfen', kept: 'beibehalten', changed: 'geändert' },
  decided: (state, reader, day) => `${state} von ${reader}, ${day}`,
  nothingOpen: 'Auf dieser Liste ist nichts mehr zu prüfen.',
  label: 'Label',
  answer: 'Antwort',
  share: (name, p) => `${name} (${p})`,
  caseLabel: (n, label, answer) => `Zu prüfendes Label ${n}: ${label}, Antwort ${answer}`,
  openRead: 'Ansehen',
  inRead: 'Label prüfen',
  said: (label, answer, p) =>
    `Label „${label}“. Ein Netz, das nicht davon gelernt hat, antwortet „${answer}“${p === null ? '' : ` (${p})`}.`,
  keep: (label) => `„${label}“ beibehalten`,
  orChange: 'Oder geben Sie unten ein anderes Label.',
  keepBlinded: 'Dieser Datensatz wird verblindet gelesen: Geben Sie unten Ihr eigenes Label.',
  withoutEffect:
    'Ihr Label zählt hier nicht: Die Labels dieses Datensatzes gelten für Bilder. Wählen Sie unter „Wie dieser Datensatz gelesen wird“ das Bild und labeln Sie dort.',
  changedTo: (label) => `Jetzt: „${label}“.`,
  kept: 'Das Label bleibt.',
  next: 'Nächstes zu prüfendes Label',
  back: 'Zurück zur Liste',
};
