import { counted } from '../count.ts';
import type { Words } from '../words.ts';

const n = (count: number, one: string, other: string): string => counted('de', count, one, other);

export const labels: Words['labels'] = {
  button: 'Befunde …',
  chooseTitle: 'Befunddatei (CSV) wählen',
  check: 'Befunde prüfen …',
  title: (file) => `Befunde aus ${file}`,
  nothingYet: 'Noch ist nichts geschrieben.',
  looking: 'Datei und Bilder werden angesehen …',
  about: (rows, dataset) => `${n(rows, 'Zeile', 'Zeilen')} für „${dataset}“.`,
  read: (encoding, separator, empty) =>
    `Gelesen als ${encoding}, getrennt durch ${separator}${empty === 0 ? '' : `; ${n(empty, 'leere Zeile', 'leere Zeilen')} übergangen`}.`,
  separators: { ',': 'Kommas', ';': 'Semikolons', '\t': 'Tabulatoren', '|': 'senkrechte Striche' },
  isFileOf: (title) => `Das ist die Befunddatei von ${title}. Sie wird so gelesen:`,
  readSo: 'Sie wird so gelesen:',
  readAs: 'Gelesen wird',
  alsoFits: (title) =>
    `Sie wird nach ihren eigenen Spalten gelesen. Sie sieht auch wie die Befunddatei von ${title} aus; als solche wird sie hier nicht gelesen, weil ihre eigenen Spalten schon sagen, was sie sind.`,
  silent: (names) => `In keiner Zeile ist etwas bekannt über: ${names}.`,
  asks: (meaning) => `Der neue Datensatz wird fragen nach: ${meaning}.`,
  answers: { present: 'vorhanden', absent: 'nicht vorhanden', uncertain: 'unsicher' },
  findings: 'Merkmale',
  findingCounts: (present, absent, uncertain, unknown) =>
    `${present} vorhanden, ${absent} nicht vorhanden, ${uncertain} unsicher, ${unknown} unbekannt`,
  reader: 'Befunder',
  columns: 'Spalten',
  meanings: {
    path: 'nennt die Datei',
    sopInstanceUID: 'nennt das Bild',
    seriesInstanceUID: 'nennt die Serie',
    studyInstanceUID: 'nennt die Studie',
    accessionNumber: 'nennt die Studie, nach ihrer Accession Number',
    patientID: 'nennt den Patienten',
    label: 'die Klasse',
    split: 'Training, Validierung oder Test',
    reader: 'wer befundet hat',
  },
  notUsed: {
    unknown: 'nicht verwendet: nicht verstanden',
    'other-key': 'nicht verwendet: eine andere Spalte nennt das Bild genauer',
    'other-words': 'nicht verwendet: ihre Wörter stehen nicht für Training, Validierung und Test',
    'split-words': 'nicht verwendet, obwohl sie von Training und Test spricht',
  },
  splitUnused: (name, words) =>
    `Die Spalte „${name}“ enthält ${words.map((word) => `„${word}“`).join(', ')} und wird nicht verwendet: Patienten würden neu verteilt. Wenn sie die Aufteilung ist, nennen Sie sie in der Datei „split“ und schreiben Sie train, val oder test in ihre Zellen.`,
  noName: '(ohne Namen)',
  firstRows: 'Die ersten Zeilen, wie sie verstanden wurden',
  row: 'Zeile',
  image: 'Bild',
  classLabel: 'Klasse',
  part: 'Teil',
  patient: 'Patient',
  classes: 'Klassen',
  classesHelp: 'Hier lässt sich ein Name berichtigen. Zwei Klassen, die einen Namen bekommen, werden eine.',
  className: (name) => `Name der Klasse „${name}“`,
  classCounts: (labels, images) => `${n(labels, 'Befund', 'Befunde')}, ${n(images, 'Bild', 'Bilder')}`,
  newClass: 'neu in diesem Datensatz',
  caseTitle: 'Diese Namen unterscheiden sich nur in Groß- und Kleinschreibung. Sind sie eine Klasse?',
  caseName: (name, count, isKnown) => (isKnown && count === 0 ? `„${name}“ (im Datensatz)` : `„${name}“ (${count})`),
  caseMerge: (names) => `Sie sind eine Klasse: ${names.map((name) => `„${name}“`).join(', ')}`,
  caseOtherwise: 'Sind es zwei, geben Sie einer von ihnen oben einen anderen Namen.',
  caseOtherwiseFolders: 'Sind es zwei, geben Sie zuerst einem der Ordner einen anderen Namen.',
  becomes: (name) => `zählt als „${name}“`,
  effect: 'Was sich ändern würde',
  changes: (fresh, same, changed) =>
    `${n(fresh, 'neuer Befund', 'neue Befunde')}, ${same} wie zuvor, ${changed} geändert.`,
  overruled: (count) =>
    `${n(count, 'Befund weicht', 'Befunde weichen')} von dem ab, was befundet wurde; das zählt weiterhin.`,
  patients: (count) => `Die Befunde betreffen ${n(count, 'Patienten', 'Patienten')}.`,
  splits: { train: 'Training', val: 'Validierung', test: 'Test' },
  splitLine: (name, patients, images) =>
    `${name}: ${n(patients, 'Patient', 'Patienten')}, ${n(images, 'Bild', 'Bilder')}.`,
  otherCase: (count) => `${n(count, 'Pfad', 'Pfade')} mit anderer Groß- und Kleinschreibung gefunden.`,
  moved: (count) => `${n(count, 'absoluter Pfad', 'absolute Pfade')} unter einem anderen Ordner gefunden.`,
  without: (count) => `${n(count, 'Bild hat', 'Bilder haben')} keine Zeile und bliebe ohne Befund.`,
  refused: (count) => `Aus ${n(count, 'Zeile', 'Zeilen')} würde nichts übernommen`,
  refusedRows: (rows) => (rows.length === 1 ? `Zeile ${rows[0]}` : `Zeilen ${rows.join(', ')}`),
  more: (count) => `und ${count} weitere`,
  save: 'Liste speichern …',
  saveTitle: 'Ausgelassene Zeilen speichern',
  saveName: 'ausgelassene-zeilen.csv',
  saved: (count) => `${n(count, 'Zeile', 'Zeilen')} gespeichert.`,
  leaveOut: (count) =>
    count === 1
      ? 'Diese Zeile auslassen und die übrigen importieren'
      : `Diese ${count} Zeilen auslassen und die übrigen importieren`,
  nothingWritten: 'Solange Zeilen abgelehnt sind, wird kein Befund geschrieben, außer sie werden ausgelassen.',
  import: 'Importieren',
  importAs: (title) => `Importieren als ${title}`,
  back: 'Zurück',
  export: 'Befunde als CSV …',
  exportTitle: 'Befunde des Datensatzes speichern',
  exported: (count) => `${n(count, 'Zeile', 'Zeilen')} geschrieben.`,
};
