import { counted } from '../count.ts';
import type { Words } from '../words.ts';

const n = (count: number, one: string, other: string): string => counted('de', count, one, other);

export const comparison: Words['comparison'] = {
  tab: 'Trainingsverfahren',
  help: 'Die Tabelle der Arbeiten an Ihren eigenen Daten: was jedes Verfahren trainiert, was es an Speicher und Zeit braucht, und wie gut es bei Patienten ist, aus denen niemand gelernt hat. Speicher und Zeit werden zuerst gemessen; Verfahren, die nicht hineinpassen, stehen untrainiert in der Tabelle.',
  start: 'Neuer Vergleich',
  methods: 'Verfahren',
  seeds: 'Trainings von jedem',
  recipe: 'Rezept',
  recipes: {
    'by-method': 'jedes Verfahren mit seiner Lernrate',
    published: 'wie veröffentlicht, für alle gleich',
  },
  epochs: 'Epochen',
  lpmEpochs: 'Epochen der Verfahren, die das LPM rechnen',
  ofRecipe: 'die des Rezepts',
  hours: 'Höchstens Stunden',
  hoursHelp: 'Mit 0 Stunden werden Speicher und Zeit gemessen und nichts trainiert.',
  lpm: 'LPM',
  inputSize: 'Bildgröße (px)',
  go: 'Vergleichen',
  goes: 'Wird verglichen …',
  unpromised: 'Die Zeit wird zuerst gemessen; danach steht in der Auftragsliste, wie lange es dauert.',
  promised: (time, low, high) => `Etwa ${time} (${low} bis ${high}).`,
  keeps: 'Die Modelle bleiben in der Bibliothek.',
  none: 'An diesem Datensatz wurden noch keine Verfahren verglichen.',
  shown: 'Vergleich',
  named: (id, day, lpm, px) => `${id}: ${day}, ${lpm}, ${px} px`,
  about: (version, recipe) => `Version ${version} des Datensatzes; ${recipe}.`,
  testOnce: (patients, images) =>
    `${n(patients, 'Testpatient', 'Testpatienten')} (${n(images, 'Bild', 'Bilder')}), von jedem Modell einmal beantwortet, als alle Trainings zu Ende waren; nichts wurde nach ihnen gewählt.`,
  validation: (patients, images) =>
    `Beurteilt an ${n(patients, 'Validierungspatient', 'Validierungspatienten')} (${n(images, 'Bild', 'Bilder')}), nach denen Epochen gewählt wurden: Diese AUC schmeicheln.`,
  untrained: 'Nichts wurde trainiert: nur Speicher und Zeit.',
  columns: {
    method: 'Verfahren',
    learnable: 'Lernbar',
    memory: 'Speicher des Trainings',
    epoch: 'Eine Epoche',
    auc: 'AUC (95 %)',
    ppe: 'PPE',
    pme: 'PME',
  },
  ofLpm: (share) => `${share} des LPM`,
  ofFull: (share) => `${share} von vollem Training`,
  roughly: (value) => `etwa ${value}`,
  reasons: {
    time: (time) => `nicht trainiert: dauert ${time}`,
    memory: (size) => `nicht trainiert: braucht ${size} Speicher`,
  },
  failed: (why) => `nicht trainiert: ${why}`,
  unknown: 'mehr, als da ist',
  againstMemory: 'AUC gegen Speicher',
  againstParameters: 'AUC gegen Parameter',
  memoryAxis: 'Speicher des Trainings (MB)',
  parametersAxis: 'lernbare Parameter',
  meaning:
    'AUC: der Mittelwert der Trainings, ihr Intervall über Trainings und Patienten zugleich. Speicher: was ein Trainingsschritt mit dem ganzen Batch auf einmal zu einer ruhenden Engine hinzufügt, in einem eigenen Prozess auf dem Prozessor; „etwa“ ist von einem und zwei Bildern aus fortgeführt. PPE und PME: die AUC in Prozent, gemindert um den Anteil der Parameter und um den Anteil am Speicher des vollen Trainings.',
  saveCsv: 'Als CSV speichern',
  saveReport: 'Bericht speichern',
  saveTitle: 'Vergleich speichern',
  saved: 'Der Vergleich wurde gespeichert.',
};
