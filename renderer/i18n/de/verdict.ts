import { countedInGerman as n } from '../count.ts';
import type { Words } from '../words.ts';

const quoted = (name: string): string => `„${name}“`;
const list = (texts: readonly string[], and: string): string =>
  texts.length < 2 ? texts.join('') : `${texts.slice(0, -1).join(', ')} ${and} ${texts.at(-1)}`;
const both = (names: readonly string[]): string => list(names.map(quoted), 'und');

export const verdict: Words['verdict'] = {
  title: 'Was die Zahlen bedeuten',
  on: {
    test: 'An den Testfällen:',
    val: 'An den Validierungsfällen, an denen Epoche und Schwellenwert gewählt wurden:',
    'cross-validation': 'In der Kreuzvalidierung, jeder Patient von einem Netz, das nicht an ihm gelernt hat:',
    train: 'An den Trainingsfällen, an denen das Modell gelernt hat:',
  },
  warning: 'Nichts zeigt, dass die Antworten dieses Modells besser sind als geraten.',
  notEvaluated: 'Niemand weiß, wie gut dieses Modell ist: Es wurde noch nicht ausgewertet.',
  judge: 'Beurteilen',
  words: {
    unjudged: (patients) =>
      `An diesen Fällen nicht zu beurteilen: ${n(patients, 'Patient gibt', 'Patienten geben')} nichts zu unterscheiden, oder zu wenig, um zu sagen, wie sicher es ist.`,
    tooFew: (patients, figure) =>
      `Ob das besser ist als geraten, kann noch niemand sagen: ${n(patients, 'Patient ist', 'Patienten sind')} zu wenig (${figure}).`,
    guessing: (patients, figure) =>
      `Nicht besser als geraten, soweit ${n(patients, 'Patient es zeigt', 'Patienten es zeigen')} (${figure}; Raten ergibt 0,50).`,
    worse: (figure) =>
      `Schlechter als geraten (${figure}; Raten ergibt 0,50): Die Antworten sind verkehrt herum. Prüfen Sie, ob Labels vertauscht sind.`,
    partlyClasses: (told, pairs) =>
      told.length === 0
        ? `Unterscheidet einige Klassen, an diesen Fällen aber nicht ${list(pairs, 'und nicht')}.`
        : `Unterscheidet ${both(told)} von den übrigen, an diesen Fällen aber nicht ${list(pairs, 'und nicht')}.`,
    partlyFindings: (told, untold) =>
      `Besser als geraten bei ${both(told)}; an diesen Fällen nicht bei ${list(untold, 'und nicht bei')}.`,
    ranksOnly: (never, figure) =>
      `Unterscheidet die Klassen nach ihren Wahrscheinlichkeiten (${figure}), aber nicht in den Entscheidungen: Es antwortet nie ${list(never.map(quoted), 'oder')}.`,
    weak: (lowest) => `Besser als geraten, aber oft falsch: ${lowest}; Raten ergibt 0,50.`,
    good: (what, figure) => `Gut: ${what} (${figure}).`,
    tells: {
      classes: (names) =>
        names.length === 2
          ? `unterscheidet ${quoted(names[0] ?? '')} von ${quoted(names[1] ?? '')}`
          : `unterscheidet alle ${n(names.length, 'Klasse', 'Klassen')}`,
      findings: (count) =>
        count === 1 ? 'findet, wonach gefragt ist' : `findet alle ${n(count, 'Befund', 'Befunde')}`,
    },
    goodNumbers: (figure) => `Gut: Es erklärt mindestens die Hälfte der Unterschiede zwischen den Fällen (${figure}).`,
    weakNumbers: (figure) =>
      `Besser, als immer den Mittelwert zu sagen, aber es erklärt weniger als die Hälfte der Unterschiede zwischen den Fällen (${figure}).`,
    guessingNumbers: (patients, figure) =>
      `Nicht besser, als immer den Mittelwert zu sagen, soweit ${n(patients, 'Patient es zeigt', 'Patienten es zeigen')} (${figure}; der Mittelwert ergibt 0).`,
    worseNumbers: (figure) => `Schlechter, als immer den Mittelwert zu sagen (${figure}; der Mittelwert ergibt 0).`,
    few: (patients) => `Das sind wenige Patienten (${patients}): Mit mehr kann es anders ausgehen.`,
    figures: { auc: 'AUC', meanAuc: 'mittlere AUC', rSquared: 'R²' },
    estimate: (name, value, interval) =>
      [name, interval === null ? value : `${value}, ${interval[0]} bis ${interval[1]}`]
        .filter((part) => part !== '')
        .join(' '),
    question: ([first = '', second], auc) =>
      second === undefined ? `${quoted(first)} (${auc})` : `${quoted(first)} von ${quoted(second)} (${auc})`,
    andOthers: (count) => `${count} weitere`,
    missingClasses: (names) => `Von ${both(names)} gibt es keinen Fall: Darüber ist nichts bekannt.`,
    missingFindings: (names) => `${both(names)} ${names.length === 1 ? 'lässt' : 'lassen'} sich hier nicht beurteilen.`,
    neverAnswered: (names) => `Es antwortet nie ${list(names.map(quoted), 'oder')}.`,
    range: (low, high) => `${low} bis ${high}`,
    accuracy: (own, range, most, share) =>
      `Es hat in ${own} der Fälle recht${range}; immer „${most}“ zu antworten, hätte es in ${share}.`,
    error: (own, range, ofMean) =>
      `Es liegt im Mittel um ${own} daneben${range}; immer den Mittelwert zu sagen, läge um ${ofMean} daneben.`,
    beside: {
      better: (model, figure) => `Besser als das lineare Modell „${model}“ (${figure}).`,
      same: (model, figure) =>
        `Nicht besser als das lineare Modell „${model}“, soweit diese Fälle es zeigen (${figure}).`,
      worse: (model, figure) => `Schlechter als das lineare Modell „${model}“ (${figure}).`,
    },
    differences: { auc: 'Unterschied der AUC', error: 'Unterschied im Fehler' },
  },
};
