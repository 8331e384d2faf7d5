import type { Words } from '../words.ts';

export const core: Words['core'] = {
  stages: {
    checking: 'Wird geprüft',
    classifying: 'Wird klassifiziert',
    copyingLpm: 'Modell wird kopiert',
    decoding: 'Bilder werden gelesen',
    deletionCheck: 'Löschprobe',
    encoding: 'Bilder werden kodiert',
    evaluating: 'Wird ausgewertet',
    evidence: 'Sucht Belege',
    exporting: 'Wird exportiert',
    importing: 'Wird importiert',
    makingStudies: 'Studien werden gemalt',
    makingUnseen: 'Studien zum Klassifizieren werden gemalt',
    measuring: 'Zeit messen',
    readingImage: 'Bild lesen',
    readingWeights: 'Gewichte werden gelesen',
    searching: 'Ein Rezept wird gesucht',
    shortcuts: 'Prüfung auf Abkürzungen',
    statistics: 'Mittelwert und Streuung',
    training: 'Wird trainiert',
  },
  units: {
    MB: 'MB',
    files: 'Dateien',
    images: 'Bilder',
    records: 'Datensätze',
    parts: 'Teile',
    runs: 'Läufe',
    steps: 'Schritte',
  },
};
