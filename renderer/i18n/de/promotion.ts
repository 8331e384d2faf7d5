import { fewestToTell } from '../../../core/contract/index.ts';
import { countedInGerman as n } from '../count.ts';
import type { Words } from '../words.ts';

export const promotion: Words['promotion'] = {
  isInUse: (dataset, day, by) => `Für „${dataset}“ in Verwendung seit ${day} (${by}).`,
  otherInUse: (model, dataset) => `Für „${dataset}“ in Verwendung: ${model}.`,
  noneInUse: (dataset) => `Für „${dataset}“ ist noch kein Modell in Verwendung.`,
  put: 'In Verwendung nehmen …',
  title: (model, dataset) => `„${model}“ für „${dataset}“ in Verwendung nehmen?`,
  help: 'Das Modell wird mit dem verwendeten verglichen, Patient für Patient, an den Testpatienten, zu denen beide gefragt wurden. Dieser Blick auf die Testpatienten wird vermerkt.',
  lacking: (models) => `An den Testpatienten noch nicht ausgewertet: ${models}.`,
  evaluate: 'An den Testpatienten auswerten',
  cases: {
    study: (count) => n(count, 'Studie', 'Studien'),
    image: (count) => n(count, 'Bild', 'Bilder'),
  },
  about: (patients, cases) => `${n(patients, 'Testpatient', 'Testpatienten')}, ${cases}.`,
  leftOut: (count) =>
    `${n(count, 'weiterer zählt', 'weitere zählen')} nicht mit: Das verwendete Modell wurde dazu nicht gefragt, oder eines der beiden hat von dem Patienten gelernt.`,
  figures: { auc: 'AUC', absoluteError: 'Mittlerer absoluter Fehler' },
  model: 'Modell',
  value: 'Kennzahl',
  gains: { auc: 'Differenz, gepaart', absoluteError: 'Kleiner um, gepaart' },
  overGuessing: 'Besser als Raten um',
  groups: 'In Untergruppen mit genug Patienten',
  groupPatients: (patients) => n(patients, 'Patient', 'Patienten'),
  isWorse: 'schlechter',
  verdicts: {
    notWorse: (_model, other, loss) =>
      `Es ist nicht schlechter als „${other}“: Ein Verlust von mehr als ${loss} ist ausgeschlossen.`,
    betterThanGuessing: () => 'Es ist besser als Raten, und noch ist kein Modell in Verwendung.',
    worse: (_model, other) => `Es ist schlechter als „${other}“.`,
    worseInSubgroup: (_model, other, loss) =>
      `Es ist insgesamt nicht schlechter als „${other}“, aber um mehr als ${loss} in einer Untergruppe, die unten steht.`,
    notBetterThanGuessing: () => 'Es ist nicht nachweislich besser als Raten.',
    cannotTell: (_model, other) =>
      other === null
        ? 'Ob es besser ist als Raten, lässt sich nicht sagen.'
        : `Ob es so gut ist wie „${other}“, lässt sich nicht sagen.`,
  },
  untold: {
    fewPatients: (patients) =>
      patients < fewestToTell.patients
        ? `${n(patients, 'Testpatient ist', 'Testpatienten sind')} zu wenig.`
        : `Von ${n(patients, 'Testpatient', 'Testpatienten')} haben zu wenige eine andere Antwort als die häufigste: Es braucht ${fewestToTell.rarer}.`,
    wideInterval: () => 'Das Intervall lässt beides zu, keinen Verlust und einen zu großen.',
    otherNames: () => 'Die beiden antworten nicht dieselben Namen.',
  },
  because: 'Warum es trotzdem in Verwendung kommt',
  becauseHelp: 'Der Grund wird mit dem Vergleich aufbewahrt. Nennen Sie keinen Patienten.',
  recordedAs: (name) => `Die Entscheidung wird unter dem Namen „${name}“ aufbewahrt.`,
  putNow: 'In Verwendung nehmen',
  done: (model, dataset) => `„${model}“ ist für „${dataset}“ in Verwendung.`,
  takenInClassify: (dataset) => `Für „${dataset}“ in Verwendung.`,
  notInUse: (model, dataset) => `Nicht in Verwendung: Für „${dataset}“ ist es „${model}“.`,
  optionInUse: (model) => `${model} (in Verwendung)`,
};
