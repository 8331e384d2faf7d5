/**
 * Failures in German by code: what happened and what to do. The core says both in English with the names of the things concerned;
 * that text stands below the German one. A test asks for a row for every code.
 */
import type { ErrorCode } from '../../core/base/error-codes.ts';

export const germanFailures: Readonly<Record<ErrorCode | 'BUG', readonly [what: string, todo: string]>> = {
  BUG: ['In Sidelight ist ein Fehler aufgetreten.', 'Bitte melden Sie ihn mit der Protokolldatei.'],
  BAD_INPUT: ['Eine Angabe passt nicht.', 'Berichtigen Sie die Angabe und versuchen Sie es noch einmal.'],
  FILE_NOT_FOUND: ['Eine Datei oder ein Ordner ist nicht da.', 'Prüfen Sie, ob das Laufwerk verbunden ist.'],
  FILE_UNREADABLE: ['Eine Datei lässt sich nicht lesen oder schreiben.', 'Prüfen Sie, ob Sie das Recht dazu haben.'],
  DRIVE_AWAY: [
    'Das Laufwerk antwortet nicht oder meldet einen Fehler.',
    'Prüfen Sie Kabel, Netz und Laufwerk und versuchen Sie es noch einmal; was schon gelesen wurde, wird erkannt.',
  ],
  FILE_LINK_OUTSIDE: [
    'Eine Verknüpfung führt aus dem Ordner hinaus.',
    'Importieren Sie den Ordner, auf den sie zeigt.',
  ],
  FILE_SPECIAL: ['Das ist ein Gerät und keine Datei mit einem Bild.', 'Es ist nichts zu tun.'],
  NOT_AN_IMAGE: ['Die Datei ist kein Bild.', 'Es ist nichts zu tun; sie wird gezählt und ausgelassen.'],
  DUPLICATE_DIFFERS: [
    'Zwei Dateien nennen sich dasselbe Bild, haben aber anderen Inhalt.',
    'Vergleichen Sie beide und entfernen Sie die falsche.',
  ],
  DUPLICATE_SAME: ['Dieselbe Datei kam schon vor.', 'Es ist nichts zu tun: das Ergebnis steht dort.'],
  STUDY_OTHER_PATIENT: [
    'Eine Studie ist unter zwei Patienten abgelegt.',
    'Berichtigen Sie die Patientennummer in allen Dateien der Studie und importieren Sie sie noch einmal, oder nennen Sie den Patienten in der Spalte patientID; bis dahin gilt der zuerst gesehene Patient.',
  ],
  PATIENT_CONFLICT: [
    'Die Tabelle nennt für eine Studie zwei Patienten.',
    'Geben Sie allen Bildern einer Studie dieselbe patientID und importieren Sie noch einmal; nichts wurde geändert.',
  ],
  FILE_OF_SYSTEM: [
    'macOS hat darin Notizen über eine andere Datei; ein Bild ist es nicht.',
    'Nichts zu tun: Die andere Datei wird für sich gelesen.',
  ],
  CANCELLED: ['Angehalten.', 'Mit „Fortsetzen“ geht es dort weiter.'],
  DICOM_NOT_DICOM: [
    'Die Datei ist kein DICOM und kein Bild.',
    'Entfernen Sie sie oder exportieren Sie die Studie neu.',
  ],
  DICOM_TRUNCATED: ['Die Datei endet zu früh.', 'Kopieren oder exportieren Sie sie noch einmal.'],
  DICOM_MALFORMED: ['Die Datei ist nicht richtig aufgebaut.', 'Exportieren Sie sie noch einmal aus dem Archiv.'],
  DICOM_NO_PIXELS: ['Die Datei enthält kein Bild.', 'Es ist nichts zu tun.'],
  DICOM_UNSUPPORTED_SYNTAX: [
    'Diese Art der Kompression wird nicht gelesen.',
    'Exportieren Sie die Studie als „Explicit VR Little Endian“.',
  ],
  DICOM_UNSUPPORTED_PIXELS: [
    'Diese Art von Bildpunkten wird nicht gelesen.',
    'Exportieren Sie die Studie als „Explicit VR Little Endian“ mit 8 oder 16 Bit.',
  ],
  DICOM_DECODE_FAILED: [
    'Die komprimierten Bildpunkte sind beschädigt.',
    'Kopieren oder exportieren Sie die Datei neu.',
  ],
  DICOM_HEADER_DOUBTFUL: [
    'Der Kopf der Datei sagt Unklares über die Darstellung.',
    'Sehen Sie das Bild an; ist es falsch dargestellt, lassen Sie das genannte Attribut berichtigen.',
  ],
  DEIDENTIFY_REFUSED: ['Eine Datei lässt sich nicht pseudonymisieren.', 'Sie bleibt aus dem Export heraus.'],
  IMAGE_UNREADABLE: ['Das Bild lässt sich nicht lesen.', 'Speichern Sie es neu als PNG oder JPEG.'],
  IMAGE_PARTLY_USED: [
    'Die Datei enthält mehr Bilder, als gelesen werden.',
    'Zählen auch die anderen, dann speichern Sie jedes als eigene Datei und importieren diese.',
  ],
  IMAGE_LOOKS_EMPTY: [
    'Auf dem Bild ist mit bloßem Auge nichts zu sehen.',
    'Sehen Sie es an; ist wirklich nichts zu sehen, exportieren Sie es mit seiner Fensterung noch einmal.',
  ],
  IMAGE_OF_OTHER_KIND: [
    'Das Bild ist keine Aufnahme des Untersuchten: eine Übersichtsaufnahme, ein Bildschirm, eine Seite eines Protokolls oder eine Maske. Ein Label seiner Studie, seines Patienten oder Ordners gilt auch für dieses Bild.',
    'Soll nicht davon gelernt werden, schließen Sie es unter „Befunden“ aus, oder nehmen Sie es aus dem Ordner und importieren Sie in einen neuen Datensatz.',
  ],
  IMAGE_OTHER_RANGE: [
    'Das Bild hat einen anderen Wertebereich als die Bilder, von denen das Modell gelernt hat.',
    'Exportieren Sie es wie jene, oder trainieren Sie mit einem Datensatz, der auch solche Bilder enthält.',
  ],
  TOO_LARGE: ['Die Datei ist zu groß für dieses Gerät.', 'Teilen oder verkleinern Sie sie.'],
  LABELS_INVALID: ['Die Tabelle mit Befunden enthält Fehler.', 'Berichtigen Sie die genannten Zeilen.'],
  SPLIT_LEAKS_PATIENT: [
    'Studien eines Patienten lägen in Training und Test.',
    'Geben Sie allen Studien eines Patienten denselben Teil.',
  ],
  SPLIT_IMPOSSIBLE: ['Die Patienten lassen sich nicht aufteilen.', 'Befunden Sie mehr Patienten der genannten Klasse.'],
  DATASET_NOT_FOUND: ['Diesen Datensatz gibt es nicht.', 'Wählen Sie einen anderen aus der Liste.'],
  DATASET_NOT_READY: ['Der Datensatz ist noch nicht bereit.', 'Befunden Sie Studien in mindestens zwei Klassen.'],
  NOT_DISPLAYED: [
    'Das Bild war noch nicht zu sehen; gespeichert wurde nichts.',
    'Sehen Sie es an und befunden Sie es dann.',
  ],
  READING_CHANGED: [
    'Ebene oder Befunder haben sich geändert; gespeichert wurde nichts.',
    'Sehen Sie die Liste noch einmal an und wiederholen Sie es.',
  ],
  LPM_NOT_FOUND: ['Dieses LPM fehlt in der Bibliothek.', 'Fügen Sie es unter „Einstellungen“ hinzu.'],
  LPM_UNSUPPORTED: [
    'Dieses Modell wird nicht unterstützt.',
    'Nehmen Sie ein ViT-, DeiT-, DINO-, DINOv2-, DINOv3-, SigLIP- oder CLIP-Modell.',
  ],
  LPM_PICKLE_REFUSED: [
    'Die Datei könnte Programme ausführen und wurde abgelehnt.',
    'Wandeln Sie sie auf einem Gerät mit Python und torch in .safetensors um.',
  ],
  WEIGHTS_INVALID: ['Die Gewichte sind beschädigt oder verändert.', 'Kopieren Sie das Modell noch einmal.'],
  MODEL_NOT_FOUND: ['Dieses Modell gibt es nicht.', 'Wählen Sie ein anderes aus der Liste.'],
  MODEL_NOT_AS_GOOD: [
    'Das Modell ist nicht nachweislich so gut wie das verwendete.',
    'Bleiben Sie beim verwendeten Modell, oder nennen Sie den Grund, warum dieses an seine Stelle tritt; er wird aufbewahrt.',
  ],
  MODEL_IN_USE_UNCLEAR: [
    'Es wurde kein Modell genannt, und es gibt nicht genau eines, das verwendet wird.',
    'Nennen Sie das Modell oder seinen Datensatz.',
  ],
  RUN_NOT_FOUND: ['Dieses Training gibt es nicht.', 'Wählen Sie ein anderes aus der Liste.'],
  TRAINING_DIVERGED: ['Das Training ist entgleist.', 'Senken Sie die Lernrate und trainieren Sie noch einmal.'],
  FEATURES_DAMAGED: ['Ein zwischengespeichertes Bild ist beschädigt.', 'Starten Sie neu; es wird neu berechnet.'],
  ENGINE_UNAVAILABLE: ['Es fehlt etwas zum Rechnen.', '„Einstellungen“, „Rechnen“ sagt, was fehlt.'],
  TOO_LITTLE_MEMORY: [
    'Das LPM braucht mehr Arbeitsspeicher, als dieses Gerät hat.',
    'Nehmen Sie ein Gerät mit mehr Speicher, oder ein kleineres LPM oder eine kleinere Bildgröße; ein Modell antwortet nur mit denen, mit denen es trainiert wurde.',
  ],
  ENGINE_STATE_LOST: [
    'Der Stand des Trainings ging mit dem Rechengerät verloren.',
    'Starten Sie das Training noch einmal; es geht nach der letzten fertigen Epoche weiter.',
  ],
  ENGINE_FAILED: ['Das Rechnen wurde abgebrochen.', 'Schließen Sie andere Programme und versuchen Sie es noch einmal.'],
  LIBRARY_READ_ONLY: ['In die Bibliothek kann nicht geschrieben werden.', 'Wählen Sie einen anderen Ordner.'],
  LIBRARY_BUSY: ['Ein anderes Sidelight nutzt diese Bibliothek.', 'Schließen Sie es.'],
  DB_FROM_NEWER_APP: ['Die Bibliothek stammt von einer neueren Version.', 'Aktualisieren Sie Sidelight.'],
  DB_DAMAGED: [
    'Die Datenbank der Bibliothek ist beschädigt.',
    'Wählen Sie eine andere Bibliothek, oder lassen Sie eine Sicherung zurückspielen von der Person, die diesen Rechner betreut.',
  ],
  BACKUP_NOT_FOUND: ['Diese Sicherung gibt es nicht.', 'Wählen Sie eine andere aus der Liste.'],
  PATIENT_NOT_FOUND: ['Diesen Patienten gibt es hier nicht.', 'Geben Sie die Nummer genau wie in den Bildern an.'],
  DISK_FAILED: [
    'Die Festplatte meldet einen Fehler.',
    'Prüfen Sie Festplatte, Kabel oder Netzlaufwerk; danach geht es dort weiter. Gespeichertes bleibt.',
  ],
  DISK_FULL: ['Die Festplatte ist voll.', 'Schaffen Sie Platz; danach geht es dort weiter.'],
  NAME_TAKEN: ['Diesen Namen gibt es schon.', 'Wählen Sie einen anderen.'],
};
