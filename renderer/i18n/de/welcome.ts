import { countedInGerman as n } from '../count.ts';
import type { Words } from '../words.ts';

export const welcome: Words['welcome'] = {
  title: 'Willkommen bei Sidelight',
  what: [
    'Sidelight bringt einem kleinen Netz bei, zu unterscheiden, was Sie labeln: einen Befund, eine Ansicht, eine Qualität.',
    'Sie importieren Studien, labeln einige, trainieren wenige Minuten und sehen, wie gut es bei Patienten ist, die es nie gesehen hat.',
    'Alles bleibt auf diesem Rechner; nichts wird irgendwohin gesendet.',
  ],
  notice: 'Nur für die Forschung. Nicht zur Diagnose.',
  noticeText: 'Kein Ergebnis dieses Programms darf über einen Patienten entscheiden.',
  acknowledge: 'Ich habe das gelesen und verwende Sidelight nur für die Forschung',
  acknowledgeFirst: 'Bitte bestätigen Sie zuerst den Satz darüber.',
  own: 'Eigene Studien importieren',
  ownText: 'Ein Ordner, eine CD, ein ZIP-Archiv. Die Dateien werden gelesen, nie geändert.',
  ownAction: 'Studien wählen …',
  demo: 'Mit dem Demo-Datensatz ausprobieren',
  demoText:
    'Gemachte Bilder mit Kalk, einem Herd oder nichts davon: der ganze Weg vom Label zum Ergebnis in etwa fünf Minuten.',
  demoAction: 'Demo-Datensatz anlegen',
  making: 'Demo-Datensatz wird gemacht',
  makingText: 'Bilder werden gemalt, importiert und gelabelt. Das dauert etwa eine Minute.',
  done: (studies, unlabelled) =>
    `${n(studies, 'Studie ist', 'Studien sind')} in der Bibliothek; ohne Label: ${unlabelled}.`,
  standIn:
    'Dieser Kopie liegt kein vortrainiertes Modell bei; eines mit zufälligen Gewichten steht an seiner Stelle: gut genug, um alles zu sehen, nicht, um das Verfahren zu beurteilen.',
  next: 'Wie es weitergeht',
  steps: {
    label: 'Labeln Sie die Studien ohne Label: Tasten 1, 2, 3.',
    train: 'Trainieren: Datensatz „demo“ wählen und starten.',
    classify: (folder) => `Klassifizieren Sie die neuen Studien in ${folder}`,
  },
  way: 'Der ganze Weg',
  progress: {
    import: 'Studien sind in der Bibliothek.',
    label: 'Ein Datensatz ist ganz gelabelt.',
    train: 'Ein Modell ist trainiert.',
    classify: 'Neue Studien sind klassifiziert.',
  },
  isDone: 'erledigt',
  isOpen: 'offen',
  goLabel: 'Labeln',
  goTrain: 'Weiter: trainieren',
  goLibrary: 'Studien ansehen',
  goClassify: 'Klassifizieren',
  failed: 'Der Demo-Datensatz konnte nicht gemacht werden.',
  again: 'Noch einmal',
  notEmpty: 'Die Bibliothek enthält schon Studien.',
};
