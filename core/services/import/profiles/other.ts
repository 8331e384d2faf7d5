/** Label files of mammograms and of head CT, and their profiles. */
import type { ProfileData } from './profile.ts';

export const rsnaHaemorrhage: ProfileData = {
  name: 'rsna-ich',
  title: 'RSNA Intracranial Hemorrhage',
  files: ['stage_2_train.csv'],
  told: { columns: ['ID', 'Label'] },
  cells: [
    {
      column: 'ID',
      pattern:
        '^(?<image>ID_[0-9A-Za-z]+)_(?<finding>any|epidural|intraparenchymal|intraventricular|subarachnoid|subdural)$',
    },
  ],
  keys: [
    { kind: 'file-name', from: '{image}' },
    { kind: 'sopInstanceUID', from: '{image}' },
  ],
  notes: ['An image has a row for each of five kinds of bleeding and for "any".'],
  variants: [
    {
      name: 'findings',
      title: 'six findings',
      target: 'finding',
      labels: {
        from: 'rows',
        finding: '{finding}',
        column: 'Label',
        words: { '1': 'present', '0': 'absent', blank: 'unknown' },
      },
    },
  ],
};

export const rsnaBreast: ProfileData = {
  name: 'rsna-breast',
  title: 'RSNA Breast',
  files: ['train.csv'],
  told: { columns: ['site_id', 'patient_id', 'image_id', 'laterality', 'view', 'cancer', 'BIRADS', 'density'] },
  keys: [
    { kind: 'path-end', from: '{patient_id}/{image_id}' },
    { kind: 'file-name', from: '{patient_id}_{image_id}' },
    { kind: 'file-name', from: '{image_id}' },
  ],
  patient: '{patient_id}',
  notes: [
    'BIRADS is 0 where a follow-up was needed, 1 where the breast was negative, 2 where it was normal: no order, so classes. Rows without BIRADS or density have no label then.',
  ],
  variants: [
    {
      name: 'cancer',
      title: 'cancer or not',
      target: 'class',
      labels: {
        from: 'column',
        column: 'cancer',
        words: { '0': 'no cancer', '1': 'cancer' },
        order: ['no cancer', 'cancer'],
      },
    },
    {
      name: 'birads',
      title: 'BI-RADS of the screening',
      target: 'class',
      labels: {
        from: 'column',
        column: 'BIRADS',
        words: { '0': 'BI-RADS 0', '1': 'BI-RADS 1', '2': 'BI-RADS 2' },
        without: [''],
      },
    },
    {
      name: 'density',
      title: 'breast density',
      target: 'grade',
      labels: { from: 'column', column: 'density', order: ['A', 'B', 'C', 'D'], without: [''] },
    },
  ],
};

export const vindrMammo: ProfileData = {
  name: 'vindr-mammo',
  title: 'VinDr-Mammo',
  files: ['breast-level_annotations.csv'],
  told: {
    columns: [
      'study_id',
      'series_id',
      'image_id',
      'laterality',
      'view_position',
      'breast_birads',
      'breast_density',
      'split',
    ],
  },
  keys: [
    { kind: 'sopInstanceUID', from: '{image_id}' },
    { kind: 'file-name', from: '{image_id}' },
    { kind: 'file-name', from: '{study_id}_{image_id}' },
  ],
  patient: '{study_id}',
  split: 'split',
  notes: [
    'The file names no patients: the images of one examination (study_id) are taken for one patient, so that no split parts them, unless a column patientID names patients.',
  ],
  variants: [
    {
      name: 'birads',
      title: 'BI-RADS of the breast',
      target: 'grade',
      labels: {
        from: 'column',
        column: 'breast_birads',
        order: ['BI-RADS 1', 'BI-RADS 2', 'BI-RADS 3', 'BI-RADS 4', 'BI-RADS 5'],
        without: [''],
      },
    },
    {
      name: 'density',
      title: 'breast density',
      target: 'grade',
      labels: {
        from: 'column',
        column: 'breast_density',
        order: ['DENSITY A', 'DENSITY B', 'DENSITY C', 'DENSITY D'],
        without: [''],
      },
    },
  ],
};

export const cbisDdsm: ProfileData = {
  name: 'cbis-ddsm',
  title: 'CBIS-DDSM',
  files: [
    'mass_case_description_train_set.csv',
    'mass_case_description_test_set.csv',
    'calc_case_description_train_set.csv',
    'calc_case_description_test_set.csv',
  ],
  told: {
    columns: [
      'patient_id',
      'breast_density',
      'left or right breast',
      'image view',
      'abnormality id',
      'assessment',
      'pathology',
      'image file path',
    ],
  },
  cells: [{ column: 'image file path', pattern: '^[^/]+/(?<study>[^/]+)/(?<series>[^/]+)/[^/]+$' }],
  keys: [
    { kind: 'seriesInstanceUID', from: '{series}' },
    { kind: 'folder', from: '{series}' },
  ],
  patient: '{patient_id}',
  notes: [
    'An image has a row for each lesion: the most serious counts. The image is found by the series UID in its path, which is also the name of its folder; cropped images and masks have series of their own and get no label.',
    'In the headers of the images each view is another patient; the column patient_id says whose they are.',
  ],
  variants: [
    {
      name: 'pathology',
      title: 'benign or malignant',
      target: 'class',
      labels: {
        from: 'column',
        column: 'pathology',
        words: { BENIGN_WITHOUT_CALLBACK: 'benign', BENIGN: 'benign', MALIGNANT: 'malignant' },
        order: ['benign', 'malignant'],
        highest: true,
      },
    },
    {
      name: 'callback',
      title: 'benign without callback, benign or malignant',
      target: 'class',
      labels: {
        from: 'column',
        column: 'pathology',
        words: {
          BENIGN_WITHOUT_CALLBACK: 'benign without callback',
          BENIGN: 'benign',
          MALIGNANT: 'malignant',
        },
        order: ['benign without callback', 'benign', 'malignant'],
        highest: true,
      },
    },
    {
      name: 'assessment',
      title: 'BI-RADS assessment 1 to 5 (0, not assessed, has no label)',
      target: 'grade',
      labels: {
        from: 'column',
        column: 'assessment',
        order: ['1', '2', '3', '4', '5'],
        without: ['', '0'],
        highest: true,
      },
    },
    {
      name: 'density',
      title: 'breast density 1 to 4 (0, not given, has no label)',
      target: 'grade',
      labels: {
        from: 'column',
        column: 'breast_density',
        order: ['1', '2', '3', '4'],
        without: ['', '0'],
        highest: true,
      },
    },
  ],
};
