import { countedInGerman as n } from '../count.ts';
import type { Words } from '../words.ts';

export const labelling: Words['labelling'] = {
  curve: {
    title: 'Genug Labels?',
    help: 'Ein schnelles Verfahren wird auf wachsenden Teilen der Trainings- und Validierungspatienten trainiert und an jenen beurteilt, von denen es nicht gelernt hat. Aus der Kurve folgt, was weitere Patienten brächten. Testpatienten bleiben unberührt.',
    draw: 'Lernkurve zeichnen',
    again: 'Neu zeichnen',
    stop: 'Anhalten',
    running: 'Die Lernkurve wird gezeichnet.',
    waits: 'Sie wartet auf einen anderen Auftrag.',
    failed: 'Die letzte Lernkurve ließ sich nicht zeichnen; ihr Auftrag sagt, warum.',
    takes: (time) => `${time} auf diesem Rechner.`,
    measuring: 'Wie lange es dauert, wird gemessen …',
    made: (day, method, version) => `Gezeichnet am ${day} mit ${method}, Version ${version} des Datensatzes.`,
    gain: (more, low, high) => `${n(more, 'weiterer Patient', 'weitere Patienten')}: AUC ${low} bis ${high}.`,
    now: (auc, patients) => `Aus ${patients} gelernt, beträgt sie ${auc}.`,
    most: (name, low, high) => `Am meisten hülfen sie „${name}“: ${low} bis ${high}.`,
    noneMost: 'Bei keiner einzelnen Klasse, keinem einzelnen Befund lässt sich ein Gewinn von keinem unterscheiden.',
    nearer: (asked, more) =>
      `Eine Vorhersage reicht nicht weiter als bis zum Doppelten der Patienten: ${more} weitere, nicht ${asked}.`,
    supposes:
      'Das setzt weitere Patienten wie diese voraus, aus denselben Häusern und mit denselben Anteilen; es gilt für das schnelle Verfahren.',
    none: (why) => `Keine Vorhersage: ${why}`,
    unfitted: {
      fewSizes: 'Es sind zu wenige Patienten für drei Größen. Geben Sie mehr Labels, und zeichnen Sie neu.',
      guessing: 'Auch mit allen Patienten kann die AUC noch die des Ratens sein, und nichts sagt, wann sie steigt.',
      scattered:
        'Die Wiederholungen gehen so weit auseinander, dass jeder Gewinn möglich ist. Geben Sie mehr Labels, und zeichnen Sie neu.',
    },
    patients: 'Patienten, aus denen gelernt wird',
    auc: 'AUC',
    mean: 'Mittel',
    shown: 'Kurve von',
    more: (n) => `${n} weitere`,
    description: (name, first, last) => `${name}: von ${first} bis ${last}.`,
    failedImages: (images) => `${n(images, 'Bild war', 'Bilder waren')} nicht lesbar.`,
  },
  order: {
    byUncertainty: 'Nach Unsicherheit ordnen',
    help: 'Ein schnelles Modell lernt aus dem, was ein Label hat; die Fälle, bei denen es am unsichersten ist, kommen zuerst. Was es antwortet, steht hier nirgends. Noch ein Klick bringt die gewohnte Reihenfolge zurück.',
    every: 'Neue Labels bis zur nächsten Reihenfolge',
    about: (cases, time, labelled) =>
      `Die unsichersten zuerst: ${n(cases, 'Fall', 'Fälle')}, geordnet am ${time} aus den Labels von ${labelled}.`,
    next: (labels) => `Neu nach ${n(labels, 'weiteren Label', 'weiteren Labels')}.`,
    making: 'Eine neue Reihenfolge entsteht; Bilder, die das große Modell noch nie gelesen hat, liest es dafür einmal.',
    waits: 'Eine neue Reihenfolge wartet auf einen anderen Auftrag.',
    failed: 'Die letzte Reihenfolge kam nicht zustande; ihr Auftrag sagt, warum.',
    missing: (what) => `Noch nicht möglich; es fehlen noch: ${what}.`,
    missingOne: (name, mark, patients, needed) =>
      `${name}${mark === null ? '' : mark === 'present' ? ' (vorhanden)' : ' (nicht vorhanden)'} ${patients} von ${n(needed, 'Patient', 'Patienten')}`,
    fewNames: 'Noch nicht möglich; es braucht zwei Klassen.',
  },
};
