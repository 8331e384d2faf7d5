/** Label files of chest radiographs and their profiles. */
import type { ProfileData } from './profile.ts';

const chexpertFindings = [
  'Enlarged Cardiomediastinum',
  'Cardiomegaly',
  'Lung Opacity',
  'Lung Lesion',
  'Edema',
  'Consolidation',
  'Pneumonia',
  'Atelectasis',
  'Pneumothorax',
  'Pleural Effusion',
  'Pleural Other',
  'Fracture',
  'Support Devices',
];

/** The labeller that two sets share writes 1, 0 and -1, and leaves a cell empty where the report does not speak of it. */
const chexpertLabels: ProfileData['variants'][number]['labels'] = {
  from: 'columns',
  columns: chexpertFindings,
  words: { '1': 'present', '0': 'absent', '-1': 'uncertain', blank: 'unknown' },
  none: { column: 'No Finding', word: '1', except: ['Support Devices'] },
};

const chexpertNote =
  '"No Finding" is no finding of its own: 1 says that nothing but a support device was found, so findings whose cell is empty in that row are absent.';

export const chexpert: ProfileData = {
  name: 'chexpert',
  title: 'CheXpert',
  files: ['train.csv', 'valid.csv'],
  told: { columns: ['Path', 'Sex', 'Age', 'Frontal/Lateral', 'AP/PA', 'No Finding', ...chexpertFindings] },
  cells: [{ column: 'Path', pattern: '(?:^|/)(?<patient>patient\\d+)/' }],
  keys: [
    { kind: 'path', from: '{Path}' },
    { kind: 'path-end', from: '{Path}' },
  ],
  patient: '{patient}',
  notes: [chexpertNote, 'The patient is the folder "patient…" of the path.'],
  variants: [
    {
      name: 'findings',
      title: 'thirteen findings',
      target: 'finding',
      labels: chexpertLabels,
    },
  ],
};

export const mimicCxr: ProfileData = {
  name: 'mimic-cxr',
  title: 'MIMIC-CXR',
  files: ['mimic-cxr-2.0.0-chexpert.csv', 'mimic-cxr-2.0.0-negbio.csv'],
  told: { columns: ['subject_id', 'study_id', 'No Finding', ...chexpertFindings] },
  keys: [{ kind: 'file-name', from: '{dicom_id}' }],
  patient: '{subject_id}',
  split: 'split',
  second: {
    title: 'the images of each study and their split',
    file: 'mimic-cxr-2.0.0-split.csv',
    columns: ['dicom_id', 'study_id', 'subject_id', 'split'],
    on: ['subject_id', 'study_id'],
  },
  notes: [
    'None of the identifiers is a UID: an image is found by its file name, which is its dicom_id. Every image of a study gets what the report of the study says.',
    chexpertNote,
  ],
  variants: [
    {
      name: 'findings',
      title: 'thirteen findings',
      target: 'finding',
      labels: chexpertLabels,
    },
  ],
};

export const chestXray14: ProfileData = {
  name: 'chestx-ray14',
  title: 'NIH ChestX-ray14',
  files: ['Data_Entry_2017.csv', 'Data_Entry_2017_v2020.csv'],
  told: { columns: ['Image Index', 'Finding Labels', 'Follow-up #', 'Patient ID', 'Patient Age', 'View Position'] },
  keys: [{ kind: 'file-name', from: '{Image Index}' }],
  patient: '{Patient ID}',
  notes: ['The set names what was found: what a row does not name is absent. "No Finding" says that all fourteen are.'],
  variants: [
    {
      name: 'findings',
      title: 'fourteen findings',
      target: 'finding',
      labels: {
        from: 'list',
        column: 'Finding Labels',
        separator: '|',
        none: ['No Finding'],
        findings: [
          'Atelectasis',
          'Cardiomegaly',
          'Effusion',
          'Infiltration',
          'Mass',
          'Nodule',
          'Pneumonia',
          'Pneumothorax',
          'Consolidation',
          'Edema',
          'Emphysema',
          'Fibrosis',
          'Pleural_Thickening',
          'Hernia',
        ],
      },
    },
  ],
};

export const padchest: ProfileData = {
  name: 'padchest',
  title: 'PadChest',
  files: ['PADCHEST_chest_x_ray_images_labels_160K_01.02.19.csv'],
  told: { columns: ['ImageID', 'ImageDir', 'StudyID', 'PatientID', 'ReportID', 'MethodLabel', 'Labels', 'labelCUIS'] },
  keys: [{ kind: 'file-name', from: '{ImageID}' }],
  patient: '{PatientID}',
  notes: [
    'The findings are those that the file names, some 190: --finding-columns takes those that are asked for. "normal" says that none was found.',
    'Beside "exclude", "suboptimal study" and "unchanged", what is not named is unknown; an empty list says nothing.',
  ],
  variants: [
    {
      name: 'findings',
      title: 'the findings that its rows name',
      target: 'finding',
      labels: {
        from: 'list',
        column: 'Labels',
        separator: 'python',
        none: ['normal'],
        open: ['exclude', 'suboptimal study', 'unchanged'],
      },
    },
  ],
};

