import { countedInGerman as n } from '../count.ts';
import type { Words } from '../words.ts';

export const erasure: Words['erasure'] = {
  button: 'Aus der Bibliothek löschen …',
  titlePatients: (patients) => `${n(patients, 'Patient', 'Patienten')} aus der Bibliothek löschen?`,
  titleStudies: (studies) => `${n(studies, 'Studie', 'Studien')} aus der Bibliothek löschen?`,
  forGood: 'Das lässt sich nicht rückgängig machen: Was geht, wird überschrieben, nicht beiseitegelegt.',
  extent: 'Was gelöscht werden soll',
  extents: {
    patients: (chosen) => (chosen === 1 ? 'Der Patient mit allen Studien' : 'Die Patienten mit allen ihren Studien'),
    studies: (chosen) =>
      chosen === 1 ? 'Nur die gewählte Studie' : `Nur ${n(chosen, 'gewählte Studie', 'gewählte Studien')}`,
  },
  goes: 'Was geht',
  stays: 'Was bleibt',
  study: (date, description, images) =>
    [date, description, n(images, 'Bild', 'Bilder')].filter((part) => part !== '').join(' · '),
  studies: (studies, images, patients) =>
    `${n(studies, 'Studie', 'Studien')} mit ${n(images, 'Bild', 'Bildern')} (${n(patients, 'Patient', 'Patienten')})`,
  wholePatients: (patients) =>
    patients === 1
      ? 'der Patient mit Name, ID und Teil (Training, Validierung oder Test)'
      : `${n(patients, 'Patient', 'Patienten')} mit Name, ID und Teil (Training, Validierung oder Test)`,
  labels: (labels, readers, comments) =>
    `${n(labels, 'Label', 'Labels')} (mit Verlauf) von ${n(readers, 'Befunder', 'Befundern')}; ${n(comments, 'Kommentar', 'Kommentare')}`,
  predictions: (predictions) => `${n(predictions, 'Antwort', 'Antworten')} von Modellen in „Klassifizieren“`,
  computed: (records) =>
    `${n(records, 'berechneter Eintrag', 'berechnete Einträge')} (Merkmale, verkleinerte Bilder) und die Vorschaubilder`,
  copies: (copies) => `${n(copies, 'kopierte Datei', 'kopierte Dateien')} im Ordner der Bibliothek`,
  evaluations: (evaluations) =>
    `${n(evaluations, 'Auswertung', 'Auswertungen')} in „Beurteilen“: neu zu machen aus den Fällen, die bleiben`,
  unfinished: (runs) => `${n(runs, 'unfertiges Training: kann', 'unfertige Trainings: können')} nicht mehr weitergehen`,
  leaves: (name, goes, remains) =>
    `„${name}“ verliert ${n(goes, 'Studie', 'Studien')} und hat dann noch ${n(remains, 'Studie', 'Studien')}`,
  otherStudies: (studies) => `${n(studies, 'andere Studie', 'andere Studien')} derselben Patienten`,
  models: (names) =>
    `${n(names.length, 'Modell, das', 'Modelle, die')} damit trainiert ${names.length === 1 ? 'wurde' : 'wurden'}, und was daraus gelernt wurde: ${names.join(', ')}`,
  originals: (files) =>
    files === 0
      ? 'Dateien außerhalb der Bibliothek: Sie werden nicht angerührt'
      : `${n(files, 'Originaldatei', 'Originaldateien')} außerhalb der Bibliothek, nicht angerührt; zu löschen, wo sie liegen`,
  outside: 'Exporte, Ergebnisdateien und anderswo gespeicherte Sicherungen: Sie werden nicht angerührt',
  filedElsewhere: (studies) =>
    `${n(studies, 'Studie, deren', 'Studien, deren')} Kopfdaten eine dieser IDs nennen und die einem anderen Patienten zugeordnet ${studies === 1 ? 'wurde' : 'wurden'}; die ID wird dort vergessen`,
  backups: (backups) =>
    `${n(backups, 'Sicherung in der Bibliothek, die', 'Sicherungen in der Bibliothek, die')} sie enthalten ${backups === 1 ? 'kann' : 'können'}`,
  backupTreatments: {
    keep: 'unverändert lassen: Sie bleiben darin',
    rewrite: 'ohne sie neu schreiben',
    delete: 'löschen, wenn sie darin sind',
  },
  confirm: (patients) => `Das sind mehrere Patienten. Zum Löschen ihre Anzahl eingeben: ${patients}`,
  now: 'Endgültig löschen',
  busy: (jobs) =>
    `${n(jobs, 'Auftrag läuft oder wartet', 'Aufträge laufen oder warten')}: Vor dem Ende kann nichts gelöscht werden.`,
  readOnly: 'Die Bibliothek ist nur zum Lesen geöffnet: Es kann nichts gelöscht werden.',
  done: (patients, studies) =>
    patients === 0
      ? `Aus der Bibliothek gelöscht: ${n(studies, 'Studie', 'Studien')}.`
      : `Aus der Bibliothek gelöscht: ${n(patients, 'Patient', 'Patienten')} mit ${n(studies, 'Studie', 'Studien')}.`,
  stillIn: (backups) => `${n(backups, 'Sicherung enthält', 'Sicherungen enthalten')} sie noch.`,
  most: (most) => `Höchstens ${most.toLocaleString('de')} gehen auf einmal: weniger wählen.`,
};
