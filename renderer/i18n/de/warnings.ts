import { countedInGerman as n } from '../count.ts';
import type { Words } from '../words.ts';

const named = (v: { readonly dataset: string; readonly version: number }): string =>
  `Version ${v.version} von „${v.dataset}“`;
const gigabytes = (bytes: number): string =>
  `${(bytes / 1e9).toLocaleString('de', { minimumFractionDigits: 1, maximumFractionDigits: 1 })} GB`;

export const warnings: Words['warnings'] = {
  title: 'Zu diesem Ergebnis zu wissen',
  ofTraining: 'Was sich beim Training und seither zeigte:',
  words: {
    imagesLeftOut: (v) =>
      v.of === 'search'
        ? `${n(v.images, 'Bild fehlt', 'Bilder fehlen')} in der Suche.`
        : `${n(v.images, 'Bild fehlt', 'Bilder fehlen')} im Training.`,
    imagesLookEmpty: (v) =>
      v.of === 'search'
        ? `Auf ${n(v.images, 'Bild, mit dem', 'Bildern, mit denen')} gesucht wird, ist nichts zu sehen.`
        : `Auf ${n(v.images, 'Bild, von dem', 'Bildern, von denen')} gelernt wird, ist nichts zu sehen.`,
    recipeKnown: (v) =>
      `Das Rezept ist das einer früheren Suche mit denselben Daten, Einstellungen und Startwert (${v.seed}): Noch einmal gesucht, käme dasselbe heraus. Eine Suche mit einem anderen Startwert teilt die Patienten neu auf.`,
    searchGoesOn: (v) =>
      `Die Suche geht mit ${named(v)} weiter, wie sie begann; was seither gelabelt wurde, wartet auf das nächste Training.`,
    searchBeginsAnew: (v) =>
      `Labels oder Teile von ${named(v)}, mit der die Suche angehalten wurde, haben sich seither geändert: Sie beginnt neu, mit dem Datensatz von jetzt.`,
    trainingGoesOn: (v) =>
      `Das Training geht mit ${named(v)} weiter, wie es begann; was seither gelabelt oder berichtigt wurde, wartet auf das nächste Training.`,
    fewerFolds: (v) => {
      const { few = [] } = v;
      const has = few.map(({ name, patients }) =>
        name === null ? `hier sind es ${patients}` : `„${name}“ hat ${patients}`,
      );
      const why =
        has.length === 0
          ? `Für ${v.wanted} sind es zu wenige, im Ganzen oder zu einer Klasse, einem Befund oder einer Zahl.`
          : `Für ${v.wanted} braucht es mindestens ${n(v.wanted, 'Patient', 'Patienten')}${few[0]?.name === null ? '' : ' von jeder Klasse'} in Training und Validierung zusammen; ${has.join(', ')}.`;
      return `Die Patienten sind auf ${n(v.folds, 'Falte', 'Falten')} verteilt statt auf ${v.wanted}: ${why}`;
    },
    networkStuck: (v) =>
      `Netz ${v.network} von ${v.networks} hat fast nichts gelernt und wird von einem anderen Anfang aus noch einmal trainiert.`,
    methodLeftOut: (v) => `${v.method}, Training ${v.training}, fehlt im Vergleich.`,
    computedElsewhere: (v) => `${v.engine} auf ${v.device} gibt es hier nicht; gerechnet wird mit dem, was da ist.`,
    startKnowsPatients: (v) =>
      v.part === 'test'
        ? `${n(v.patients, 'Patient, der hier Testpatient ist, hat', 'Patienten, die hier Testpatienten sind, haben')} schon „${v.model}“ gelehrt, mit dessen Gewichten dieses Training beginnt: Zahlen der Testfälle schmeicheln diesem Modell. Trainieren Sie es von vorn, bevor Sie ihnen trauen.`
        : `${n(v.patients, 'Patient, der hier zur Validierung gehört, hat', 'Patienten, die hier zur Validierung gehören, haben')} schon „${v.model}“ gelehrt, mit dessen Gewichten dieses Training beginnt: Zahlen der Validierungsfälle, und was nach ihnen gewählt wird, schmeicheln diesem Modell.`,
    patientsMoved: (v) =>
      `${n(v.images, 'Bild dieser Version gehört', 'Bilder dieser Version gehören')} seit ihrem Einfrieren zu einem anderen Patienten; die Zahlen zählen die Patienten von damals.` +
      (v.inSeveralParts > 0
        ? ` ${n(v.inSeveralParts, 'Patient von jetzt steht', 'Patienten von jetzt stehen')} in mehreren ihrer Teile: Trainieren Sie neu, bevor Sie den Zahlen trauen.`
        : v.countedApart > 0
          ? ` ${n(v.countedApart, 'Patient von jetzt zählt', 'Patienten von jetzt zählen')} in ihr mehrfach, sodass Intervalle zu schmal sind und Falten von denen gelernt haben können, die sie beantworten: Trainieren Sie neu, bevor Sie den Zahlen trauen.`
          : ''),
    lpmReadAsAdded: (v) => {
      const number = (value: number): string => String(value).replace('.', ',');
      const pixels = (values: readonly number[]): string => values.map(number).join('; ');
      const parts = [
        v.mean && `Mittelwert der Pixel ${pixels(v.mean.kept)} (diese Dateien sagen ${pixels(v.mean.told)})`,
        v.std && `Streuung der Pixel ${pixels(v.std.kept)} (diese Dateien sagen ${pixels(v.std.told)})`,
        v.eps && `Epsilon der Normen ${number(v.eps.kept)} (diese Dateien sagen ${number(v.eps.told)})`,
      ];
      return `Das LPM „${v.lpm}“ hat diese Gewichte und wird gelesen, wie es hinzugefügt wurde: ${parts.filter((part) => part !== null).join(', ')}. Unter einem eigenen Namen hinzugefügt werden diese Dateien ein weiteres LPM.`;
    },
    earlierNotCounted: (v) =>
      `${n(v.images, 'Bild, das schon beantwortet war, zählt', 'Bilder, die schon beantwortet waren, zählen')} nicht mit den anderen der Studie: Das Modell kann seitdem kalibriert worden sein, und wie es damals war, ist nicht bekannt. Klassifizieren Sie die ganze Studie noch einmal.`,
    otherKindsAnswered: (v) =>
      `${n(v.images, 'Bild zeigt', 'Bilder zeigen')} nach Header oder Name nicht, was untersucht wurde (eine Übersichtsaufnahme, eine Seite eines Protokolls, eine Maske), und ${v.images === 1 ? 'ist wie die anderen beantwortet: Es zählt' : 'sind wie die anderen beantwortet: Sie zählen'} in den Antworten von ${n(v.studies, 'Studie', 'Studien')}. Ein Import, der solche Bilder aufnimmt, nennt sie; klassifizieren Sie den Ordner oder das Archiv ohne sie noch einmal.`,
    littleMemory: (v) =>
      `Das LPM „${v.lpm}“ braucht bei ${v.inputSize.toLocaleString('de')} px etwa ${gigabytes(v.neededBytes)} Arbeitsspeicher, und nur ${gigabytes(v.freeBytes)} sind frei: Schließen Sie andere Programme, sonst kann es langsam werden oder enden.`,
  },
};
