import { countedInGerman as n } from '../count.ts';
import type { Words } from '../words.ts';

export const round: Words['round'] = {
  walk: {
    title: 'Fälle aus „Beurteilen“',
    place: (position, total, isWrong) =>
      isWrong ? `Falsche Antwort ${position} von ${total}` : `Fall ${position} von ${total}`,
    said: (truth, answer) => `Label ${truth}, Antwort ${answer}`,
    next: (total, isWrong) =>
      isWrong
        ? `Nächste von ${n(total, 'falschen Antwort', 'falschen Antworten')}`
        : `Nächster von ${n(total, 'Fall', 'Fällen')}`,
    back: 'Zurück zu „Beurteilen“',
    atEnd: 'Das war der letzte.',
    gone: 'Dieser Fall ist nicht mehr im Datensatz.',
  },
  again: {
    changed: (model, parts) => `Seit „${model}“ trainiert wurde: ${parts.join(', ')}.`,
    labels: (count) => `${n(count, 'Label', 'Labels')} geändert`,
    added: (count) => `${n(count, 'Bild', 'Bilder')} hinzugekommen`,
    removed: (count) => `${n(count, 'Bild', 'Bilder')} weggefallen`,
    moved: (count) => `${n(count, 'Bild', 'Bilder')} unter anderen Patienten oder Studien abgelegt`,
    other: 'der Datensatz ist eine andere Version',
    locked: (patients) =>
      `Ein Training jetzt macht eine neue Version des Datensatzes; die ${n(patients, 'Testpatient bleibt Testpatient', 'Testpatienten bleiben Testpatienten')}.`,
    train: 'Mit den geänderten Labels erneut trainieren',
    trainOther: 'Auf dem heutigen Stand des Datensatzes erneut trainieren',
    trainHelp: (model) => `Mit den Einstellungen von „${model}“, als neues Modell, das es nennt.`,
  },
  on: {
    button: 'Weitertrainieren …',
    title: (model) => `„${model}“ weitertrainieren`,
    help: 'Von den Gewichten aus, mit denen es endete, mit denselben Einstellungen, auf dem heutigen Stand des Datensatzes. Daraus wird ein neues Modell, das dieses nennt. Optimierer und Lernrate beginnen neu: Was der Optimierer gesammelt hatte, bleibt nach dem Ende eines Trainings nicht erhalten.',
    epochs: 'Weitere Epochen',
    start: 'Weitertrainieren',
  },
  pair: {
    title: (other) => `Neben „${other}“, aus dem es hervorging`,
    titles: {
      again: (other) => `Erneut trainiert nach „${other}“`,
      on: (other) => `Weitertrainiert aus „${other}“`,
    },
    compare: (other) => `Mit „${other}“ vergleichen`,
    help: 'An denselben Testpatienten, Patient für Patient. Was wahr ist, sagen die neueren Labels.',
    evaluates: (names) => `Wertet zuerst auf den Testfällen aus, was gezählt wird: ${names}.`,
    better: 'Besser',
    whoIsWho: (own, other) => `${own} (neu) und ${other} (vorher)`,
  },
  edit: {
    open: 'Umbenennen oder löschen …',
    modelTitle: (name) => `Modell „${name}“`,
    name: 'Name',
    rename: 'Umbenennen',
    renamed: (name) => `Es heißt jetzt „${name}“.`,
    delete: 'Löschen',
    deleteModel: 'Dieses Modell löschen',
    goes: 'Was geht',
    stays: 'Was bleibt',
    modelGoes: (evaluations, watches) =>
      `Das Modell mit ${n(evaluations, 'Auswertung', 'Auswertungen')}${watches === 0 ? '' : `; ${n(watches, 'überwachter Ordner hält an', 'überwachte Ordner halten an')}`}.`,
    modelStays: (dataset, batches) =>
      `Datensatz „${dataset}“ mit seinen Labels und die Ergebnisse von ${n(batches, 'Klassifikation', 'Klassifikationen')}.`,
    inUse: (dataset) =>
      `Es ist für „${dataset}“ in Verwendung; danach ist dort kein Modell in Verwendung, und „Klassifizieren“ schlägt ein anderes vor.`,
    inUseConfirm: 'Löschen, obwohl es in Verwendung ist',
    undoLater: 'Es lässt sich zurückholen.',
    deleted: (name) => `„${name}“ ist gelöscht.`,
    undo: 'Rückgängig',
    restored: (name) => `„${name}“ ist wieder da.`,
    watchedAgain: (watches) => `${n(watches, 'Ordner wird', 'Ordner werden')} wieder überwacht.`,
    stillStopped: (folders) =>
      `${n(folders.length, 'Ordner bleibt', 'Ordner bleiben')} angehalten: ${folders.join(', ')}. Starten Sie unter „Klassifizieren“, „Überwachte Ordner“, was überwacht werden soll.`,
    restore: 'Zurückholen',
    restoreNamed: (name) => `„${name}“ zurückholen`,
    deletedThings: 'Gelöscht',
    deletedOn: (date) => `gelöscht am ${date}`,
    left: (names) => `Nicht zurückgeholt, weil andere so heißen: ${names}.`,
    deleteDataset: 'Löschen …',
    datasetTitle: (name) => `Datensatz „${name}“ löschen?`,
    datasetGoes: (labels, comments, models) =>
      `${n(labels, 'Label', 'Labels')}, ${n(comments, 'Kommentar', 'Kommentare')}, ${
        models.length === 0 ? 'kein Modell' : `${n(models.length, 'Modell', 'Modelle')} (${models.join(', ')})`
      }.`,
    datasetStays: (studies) => `${n(studies, 'Studie', 'Studien')}, in der Bibliothek und in anderen Datensätzen.`,
    datasetInUse: (model) => `„${model}“ ist dafür in Verwendung.`,
    typeName: (name) => `Zum Löschen den Namen eingeben: ${name}`,
    merge: 'Mit einer anderen vereinen …',
    mergeOf: (name) => `${name} mit einer anderen vereinen`,
    mergeTitle: (name) => `„${name}“ mit einer anderen Klasse vereinen`,
    mergeInto: 'Teil von',
    mergeHelp: (labels, name, into) =>
      `${n(labels, 'Label, das zählt und', 'Labels, die zählen und')} „${name}“ sagt, sagt dann „${into}“, von denselben Befundern; der Verlauf zeigt beides. Vorhandene Versionen und Modelle bleiben, wie sie sind.`,
    mergeNow: 'Vereinen',
    merged: (name, into, labels) => `„${name}“ ist jetzt Teil von „${into}“: ${n(labels, 'Label', 'Labels')}.`,
    apart: (name) => `„${name}“ ist wieder eine eigene Klasse.`,
    merges: 'Mit anderen vereint',
    mergeLine: (name, into, labels) => `„${name}“ in „${into}“, ${n(labels, 'Label', 'Labels')}`,
    takeApart: (name) => `${name} wieder trennen`,
    removeTraining: 'Aus der Liste nehmen',
    trainingRemoved: 'Das Training ist nicht mehr in der Liste.',
    noModel: (name) => `Das Modell „${name}“ gibt es nicht mehr.`,
  },
  ended: {
    classified: (model, studies, failed) =>
      `Klassifiziert von „${model}“: ${n(studies, 'Studie', 'Studien')}${failed === 0 ? '' : `, ${n(failed, 'Datei', 'Dateien')} ohne Ergebnis`}.`,
    exported: (studies, skipped) =>
      `Exportiert: ${n(studies, 'Studie', 'Studien')}${skipped === 0 ? '' : `, ${n(skipped, 'Datei', 'Dateien')} ausgelassen`}.`,
    openResults: 'Ergebnisse öffnen',
    showInFolder: 'Im Ordner zeigen',
  },
  apart: {
    only: 'Vom Klassifizieren',
    help: 'Diesen Datensatz hat das Klassifizieren angelegt. Er bleibt für sich: Keine Ansicht wählt ihn von selbst.',
    choose: 'Wählen Sie einen Datensatz',
    chooseHelp: 'Es gibt nur Datensätze, die das Klassifizieren angelegt hat; sie öffnen sich nicht von selbst.',
  },
};
