import type { Words } from '../index.svelte.ts';

export const core: Words['core'] = {
  stages: {
    Checking: 'Wird geprüft',
    Classifying: 'Wird klassifiziert',
    'Copying LPM': 'Modell wird kopiert',
    Decoding: 'Bilder werden gelesen',
    'Deletion check': 'Löschprobe',
    Encoding: 'Bilder werden kodiert',
    Evaluating: 'Wird ausgewertet',
    Evidence: 'Sucht Belege',
    Importing: 'Wird importiert',
    'Making studies': 'Studien werden gemalt',
    'Making studies to classify': 'Studien zum Klassifizieren werden gemalt',
    'Mean and deviation': 'Mittelwert und Streuung',
    Measuring: 'Zeit messen',
    'Reading the image': 'Bild lesen',
    'Reading weights': 'Gewichte werden gelesen',
    Training: 'Wird trainiert',
    export: 'Wird exportiert',
  },
  units: {
    MB: 'MB',
    files: 'Dateien',
    images: 'Bilder',
    records: 'Datensätze',
    parts: 'Teile',
    runs: 'Läufe',
    steps: 'Schritte',
    epochs: 'Epochen',
    studies: 'Studien',
  },
};