export const rsnaPneumonia: ProfileData = {
  name: 'rsna-pneumonia',
  title: 'RSNA Pneumonia',
  files: ['stage_2_train_labels.csv'],
  told: { columns: ['patientId', 'x', 'y', 'width', 'height', 'Target'] },
  keys: [{ kind: 'file-name', from: '{patientId}' }],
  patient: '{patientId}',
  notes: ['An image has a row for each box; the boxes are not read.'],
  variants: [
    {
      name: 'pneumonia',
      title: 'pneumonia or not',
      target: 'class',
      labels: {
        from: 'column',
        column: 'Target',
        words: { '0': 'no pneumonia', '1': 'pneumonia' },
        order: ['no pneumonia', 'pneumonia'],
      },
    },
  ],
};

export const vindrCxr: ProfileData = {
  name: 'vindr-cxr',
  title: 'VinDr-CXR',
  files: ['image_labels_train.csv', 'image_labels_test.csv'],
  told: {
    columns: ['image_id', 'Aortic enlargement', 'Atelectasis', 'Calcification', 'ILD', 'Nodule/Mass', 'No finding'],
  },
  otherNames: { 'Other disease': 'Other diseases' },
  keys: [{ kind: 'file-name', from: '{image_id}' }],
  reader: 'rad_id',
  notes: [
    'In the training file each image has a row by each of three radiologists (rad_id), who become readers: where they disagree, somebody decides. The test file has one row an image.',
    '"No finding" is no finding of its own: every cell of the others says 0 or 1 anyway.',
  ],
  variants: [
    {
      name: 'findings',
      title: 'twenty-seven findings',
      target: 'finding',
      labels: {
        from: 'columns',
        columns: [
          'Aortic enlargement',
          'Atelectasis',
          'Calcification',
          'Cardiomegaly',
          'Clavicle fracture',
          'Consolidation',
          'Edema',
          'Emphysema',
          'Enlarged PA',
          'ILD',
          'Infiltration',
          'Lung Opacity',
          'Lung cavity',
          'Lung cyst',
          'Mediastinal shift',
          'Nodule/Mass',
          'Pleural effusion',
          'Pleural thickening',
          'Pneumothorax',
          'Pulmonary fibrosis',
          'Rib fracture',
          'Other lesion',
          'COPD',
          'Lung tumor',
          'Pneumonia',
          'Tuberculosis',
          'Other diseases',
        ],
        words: { '1': 'present', '0': 'absent', blank: 'unknown' },
        none: { column: 'No finding', word: '1' },
      },
    },
  ],
};

export const siimCovid: ProfileData = {
  name: 'siim-covid',
  title: 'SIIM COVID-19',
  files: ['train_study_level.csv'],
  told: {
    columns: ['id', 'Negative for Pneumonia', 'Typical Appearance', 'Indeterminate Appearance', 'Atypical Appearance'],
  },
  cells: [{ column: 'id', pattern: '^(?<study>.+)_study$' }],
  keys: [
    { kind: 'studyInstanceUID', from: '{study}' },
    { kind: 'folder', from: '{study}' },
  ],
  notes: ['A row is about a study: its UID, or the folder of that name, is what stands before "_study".'],
  variants: [
    {
      name: 'appearance',
      title: 'one of four appearances',
      target: 'class',
      labels: {
        from: 'one-hot',
        columns: ['Negative for Pneumonia', 'Typical Appearance', 'Indeterminate Appearance', 'Atypical Appearance'],
      },
    },
  ],
};

export const covidx: ProfileData = {
  name: 'covidx',
  title: 'COVIDx',
  files: ['train_COVIDx9A.txt', 'test_COVIDx9A.txt', 'train_COVIDx9B.txt', 'test_COVIDx9B.txt'],
  told: {
    line: '^(?<patient>\\S(?:.*\\S)?) +(?<file>\\S+\\.(?:png|jpe?g|PNG|JPE?G)) +(?<label>normal|pneumonia|COVID-19|positive|negative|level1|level2)(?: +(?<source>\\S+))?$',
    columns: ['patient', 'file', 'label', 'source'],
  },
  keys: [{ kind: 'file-name', from: '{file}' }],
  patient: '{patient}',
  notes: [
    'The file has no header; blanks stand between patient, file, class and source, and some patient IDs have a blank in them.',
  ],
  variants: [{ name: 'class', title: 'its class', target: 'class', labels: { from: 'column', column: 'label' } }],
};
