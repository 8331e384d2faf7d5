/** A library with any number of studies, put straight into the database: one series and one image each, two studies a patient. */

import { describeInstance, ensureDataset, type Library } from '../../core/store/index.ts';
import { instanceId } from './ids.ts';
import { testTime } from './library.ts';

const families = ['Müller', 'Nguyen', 'Okafor', 'Rossi', 'Silva', 'Tanaka', 'Ueda', 'Virtanen', 'Wang', 'Yılmaz'];
const givens = ['Anna', 'Ben', 'Chiara', 'David', 'Emine', 'Farid', 'Grace', 'Hiro'];
const kinds = [
  { modality: 'DX', description: 'Chest PA', part: 'CHEST' },
  { modality: 'MG', description: 'Mammography screening', part: 'BREAST' },
  { modality: 'CT', description: 'CT thorax with contrast', part: 'CHEST' },
  { modality: 'MR', description: 'MR knee left', part: 'KNEE' },
  { modality: 'CR', description: 'Hand two planes', part: 'HAND' },
];

/** Adds `count` studies; every third is in the data set `reads`. */
export function addManyStudies(library: Library, count: number): void {
  const db = library.writer;
  db.transaction(() => {
    const dataset = ensureDataset(db, 'reads', 'middle', testTime);
    for (let n = 0; n < count; n++) {
      const person = Math.floor(n / 2);
      const kind = kinds[n % kinds.length] ?? kinds[0];
      if (n % 2 === 0) {
        db.run('INSERT INTO patients (id, patient_key, created_at) VALUES (:id, :key, :now)', {
          id: person + 1,
          key: `ID${String(100_000 + person)}`,
          now: testTime,
        });
      }
      const id = n + 1;
      db.run('INSERT INTO studies (id, patient_id, study_instance_uid) VALUES (:id, :patient, :uid)', {
        id,
        patient: person + 1,
        uid: `1.2.826.0.1.${id}`,
      });
      db.run('INSERT INTO series (id, study_id, series_instance_uid, modality) VALUES (:id, :id, :uid, :modality)', {
        id,
        uid: `1.2.826.0.1.${id}.1`,
        modality: kind?.modality ?? 'OT',
      });
      db.run(
        `INSERT INTO instances (id, series_id, kind, sop_instance_uid, number_of_frames, content_hash, size_bytes, created_at)
         VALUES (:id, :id, 'dicom', :uid, 1, :hash, 1, :now)`,
        { id, uid: `1.2.826.0.1.${id}.1.1`, hash: String(id).padStart(64, '0'), now: testTime },
      );
      const day = new Date(Date.UTC(2010, 0, 1) + (n % 5500) * 86_400_000).toISOString().slice(0, 10);
      describeInstance(db, instanceId(id), {
        patientName: `${families[person % families.length]}^${givens[person % givens.length]}`,
        patientSex: person % 2 === 0 ? 'F' : 'M',
        issuerOfPatientID: null,
        patientBirthDate: `19${30 + (person % 60)}0${1 + (person % 9)}15`,
        studyDate: day.replaceAll('-', ''),
        studyTime: `${String(8 + (n % 9)).padStart(2, '0')}${String(n % 60).padStart(2, '0')}00`,
        studyDescription: kind?.description ?? null,
        accessionNumber: `A${1_000_000 + n}`,
        seriesDescription: 'Series',
        seriesNumber: 1,
        manufacturer: 'Maker',
        manufacturerModelName: 'Device 1',
        institutionName: 'Somewhere',
        bodyPartExamined: kind?.part ?? null,
        instanceNumber: 1,
        slicePositionMm: null,
        laterality: null,
        viewPosition: null,
      });
      if (n % 3 === 0) {
        db.run('INSERT INTO dataset_instances (dataset_id, instance_id, added_at) VALUES (:dataset, :id, :now)', {
          dataset: dataset.id,
          id,
          now: testTime,
        });
      }
    }
  });
}
