import { countedInGerman as n } from '../count.ts';
import type { Words } from '../words.ts';

export const replay: Words['replay'] = {
  title: 'Nach der Aufzeichnung erneut trainieren',
  help: 'Das Modell wird nach den aufbewahrten Einstellungen, Bildern, Labels und der Startzahl noch einmal trainiert und verglichen. Die neuen Gewichte werden nicht behalten.',
  start: 'Nach der Aufzeichnung erneut trainieren',
  running: 'Wird erneut trainiert …',
  waits: 'Es wartet auf einen anderen Auftrag.',
  unknownTime: 'Wie lange es auf diesem Rechner dauert, ist noch nicht bekannt.',
  measureTime: 'Messen',
  never: 'Es wurde noch nicht nach seiner Aufzeichnung erneut trainiert.',
  equal: (day, weights) =>
    `Am ${day} nach der Aufzeichnung erneut trainiert: ${n(weights, 'Gewicht ist', 'Gewichte sind alle')} Bit für Bit gleich.`,
  differs: (day) => `Am ${day} nach der Aufzeichnung erneut trainiert: nicht gleich.`,
  reasons: {
    equal: '',
    elsewhere:
      'Es entstand mit etwas anderem, als womit es erneut trainiert wurde, und Summen wurden in anderer Reihenfolge gebildet.',
    notNoted: 'Womit es entstand, wurde nicht festgehalten; das kann der Grund sein.',
    unsteady: 'Das Gerät summiert in keiner festen Reihenfolge, deshalb weichen zwei Trainings darauf voneinander ab.',
    unexplained: 'Es entstand mit demselben und müsste gleich sein. Bitte melden Sie das mit dem Protokoll.',
  },
  weightsOff: (most) => `Größte Abweichung eines Gewichts: ${most}.`,
  answersOff: (most, images, part) =>
    `Größte Abweichung einer Wahrscheinlichkeit über ${n(images, 'Bild', 'Bilder')} (${part}): ${most}.`,
  numbersOff: (most, images, part) =>
    `Größte Abweichung einer Antwort über ${n(images, 'Bild', 'Bilder')} (${part}): ${most}.`,
  madeWith: (place) => `Entstanden mit ${place}.`,
  madeAgainWith: (place) => `Erneut trainiert mit ${place}.`,
  threads: (count) => n(count, 'Thread', 'Threads'),
  precisions: {
    f32: '32-Bit-Zahlen',
    f16: '16-Bit-Zahlen im vortrainierten Modell',
    int8: '8-Bit-Zahlen im vortrainierten Modell',
  },
  encodedAgain: (images) => `Merkmale von ${n(images, 'Bild', 'Bildern')} fehlten und wurden neu berechnet.`,
  datasetChanged: (dataset, version) =>
    `„${dataset}“ ist nicht mehr so, wie Version ${version} es festhält; verwendet wurde diese Version.`,
};
