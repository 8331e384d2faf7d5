import { countedInGerman as n } from '../count.ts';
import type { Words } from '../words.ts';

export const int8: Words['int8'] = {
  name: 'Wie das große Modell liest',
  exact: 'Genau (float32)',
  quick: 'Schneller (8 Bit)',
  text: 'Mit 8 Bit multipliziert es ganze Zahlen: Das Lesen kann auf einem Prozessor, der Befehle dafür hat, schneller sein, und was es sieht, ändert sich ein wenig. Probieren Sie es unten aus. Das Modell behält die Wahl und liest neue Bilder ebenso.',
  checking: 'Ob dieser Rechner es kann, wird nachgesehen …',
  unknown: 'Ob dieser Rechner es kann, war nicht herauszufinden.',
  askAgain: 'Noch einmal nachsehen',
  impossible: {
    engine: (engine, device) =>
      `Hier nicht: Es rechnet ${engine} auf ${device}. 8 Bit brauchen ONNX Runtime auf dem Prozessor (Einstellungen › Rechnen); auf einer Grafikkarte ist das genaue Lesen schneller.`,
    processor: () =>
      'Hier nicht: Dieser Prozessor summiert 8-Bit-Produkte falsch, weil er keine Befehle dafür hat, und wäre auch nicht schneller.',
  },
  unreadAll: 'Die gewählten Verfahren lesen Bilder in jeder Epoche neu oder gar nicht; sie betrifft diese Wahl nicht.',
  unread: (methods) => `${methods}: genau gerechnet, weil dafür nichts vorab gelesen wird.`,
  try: 'Was würde es mit diesen Bildern machen?',
  start: 'An diesen Bildern ausprobieren',
  again: 'Noch einmal ausprobieren',
  tryHelp:
    'Einige Bilder von Training und Validierung werden auf beide Arten gelesen, und ein schnelles Verfahren wird auf beidem trainiert. Testpatienten bleiben unberührt.',
  stop: 'Anhalten',
  running: 'Es wird an diesen Bildern ausprobiert.',
  waits: 'Es wartet auf einen anderen Auftrag.',
  failed: 'Der letzte Versuch ist gescheitert; sein Auftrag sagt, warum.',
  takes: (time) => `${time} auf diesem Rechner.`,
  measuring: 'Wie lange es dauert, wird gemessen …',
  tried: (time, kept, usual, quick) =>
    time === null
      ? `Mit 8 Bit bleiben ${kept} der wichtigen Stellen dieselben, und die AUC beträgt ${quick} statt ${usual}.`
      : `Mit 8 Bit braucht ein Bild ${time} der genauen Zeit, ${kept} der wichtigen Stellen bleiben dieselben, und die AUC beträgt ${quick} statt ${usual}.`,
  triedWithoutAuc: (time, kept) =>
    time === null
      ? `Mit 8 Bit bleiben ${kept} der wichtigen Stellen dieselben; eine AUC wurde nicht verglichen.`
      : `Mit 8 Bit braucht ein Bild ${time} der genauen Zeit, und ${kept} der wichtigen Stellen bleiben dieselben; eine AUC wurde nicht verglichen.`,
  elsewhere: (machine) =>
    `Ausprobiert wurde es, wo andere Zeiten gelten (${machine}). Für die dieses Rechners probieren Sie es noch einmal aus.`,
  changed: 'Labels, Bilder oder Teile des Datensatzes haben sich seither geändert.',
  notQuicker: 'Das spart hier so gut wie nichts: Lesen Sie genau.',
  scattered:
    'Die Zeit ist nicht sicher: Mindestens ein Bild brauchte so lange wie genau gelesen. Probieren Sie es noch einmal, wenn der Rechner sonst nichts zu tun hat.',
  same: (low, high) =>
    `Ein Unterschied lässt sich von keinem nicht unterscheiden: Mit 95 % Sicherheit liegt er zwischen ${low} und ${high}.`,
  worse: (low, high) =>
    `Die Antworten werden schlechter: Die AUC ändert sich um ${low} bis ${high} (95 %). Lesen Sie genau.`,
  better: (low, high) =>
    `Die AUC ist nicht schlechter: Sie ändert sich um ${low} bis ${high} (95 %). Rechnen Sie bei anderen Bildern nicht damit, dass sie steigt; entscheiden Sie nach der Zeit.`,
  tooFew: (patients) =>
    `${n(patients, 'Patient ist', 'Patienten sind')} zu wenig, um einen Unterschied der AUC von keinem zu unterscheiden: Diese Zahlen sagen nichts über Ihre Antworten. Geben Sie mehr Labels, oder lesen Sie genau.`,
  noAuc: {
    numbers: 'Der Datensatz fragt nach Zahlen, die keine AUC haben. Ob sie ungenauer werden, zeigt erst ein Training.',
    folds:
      'Zu wenige Patienten mit Label, um eine AUC zu vergleichen. Ohne sie weiß niemand, was 8 Bit mit den Antworten machen: Geben Sie mehr Labels, oder lesen Sie genau.',
    oneKind:
      'Keine Klasse hat Bilder, die sie zeigen, und solche, die sie nicht zeigen; so gibt es keine AUC. Geben Sie mehr Labels.',
  },
  figure: 'Kennzahl',
  value: 'Wert',
  spread: 'Spanne',
  time: 'Zeit für ein Bild, gemessen am genauen Lesen',
  kept: 'Wichtige Stellen gemeinsam',
  aucUsual: 'AUC, genau',
  aucInt8: 'AUC, mit 8 Bit',
  difference: 'Unterschied der AUC',
  range: (least, most) => `${least} bis ${most}`,
  least: (share) => `mindestens ${share}`,
  interval: (low, high) => `${low} bis ${high} (95 %)`,
  noInterval: 'zu wenige Patienten',
  made: (day, images, timed, inputSize, version) =>
    `Ausprobiert am ${day} mit ${inputSize} Pixeln: aus ${n(images, 'Bild', 'Bildern')} gelernt und geantwortet, ${timed} gemessen, Version ${version} des Datensatzes.`,
  madeWithoutAuc: (day, timed, inputSize, version) =>
    `Ausprobiert am ${day} mit ${inputSize} Pixeln: ${n(timed, 'Bild', 'Bilder')} gemessen, Version ${version} des Datensatzes.`,
};
