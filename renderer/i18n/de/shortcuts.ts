import { countedInGerman as n } from '../count.ts';
import type { Words } from '../words.ts';

export const shortcuts: Words['shortcuts'] = {
  tab: 'Abkürzungen',
  help: 'Ein Modell kann nach etwas antworten, das kein Befund ist: einem Buchstaben in einer Ecke, einem Rand, dem Gerät. Einige seiner Bilder werden noch einmal beantwortet, während Teile abgedeckt sind. Wo das Wahre deutlich unwahrscheinlicher wird, liest das Modell, was dort stand.',
  otherPart:
    'Die Prüfung beantwortet Bilder noch einmal; das ganze Modell darf nicht aus ihnen gelernt haben: Wählen Sie die Testfälle.',
  check: 'Auf Abkürzungen prüfen',
  again: 'Noch einmal prüfen',
  checking: 'Wird geprüft …',
  none: 'Diese Fälle wurden noch nicht geprüft.',
  about: (images, patients, day) =>
    `${n(images, 'Bild', 'Bilder')} von ${n(patients, 'Patient', 'Patienten')}, geprüft am ${day}.`,
  failed: (images) => `${n(images, 'Bild ließ', 'Bilder ließen')} sich nicht lesen.`,
  alarm: (what) => `Die Antworten hängen an: ${what}. Sehen Sie dort nach, bevor Sie den Kennzahlen trauen.`,
  calm: 'Nichts, was abgedeckt wurde, erklärt die Antworten.',
  calmAsFar: 'Nichts, was abgedeckt wurde, erklärt die Antworten, soweit es sich sagen lässt.',
  covered: 'Abgedeckt',
  regions: {
    topLeft: 'Ecke oben links',
    topRight: 'Ecke oben rechts',
    bottomLeft: 'Ecke unten links',
    bottomRight: 'Ecke unten rechts',
    corners: 'alle vier Ecken',
    outside: 'alles außerhalb des Körpers',
  },
  images: 'Bilder',
  fall: 'Das Wahre ist weniger wahrscheinlich um',
  fallOfNumbers: 'Der Fehler wächst um (Standardabweichungen der Labels)',
  auc: 'AUC vorher und nachher',
  changed: 'Anders entschieden',
  verdict: 'Urteil',
  verdicts: {
    hangsOnIt: 'die Antworten hängen daran',
    free: 'frei',
    untold: 'zu wenige Bilder oder Patienten',
  },
  acquisition: 'Gerät und Ort',
  acquisitionHelp:
    'Wie oft die Klasse eines Trainingspatienten stimmt, wenn man nichts weiß als dies, und wie gut das Modell unter Fällen mit gleichem Wert ist, wo es nicht helfen kann.',
  values: 'Werte',
  guessed: 'Allein danach richtig',
  commonest: 'Häufigste Klasse',
  within: 'AUC insgesamt und bei gleichem Wert',
  noPairs: 'kein Wert hat Fälle beider Arten',
  acquisitionVerdicts: {
    free: 'frei',
    givesAway: 'verrät die Klasse; das Modell ist ohne es ebenso gut',
    separates: 'die Antworten hängen daran',
  },
};
