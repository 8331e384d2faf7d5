import { countedInGerman as n } from '../count.ts';
import type { Words } from '../words.ts';

const classWords: Words['library']['namesOf']['class'] = {
  title: 'Klassen',
  inRead: 'Klasse',
  none: 'Benennen Sie die erste Klasse, zum Beispiel „normal“.',
  help: 'Was ein Label sein kann. Die erste hat beim Labeln die Taste 1. Eine Klasse mit Labels lässt sich umbenennen, nicht entfernen.',
  name: (position) => `Name der Klasse ${position}`,
  add: 'Klasse hinzufügen',
  fresh: 'Neue Klasse',
  save: 'Klassen speichern',
  fixedHelp: 'Labels anderer Klassen werden abgelehnt, in Dateien und beim Eintippen; die Reihenfolge bleibt.',
  saved: 'Klassen gespeichert.',
};

export const library: Words['library'] = {
  studies: 'Studien',
  datasets: 'Datensätze',
  views: 'Was gezeigt wird',
  summary: (studies, patients) => `${n(studies, 'Studie', 'Studien')} von ${n(patients, 'Patient', 'Patienten')}`,
  matching: (count, all) => `${count.toLocaleString('de')} von ${n(all, 'Studie', 'Studien')}`,
  columns: {
    patientName: 'Patient',
    patientID: 'ID',
    studyDate: 'Datum',
    modalities: 'Modalität',
    studyDescription: 'Beschreibung',
    bodyPartExamined: 'Körperteil',
    accessionNumber: 'Auftrag',
    instanceCount: 'Bilder',
    label: 'Label',
  },
  sortBy: (column) => `Sortieren nach ${column}`,
  filterBy: (column) => `Filter: ${column}`,
  anyModality: 'alle',
  from: 'Von',
  to: 'Bis',
  fromHelp: 'Studien ab diesem Tag',
  toHelp: 'Studien bis zu diesem Tag',
  dataset: 'Datensatz',
  allDatasets: 'ganze Bibliothek',
  labelState: 'Labels',
  labelStates: { any: 'alle', labelled: 'gelabelt', unlabelled: 'nicht gelabelt' },
  labelStateHelp: 'Zuerst einen Datensatz wählen: Labels gehören zu ihm.',
  labelsHeldBack: 'Labels: nur Ihre eigenen. Befunder sehen in diesem Datensatz die Labels der anderen nicht.',
  clearFilters: 'Filter löschen',
  table: 'Studien',
  nothingMatches: 'Keine Studie passt. Löschen Sie einen Filter, um mehr zu sehen.',
  emptyTitle: 'Noch keine Studien',
  emptyText: 'Importieren Sie einen Ordner, eine CD oder ein ZIP-Archiv, oder ziehen Sie es auf dieses Fenster.',
  noName: 'ohne Namen',
  noId: 'ohne ID',
  selected: (count) => `${n(count, 'Studie', 'Studien')} ausgewählt`,
  selectHelp: 'Pfeiltasten bewegen, Leertaste oder Umschalt wählt aus, Strg+A nimmt alle, Eingabe öffnet.',
  open: 'Betrachten',
  classify: 'Klassifizieren',
  addTo: 'Zu einem Datensatz …',
  removeFrom: (name) => `Aus „${name}“ nehmen`,
  added: (count, name) => `${n(count, 'Bild', 'Bilder')} zu „${name}“ hinzugefügt.`,
  removed: (count, name) => `${n(count, 'Bild', 'Bilder')} aus „${name}“ genommen.`,
  addTitle: 'Zu einem Datensatz hinzufügen',
  add: 'Hinzufügen',
  details: 'Studie',
  detailsEmpty: 'Wählen Sie eine Studie, um ihre Serien und Bilder zu sehen.',
  issuedBy: (issuer) => `Nummer vergeben von ${issuer}`,
  born: (date) => `geboren ${date}`,
  seriesTitle: (number, name) => (number === null ? name : `${number}: ${name}`),
  noSeriesName: 'Serie',
  images: (count) => n(count, 'Bild', 'Bilder'),
  frames: (count) => n(count, 'Einzelbild', 'Einzelbilder'),
  showMore: (count) => `${count} weitere zeigen`,
  openImage: (series, number) => `Bild ${number} von ${series} öffnen`,
  noPicture: 'nicht darstellbar',
  inDatasets: 'In Datensätzen',
  inNoDataset: 'in keinem Datensatz',
  otherStudies: 'Andere Studien des Patienten',
  import: 'Importieren …',
  importTitle: 'Studien importieren',
  importText: 'Ordner, Dateien, ZIP-Archive oder ein DICOMDIR. Sidelight liest sie; es ändert und verschiebt nichts.',
  chooseFolder: 'Ordner hinzufügen …',
  chooseFiles: 'Dateien hinzufügen …',
  sources: 'Was importiert wird',
  noSources: 'Noch nichts gewählt. Sie können Ordner auch hierher ziehen.',
  leaveOut: (name) => `${name} weglassen`,
  importDataset: 'In den Datensatz',
  importDatasetHelp: 'Ein vorhandener oder der Name eines neuen.',
  defaultDataset: 'Meine Studien',
  storage: 'Die Dateien',
  reference: 'bleiben, wo sie sind',
  referenceHelp: 'Sidelight merkt sich den Ort. Richtig für einen Server oder eine Platte, die immer da ist.',
  copy: 'werden in die Bibliothek kopiert',
  copyHelp: 'Richtig für eine CD oder einen Stick.',
  labels: 'Labels (CSV, freiwillig)',
  labelsHelp:
    'Spalten: eine von path, sopInstanceUID, seriesInstanceUID, studyInstanceUID, patientID; label; freiwillig split. patientID neben einer anderen nennt den Patienten, was auch im Kopf der Datei steht.',
  chooseLabels: 'Wählen …',
  noLabels: 'keine',
  clear: 'Entfernen',
  pseudonymise: 'Pseudonymisieren',
  pseudonymiseHelp:
    'Patienten-IDs werden zu Pseudonymen; Namen, Daten und freier Text kommen nicht in die Liste. Die kopierten Dateien behalten ihre Angaben: erst der Export entfernt sie.',
  picturePatients: 'Patienten von Bildern (PNG, JPEG, TIFF)',
  picturePatientsHelp:
    'Wo keine Spalte patientID sagt, von wem ein Bild ist. Eine Wahl gilt auch für Bilder dieses Imports, die schon da sind.',
  pictureRules: {
    none: 'wie bisher: zuerst jedes Bild für sich',
    picture: 'jedes Bild für sich',
    folder: 'der Ordner',
    prefix: 'der Name bis zum ersten „_“',
  },
  givenPatient: (id) => `Patient aus einer Tabelle; im Kopf der Datei steht: ${id}.`,
  takeBack: 'Zurücknehmen …',
  takeBackTitle: 'Zurück zum Patienten aus der Datei',
  takeBackText: (count) =>
    `${n(count, 'Studie geht', 'Studien gehen')} zurück. Labels und Befunde bleiben bei den Studien; festgehaltene Versionen behalten ihre Patienten.`,
  takeBackNow: 'Zurücknehmen',
  takenBack: (count) => `${n(count, 'Studie', 'Studien')} wieder unter dem Patienten aus der Datei.`,
  splitGiven: (count) => `(${count} aus einer Tabelle)`,
  splitCut: (count) => `(${count} aus den Trainingspatienten der Tabelle genommen)`,
  versionMoved: (count) =>
    `${n(count, 'Bild gehört', 'Bilder gehören')} seither einem anderen Patienten: Diese Version zählt die von damals.`,
  notes: {
    picturePatients: (v) =>
      `${n(Number(v['pictures']), 'Bild', 'Bilder')} von ${n(Number(v['patients']), 'Patient', 'Patienten')}, in ${n(Number(v['folders']), 'Ordner', 'Ordnern')}.${v['byFolders'] === undefined ? '' : ` ${v['byFolders']} nach Ordnern, die Patienten nennen.`}${v['given'] === undefined ? '' : ` ${v['given']} des Datensatzes behalten den Patienten aus einer Tabelle.`}${v['isNamed'] === undefined && v['byFolders'] !== v['pictures'] ? ' Gehören mehrere zu einer Person, nennen Sie sie in einer Spalte patientID oder wählen Sie im Import Ordner oder Name: Sonst steht sie vielleicht in Training und Test zugleich.' : ''}`,
    noLabelColumn: (v) =>
      `Die Tabelle hat keine Spalte „label“: Ihre ${n(Number(v['rows']), 'Zeile nennt', 'Zeilen nennen')} Patienten oder Teile, aber keine Labels.`,
    columnsTaken: (v) => `Als ${Number(v['isNumbers']) > 0 ? 'Größen' : 'Befunde'} genommen: ${v['columns']}.`,
    columnsLeft: (v) =>
      `Nicht als ${Number(v['isNumbers']) > 0 ? 'Größen' : 'Befunde'} genommen: ${[
        ...(v['strange'] === '' ? [] : [`${v['strange']} (Zeile und erste Zelle, die nicht passt)`]),
        ...(v['attributes'] === ''
          ? []
          : [`${v['attributes']} (dem Namen nach Angaben zu Menschen, Geräten oder Teilen)`]),
        ...(v['empty'] === '' ? [] : [`${v['empty']} (leer)`]),
        ...(v['other'] === '' ? [] : [`${v['other']} (andere Zellen)`]),
      ].join(
        '; ',
      )}.${v['strange'] === '' && v['attributes'] === '' ? '' : ' Berichtigen Sie die Zellen oder benennen Sie die Spalten um, damit sie gelten, oder nennen Sie sie auf der Befehlszeile mit --finding-columns und --values.'}`,
    againstNone: (v) =>
      `${n(Number(v['rows']), 'Zeile sagt', 'Zeilen sagen')} „${v['word']}“ und ${Number(v['rows']) === 1 ? 'nennt' : 'nennen'} trotzdem einen Befund (Zeile ${v['first']}). Der Befund gilt als vorhanden; was eine solche Zeile offen lässt, gilt als nicht vorhanden. Ist das falsch, berichtigen Sie diese Zeilen oder nehmen Sie sie heraus.`,
    finerLabels: (v) =>
      `${n(Number(v['labels']), 'Label der Tabelle gilt', 'Labels der Tabelle gelten')} einer ganzen Serie, Studie oder einem ganzen Patienten, und ${n(Number(v['images']), 'Bild davon hat', 'Bilder davon haben')} von früher ein anderes Label, das dem Bild oder weniger als dem Ganzen gilt: Dieses zählt weiter. Um es zu berichtigen, nennen Sie die Bilder wie die frühere Tabelle (path, sopInstanceUID, …).`,
    marksStay: (v) =>
      `${n(Number(v['labels']), 'Zelle der Tabelle ist', 'Zellen der Tabelle sind')} leer, wo ein früherer Import ein Label gab: Eine leere Zelle sagt nichts, und das frühere Label zählt weiter. Um es zu berichtigen, schreiben Sie in die Zelle, was richtig ist.`,
    labelsOverruled: (v) =>
      `${n(Number(v['labels']), 'Label der Tabelle sagt', 'Labels der Tabelle sagen')} etwas anderes, als Befunder angegeben haben oder jemand entschieden hat: Deren Angabe zählt weiter.`,
    patientsGiven: (v) =>
      Number(v['studies']) === 0
        ? 'Die Patienten der Tabelle sind die, unter denen die Bilder ohnehin stehen.'
        : `Patienten aus der Tabelle: ${n(Number(v['studies']), 'Studie oder Bild', 'Studien oder Bilder')} von ${n(Number(v['patients']), 'Patient', 'Patienten')}, ${v['moved']} davon neu. Die Nummern aus den Dateien bleiben daneben stehen und lassen sich zurückholen.`,
    samePictureNames: (v) =>
      `${n(Number(v['names']), 'Name ohne „_“ liegt', 'Namen ohne „_“ liegen')} in mehreren Ordnern (${n(Number(v['pictures']), 'Bild', 'Bilder')}): Jeder Ordner hat einen eigenen Patienten namens „Name (Ordner)“. Ist ein Name eine Person, nennen Sie sie in einer Spalte patientID: Sonst steht sie vielleicht in Training und Test zugleich.`,
    patientsByRule: (v) =>
      `${n(Number(v['pictures']), 'Bild, das schon da war, oder seine Studie hat', 'Bilder oder Studien, die schon da waren, haben')} jetzt einen anderen Patienten.`,
    headersCorrected: (v) =>
      `${Number(v['files']) === 0 ? 'Ein angehaltener Import hatte Dateien an Ort und Stelle geändert gefunden.' : `${n(Number(v['files']), 'Datei', 'Dateien')} seit dem letzten Import an Ort und Stelle geändert: Was jetzt darin steht, gilt. Labels und Befunde bleiben, Merkmale werden neu berechnet.`} ${n(Number(v['studies']), 'Studie kam', 'Studien kamen')} zu einem anderen Patienten.${Number(v['resized'] ?? 0) === 0 ? '' : ` ${n(Number(v['resized']), 'Datei enthält', 'Dateien enthalten')} jetzt ein Bild anderer Größe: Sehen Sie nach, ob die früheren Labels dafür stimmen.`}${Number(v['results'] ?? 0) === 0 ? '' : ` ${n(Number(v['results']), 'Ergebnis stammt', 'Ergebnisse stammen')} von vorher: Klassifizieren Sie neu, falls sich die Bilder geändert haben.`}`,
    imagesReplaced: (v) =>
      `${n(Number(v['files']), 'bekannte Datei enthält', 'bekannte Dateien enthalten')} jetzt ein anderes Bild (andere UIDs oder ein anderes Foto). Von den früheren Bildern sind ${v['gone']} in keiner Datei mehr: Sie behalten Labels und Befunde und werden nicht mehr trainiert; die Prüfung vor dem Training öffnet ihre Studien. Sind es dieselben Bilder unter neuen UIDs, benennen Sie sie neu, mit einer Tabelle nach Pfad.${Number(v['copied']) === 0 ? '' : ` ${v['copied']} bleiben durch die Kopien der Bibliothek neben dem, was jetzt in den Dateien steht: Ein Patient ist vielleicht zweimal da.`}`,
    handedDown: (v) =>
      `${n(Number(v['labels']), 'Label zu einem ganzen Patienten oder einer ganzen Studie (oder Marke, oder Bemerkung) steht', 'Labels, Marken oder Bemerkungen zu einem ganzen Patienten oder einer ganzen Studie stehen')} jetzt bei dem, was davon wegkam.`,
    splitsChanged: (v) =>
      `${n(Number(v['patients']), 'Patient stand', 'Patienten standen')} durch eine frühere Tabelle in einem anderen Teil; jetzt gilt, was diese nennt. Frühere Modelle haben vielleicht an Patienten gelernt, die jetzt im Test stehen.`,
    dealtAnew: (v) =>
      `${n(Number(v['patients']), 'Patient hatte', 'Patienten hatten')} bisher Bilder in mehreren Teilen; das nächste Training teilt neu zu.`,
    earlierVersions: (v) =>
      `${n(Number(v['versions']), 'festgehaltene Version', 'festgehaltene Versionen')} und deren Modelle behalten die Patienten und Teile von vorher: Ihre Zahlen zählen vielleicht eine Person auf beiden Seiten. Trainieren Sie neu.`,
    sharedIds: (v) =>
      `${n(Number(v['ids']), 'Patientennummer steht', 'Patientennummern stehen')} in Dateien mit zwei Geburtsdaten, Geschlechtern oder vergebenden Stellen: Vielleicht haben Patienten zweier Häuser dieselbe Nummer. Sie zählen als ein Patient, und ein Label nach patientID gilt beiden. Sind es zwei, geben Sie jedem eine eigene Nummer in einer Spalte patientID neben der Studie oder dem Pfad, und nennen Sie die Bilder in Tabellen danach.`,
    sharedPatient: (v) =>
      v['cause'] === 'folder'
        ? `Bei ${v['studies']} von ${n(Number(v['all']), 'Bild', 'Bildern')} gilt der Ordner als Patient. Ist er keiner, importieren Sie noch einmal mit einer anderen Regel für Bilder oder mit einer Spalte patientID.`
        : `${v['studies']} von ${n(Number(v['all']), Number(v['pictures'] ?? 0) === 0 ? 'Studie trägt' : 'Bild trägt', Number(v['pictures'] ?? 0) === 0 ? 'Studien tragen' : v['pictures'] === v['all'] ? 'Bildern tragen' : 'Studien und Bildern tragen')} dieselbe Patientennummer${v['id'] === '' ? '' : ` („${v['id']}“)`} und zählen als ein Patient, der sich nicht aufteilen lässt. Nennen Sie die Patienten in einer Spalte patientID, oder berichtigen Sie die Dateien an ihrem Ort und importieren Sie noch einmal.`,
    alikePatients: (v) =>
      `Die Nummern von ${n(Number(v['patients']), 'Patient', 'Patienten')} unterscheiden sich nur in Groß- und Kleinschreibung, Leerzeichen oder führenden Nullen (${n(Number(v['groups']), 'Gruppe', 'Gruppen')}). Sie zählen als verschiedene Menschen und stehen vielleicht in Training und Test zugleich; die Prüfung vor dem Training öffnet ihre Studien. Sind sie einer, nennen Sie eine Nummer in einer Spalte patientID.`,
    testGiven: (v) =>
      `Im Test: ${n(Number(v['given']), 'Patient', 'Patienten')} der Tabelle; die ${v['open']} ohne Angabe kommen nur in Training und Validierung.`,
    testAlsoDrawn: (v) =>
      `Im Test neben ${n(Number(v['given']), 'Testpatient', 'Testpatienten')} der Tabelle: ${n(Number(v['drawn']), 'Patient, der vorher hineinkam', 'Patienten, die vorher hineinkamen')}.`,
    validationFromTraining: (v) =>
      `Die Tabelle nennt keine für die Validierung: Ein Viertel der Trainingspatienten (${v['training']}) wird dafür genommen, ganze Patienten nach dem Seed.`,
    splitColumnUnused: (v) =>
      `Nicht verwendet: ${v['columns']} in der Tabelle ${Number(v['count']) === 1 ? 'spricht' : 'sprechen'} von Training und Test. Patienten werden neu verteilt. Wenn das die Aufteilung ist, nennen Sie die Spalte „split“, schreiben Sie train, val oder test in ihre Zellen und importieren Sie noch einmal.`,
    positiveGuessed: (v) =>
      `Welche Klasse ist positiv? Nichts an den Namen „${v['name']}“ und „${v['other']}“ sagt, welche der beiden die Krankheit ist. Sagen Sie es beim Training, bevor es beginnt; bis dahin gilt „${v['name']}“, und jede Kennzahl sagt, dass niemand sie gewählt hat.`,
    maybeUnknown: (v) =>
      `${v['names']} ${Number(v['count']) === 1 ? 'ist eine Klasse' : 'sind Klassen'}, mit ${n(Number(v['labels']), 'Label', 'Labels')}. Heißt das, dass es niemand weiß, nehmen Sie diese Zeilen heraus und importieren Sie in einen neuen Datensatz: Als Klasse wird es gelernt und beurteilt wie die anderen.`,
    missingNumbers: (v) =>
      `${v['columns']}: ${n(Number(v['labels']), 'Wert liegt weit von allen anderen und sieht aus wie die Zahl, die man schreibt, wo nichts gemessen wurde', 'Werte liegen weit von allen anderen und sehen aus wie die Zahl, die man schreibt, wo nichts gemessen wurde')}. Ist das so, lassen Sie diese Zellen leer und importieren Sie in einen neuen Datensatz: Als Zahlen werden sie gelernt wie die anderen.`,
    alikeClasses: (v) =>
      `${n(Number(v['groups']), 'Gruppe von Klassen unterscheidet', 'Gruppen von Klassen unterscheiden')} sich kaum: ${v['names']}. Es sind verschiedene Klassen. Ist eine Gruppe eine einzige, verschieden geschrieben, berichtigen Sie die Tabelle, oder führen Sie sie unter „Klassen“ zusammen.`,
    classFoldersUnused: (v) =>
      v['folder'] === ''
        ? `Aus Ordnern wurde keine Klasse genommen: ${n(Number(v['folders']), 'Ordner mit Bildern liegt', 'Ordner mit Bildern liegen')} nicht unter train, val oder test. Sind es die Klassen, legen Sie sie dorthin, oder geben Sie eine Tabelle an.`
        : `Aus Ordnern wurde keine Klasse genommen: Klassenordner (train/KLASSE, test/KLASSE) liegen in „${v['folder']}“${v['isArchive'] === undefined ? ', unter dem angegebenen Ordner' : ''}. Sind sie gemeint, ${v['isArchive'] === undefined ? 'importieren Sie diesen' : 'entpacken Sie es und importieren Sie den Ordner'}.`,
    systemFiles: (v) =>
      `${n(Number(v['files']), 'Datei', 'Dateien')} mit Notizen von macOS über andere Dateien blieben liegen.`,
  },
  target: 'Was von einem Bild gefragt wird',
  targets: {
    class: 'eine Klasse von mehreren',
    grade: 'ein Grad von mehreren, in einer Reihenfolge',
    finding: 'mehrere Befunde, jeder vorhanden oder nicht',
    quantity: 'eine Zahl (Knochenalter, ein Anteil in Prozent)',
  },
  targetNames: {
    class: { label: '', help: '' },
    grade: {
      label: 'Ihre Namen, der niedrigste zuerst',
      help: 'Durch Kommas getrennt. Ein Label, das keiner davon ist, wird ausgelassen und im Bericht genannt.',
    },
    finding: {
      label: 'Ihre Namen, der wichtigste zuerst',
      help: 'Durch Kommas getrennt; die Reihenfolge ist die der Tasten. Leer gelassen nennt sie eine Labeldatei, oder sie kommen später hinzu.',
    },
    quantity: { label: 'Was gemessen wird', help: 'Mit der Einheit in Klammern: Knochenalter (Monate).' },
  },
  framesRule: 'Von Aufnahmen mit vielen Einzelbildern',
  frameRules: { middle: 'das mittlere', first: 'das erste', all: 'alle' },
  startImport: 'Importieren',
  looksIntoFolders:
    'Die Ordner werden durchgesehen. Was Sie jetzt ändern, gilt, sobald Sie noch einmal auf „Importieren“ klicken.',
  changedMeanwhile:
    'Während die Ordner durchgesehen wurden, wurde etwas geändert. Klicken Sie noch einmal auf „Importieren“.',
  importing: 'Import läuft',
  making: 'Demo-Datensatz wird gemacht',
  report: 'Importbericht',
  showReport: 'Letzter Importbericht',
  reportTitle: (dataset) => `Importiert in „${dataset}“`,
  imported: 'neue Bilder',
  alreadyThere: 'schon da',
  duplicate: 'doppelt',
  skipped: 'ausgelassen',
  reportSum: (total, seconds) => `${n(total, 'Datei', 'Dateien')} in ${seconds} angesehen.`,
  datasetNow: (patients, studies, images) =>
    `Der Datensatz enthält jetzt ${n(images, 'Bild', 'Bilder')} in ${n(studies, 'Studie', 'Studien')} von ${n(patients, 'Patient', 'Patienten')}.`,
  labelsApplied: (applied, changed, unchanged) =>
    `Labels: ${applied} neu, ${changed} geändert, ${unchanged} wie zuvor.`,
  splitsGiven: (train, val, test) => `Aufteilung der Patienten: ${train} Training, ${val} Validierung, ${test} Test.`,
  unusedColumns: (names) => `Nicht verwendete Spalten der Labeldatei: ${names}.`,
  merged: (from, to, rows) => `„${from}“ wurde als „${to}“ genommen (${n(rows, 'Zeile', 'Zeilen')}).`,
  notImages: (count) => `${n(count, 'Datei ist', 'Dateien sind')} kein Bild: gezählt und ausgelassen.`,
  leftOutFiles: (count) => `${n(count, 'Datei', 'Dateien')} ausgelassen, nach Pfad`,
  notedFiles: (count) => `${n(count, 'Hinweis', 'Hinweise')} zu importierten Dateien, nach Pfad`,
  leftOutWhole: 'Ganze Pfade, nur auf diesem Rechner gezeigt; sie werden nicht aufgehoben.',
  leftOutShort:
    'Die Pfade sind gekürzt, weil sie Patienten nennen können. Importieren Sie den Ordner noch einmal, um die ausgelassenen Dateien mit ganzem Pfad zu sehen.',
  leftOutMore: (count) => `und ${n(count, 'weitere Datei', 'weitere Dateien')}`,
  saveLeftOut: 'Liste speichern …',
  leftOutSaved: 'Liste gespeichert.',
  copyLeftOut: 'Liste kopieren',
  leftOutCopied: 'Liste kopiert.',
  showLeftOut: (name) => `Im Ordner zeigen: ${name}`,
  whyNot: 'Ausgelassen oder zu prüfen, und warum',
  row: (row) => `Zeile ${row}`,
  allFine: 'Jede Datei wurde verwendet.',
  newDataset: 'Neuer Datensatz …',
  newDatasetTitle: 'Neuer Datensatz',
  name: 'Name',
  fromSelection: (count) => `Mit ${n(count, 'ausgewählter Studie', 'ausgewählten Studien')}`,
  create: 'Anlegen',
  noDatasets: 'Es gibt noch keinen Datensatz. Ein Import legt einen an, „Neuer Datensatz“ auch.',
  datasetLine: (images, studies, patients) =>
    `${n(images, 'Bild', 'Bilder')} · ${n(studies, 'Studie', 'Studien')} · ${n(patients, 'Patient', 'Patienten')}`,
  labelledOf: (labelled, all) => `${labelled} von ${n(all, 'Bild', 'Bildern')} gelabelt`,
  rename: 'Umbenennen',
  renamed: 'Umbenannt.',
  showStudies: 'Studien zeigen',
  label: 'Labeln',
  train: 'Trainieren',
  classLabels: (count) => n(count, 'Label', 'Labels'),
  classStored: (count) => `bleibt: ${n(count, 'Label', 'Labels')} im Verlauf`,
  moveUp: (name) => `${name} nach oben`,
  moveDown: (name) => `${name} nach unten`,
  removeClass: (name) => `${name} entfernen`,
  classesFixed: 'Die Liste ist vollständig.',
  namesOf: {
    class: classWords,
    grade: classWords,
    finding: {
      title: 'Befunde',
      inRead: 'Befunde',
      none: 'Benennen Sie den ersten Befund, zum Beispiel „Ödem“.',
      help: 'Was in einem Bild zu sehen sein kann, jedes vorhanden, nicht vorhanden, unsicher oder nicht bekannt. Der erste hat beim Labeln die Taste 1. Ein Befund mit Labels lässt sich umbenennen, nicht entfernen.',
      name: (position) => `Name des Befunds ${position}`,
      add: 'Befund hinzufügen',
      fresh: 'Neuer Befund',
      save: 'Befunde speichern',
      fixedHelp: 'Labels anderer Befunde werden abgelehnt, in Dateien und beim Eintippen; die Reihenfolge bleibt.',
      saved: 'Befunde gespeichert.',
    },
    quantity: {
      title: 'Was gemessen wird',
      inRead: 'Zahl',
      none: 'Benennen Sie, was gemessen wird, mit der Einheit in Klammern, zum Beispiel „Knochenalter (Monate)“.',
      help: 'Eine Größe, mit der Einheit in Klammern. Mit Labels lässt sie sich umbenennen, nicht entfernen.',
      name: (position) => `Name der Größe ${position}`,
      add: 'Größe hinzufügen',
      fresh: 'Neue Größe',
      save: 'Speichern',
      fixedHelp: 'Labels anderer Größen werden abgelehnt, in Dateien und beim Eintippen.',
      saved: 'Gespeichert.',
    },
  },
  markCounts: (present, absent, uncertain) => `vorhanden ${present}, nicht vorhanden ${absent}, unsicher ${uncertain}`,
  splits: 'Aufteilung',
  splitsHelp:
    'Verteilt werden ganze Patienten, nie einzelne Bilder, damit niemand zugleich in Training und Test steht.',
  split: 'Teil',
  splitNames: {
    train: 'Training',
    val: 'Validierung',
    test: 'Test (gesperrt)',
    none: 'wird beim nächsten Training verteilt',
  },
  patients: 'Patienten',
  testLocked: 'Mit Testpatienten wird nie trainiert; sie bleiben es, wenn der Datensatz wächst.',
  versions: 'Versionen',
  versionsHelp: 'Ein Training hält den Datensatz fest, wie er ist; was sich später ändert, berührt die Version nicht.',
  noVersions: 'Noch keine: das erste Training macht eine.',
  version: (number) => `Version ${number}`,
  runs: (count) => n(count, 'Training', 'Trainings'),
  export: 'De-identifiziert exportieren …',
  exportTitle: 'De-identifiziert exportieren',
  exportText:
    'Kopien der DICOM-Dateien nach dem Basic Profile von PS3.15 Anhang E in einem neuen Ordner. Eingebrannten Text bitte selbst prüfen.',
  exportFolder: 'In den Ordner',
  chooseExport: 'Ordner wählen, in den exportiert wird',
  dates: 'Datumsangaben',
  dateModes: { remove: 'entfernen', shift: 'verschieben, je Patient gleich', keep: 'behalten' },
  retain: 'Auch behalten',
  retains: {
    uids: 'UIDs',
    device: 'Gerät',
    institution: 'Einrichtung',
    patient: 'Geschlecht, Alter, Gewicht des Patienten',
  },
  startExport: 'Exportieren',
  exportQueued: 'Der Export steht in der Warteschlange.',
};
