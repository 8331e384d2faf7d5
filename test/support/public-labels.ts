/**
 * Label files of public sets: headers as they are published, rows that are made up, and images that they are about. What a whole import of
 * each gives stands beside it, to be counted by hand.
 */
import { encode } from 'fast-png';
import { put, tinyDicom } from './studies.ts';

/** A picture by its path, or a DICOM file with what its header says. */
export type MadeImage =
  | string
  | { readonly path: string; readonly patient: string; readonly study: string; readonly image?: string };

export interface PublicLabels {
  /** The profile as it is named. */
  readonly profile: string;
  readonly file: string;
  readonly text: string;
  readonly second?: { readonly file: string; readonly text: string };
  readonly images: readonly MadeImage[];
  readonly target: 'class' | 'grade' | 'finding';
  /** Labels that are written: by finding the instances present, absent and uncertain; by class the instances. */
  readonly counts: Readonly<Record<string, number | readonly [present: number, absent: number, uncertain: number]>>;
  readonly patients: number;
  /** Patients by given split. */
  readonly splits?: Readonly<Record<'train' | 'val' | 'test', number>>;
  /** Lines from which nothing is taken. */
  readonly refused?: number;
  readonly readers?: readonly string[];
  /** Instances on which readers disagree, by finding. */
  readonly disputed?: Readonly<Record<string, number>>;
}

const lines = (...rows: string[]): string => `${rows.join('\n')}\n`;

const chexpertHeader =
  'Path,Sex,Age,Frontal/Lateral,AP/PA,No Finding,Enlarged Cardiomediastinum,Cardiomegaly,Lung Opacity,Lung Lesion,Edema,Consolidation,Pneumonia,Atelectasis,Pneumothorax,Pleural Effusion,Pleural Other,Fracture,Support Devices';
const cbis = '1.3.6.1.4.1.9590.100.1.2';

export const publicLabels: readonly PublicLabels[] = [
  {
    profile: 'chexpert',
    file: 'train.csv',
    text: lines(
      chexpertHeader,
      // Nothing found: twelve findings are absent, of support devices the cell speaks.
      'CheXpert-v1.0-small/train/patient00001/study1/view1_frontal.jpg,Female,68,Frontal,AP,1.0,,,,,,,,,0.0,,,,1.0',
      'CheXpert-v1.0-small/train/patient00002/study1/view1_frontal.jpg,Female,87,Frontal,AP,,,-1.0,1.0,,-1.0,-1.0,,-1.0,,-1.0,,1.0,',
      'CheXpert-v1.0-small/train/patient00002/study2/view1_frontal.jpg,Female,87,Frontal,AP,,,0.0,1.0,,,,,,,1.0,,,',
      'CheXpert-v1.0-small/train/patient00003/study1/view1_frontal.jpg,Male,41,Frontal,AP,,,,,,,,,,,,,,',
    ),
    images: [
      'my-chexpert/train/patient00001/study1/view1_frontal.png',
      'my-chexpert/train/patient00002/study1/view1_frontal.png',
      'my-chexpert/train/patient00002/study2/view1_frontal.png',
      'my-chexpert/train/patient00003/study1/view1_frontal.png',
    ],
    target: 'finding',
    counts: {
      'Enlarged Cardiomediastinum': [0, 1, 0],
      Cardiomegaly: [0, 2, 1],
      'Lung Opacity': [2, 1, 0],
      'Lung Lesion': [0, 1, 0],
      Edema: [0, 1, 1],
      Consolidation: [0, 1, 1],
      Pneumonia: [0, 1, 0],
      Atelectasis: [0, 1, 1],
      Pneumothorax: [0, 1, 0],
      'Pleural Effusion': [1, 1, 1],
      'Pleural Other': [0, 1, 0],
      Fracture: [1, 1, 0],
      'Support Devices': [1, 0, 0],
    },
    patients: 3,
  },
  {
    profile: 'chestx-ray14',
    file: 'Data_Entry_2017_v2020.csv',
    text: lines(
      'Image Index,Finding Labels,Follow-up #,Patient ID,Patient Age,Patient Gender,View Position,OriginalImage[Width,Height],OriginalImagePixelSpacing[x,y],',
      '00000001_000.png,Cardiomegaly|Emphysema,0,1,58,M,PA,2894,2729,0.143,0.143,',
      '00000001_001.png,Hernia,1,1,58,M,PA,2500,2048,0.168,0.168,',
      '00000002_000.png,No Finding,0,2,81,M,PA,2500,2048,0.171,0.171,',
      '00000003_000.png,Cardiomegaly,0,3,81,F,PA,2582,2991,0.143,0.143,',
    ),
    images: [
      'images_001/images/00000001_000.png',
      'images_001/images/00000001_001.png',
      'images_002/images/00000002_000.png',
    ],
    target: 'finding',
    counts: {
      Atelectasis: [0, 3, 0],
      Cardiomegaly: [1, 2, 0],
      Effusion: [0, 3, 0],
      Infiltration: [0, 3, 0],
      Mass: [0, 3, 0],
      Nodule: [0, 3, 0],
      Pneumonia: [0, 3, 0],
      Pneumothorax: [0, 3, 0],
      Consolidation: [0, 3, 0],
      Edema: [0, 3, 0],
      Emphysema: [1, 2, 0],
      Fibrosis: [0, 3, 0],
      Pleural_Thickening: [0, 3, 0],
      Hernia: [1, 2, 0],
    },
    patients: 2,
    refused: 1,
  },
  {
    profile: 'mimic-cxr',
    file: 'mimic-cxr-2.0.0-chexpert.csv',
    text: lines(
      'subject_id,study_id,Atelectasis,Cardiomegaly,Consolidation,Edema,Enlarged Cardiomediastinum,Fracture,Lung Lesion,Lung Opacity,No Finding,Pleural Effusion,Pleural Other,Pneumonia,Pneumothorax,Support Devices',
      '10000032,50414267,,,,,,,,,1.0,,,,,',
      '10000764,57375967,,,1.0,,,,,,,,,-1.0,,',
      '10000898,50771383,1.0,,,,,,,,,,,,,0.0',
    ),
    second: {
      file: 'mimic-cxr-2.0.0-split.csv',
      text: lines(
        'dicom_id,study_id,subject_id,split',
        '02aa804e-bde0afdd,50414267,10000032,train',
        '174413ec-4ec4c1f7,50414267,10000032,train',
        '096052b7-d256dc40,57375967,10000764,validate',
        'b79e55c3-735ce5ac,50771383,10000898,test',
      ),
    },
    images: [
      'files/p10/p10000032/s50414267/02aa804e-bde0afdd.png',
      'files/p10/p10000032/s50414267/174413ec-4ec4c1f7.png',
      'files/p10/p10000764/s57375967/096052b7-d256dc40.png',
      'files/p10/p10000898/s50771383/b79e55c3-735ce5ac.png',
    ],
    target: 'finding',
    counts: {
      'Enlarged Cardiomediastinum': [0, 2, 0],
      Cardiomegaly: [0, 2, 0],
      'Lung Opacity': [0, 2, 0],
      'Lung Lesion': [0, 2, 0],
      Edema: [0, 2, 0],
      Consolidation: [1, 2, 0],
      Pneumonia: [0, 2, 1],
      Atelectasis: [1, 2, 0],
      Pneumothorax: [0, 2, 0],
      'Pleural Effusion': [0, 2, 0],
      'Pleural Other': [0, 2, 0],
      Fracture: [0, 2, 0],
      'Support Devices': [0, 1, 0],
    },
    patients: 3,
    splits: { train: 1, val: 1, test: 1 },
  },
  {
    profile: 'padchest',
    file: 'PADCHEST_chest_x_ray_images_labels_160K_01.02.19.csv',
    text: lines(
      ',ImageID,ImageDir,StudyDate_DICOM,StudyID,PatientID,PatientBirth,PatientSex_DICOM,ViewPosition_DICOM,Projection,MethodProjection,Pediatric,Modality_DICOM,Manufacturer_DICOM,PhotometricInterpretation_DICOM,PixelRepresentation_DICOM,PixelAspectRatio_DICOM,SpatialResolution_DICOM,BitsStored_DICOM,WindowCenter_DICOM,WindowWidth_DICOM,Rows_DICOM,Columns_DICOM,XRayTubeCurrent_DICOM,Exposure_DICOM,ExposureInuAs_DICOM,ExposureTime,RelativeXRayExposure_DICOM,ReportID,Report,MethodLabel,Labels,Localizations,LabelsLocalizationsBySentence,labelCUIS,LocalizationsCUIS',
      ...[
        ['20536686640136348236148679891455886468_k6ga29.png', '839860', "['normal']"],
        ['135803415504923515076821959678074435083_fzis7b.png', '313572', "['kyphosis', 'pseudonodule']"],
        ['113855343774216031107737268268531979421_e40up5.png', '313572', "['kyphosis', ' unchanged']"],
        ['313572750430997347502932654319389875966_00-181.png', '55', '[]'],
      ].map(
        ([image, patient, labels], n) =>
          `${n},${image},0,20140915,${image?.split('_')[0]},${patient},1930.0,F,POSTEROANTERIOR,PA,Manual review of DICOM fields,No,CR,ImagingDynamicsCompanyLtd,MONOCHROME2,0,,,12,2048.0,4095.0,3000,2500,,,,,,4765777,"sin hallazgos, ""normal"" ",Physician,"${labels}","['loc basal']","[['normal'], ['loc basal']]",[],[]`,
      ),
    ),
    images: [
      '0/20536686640136348236148679891455886468_k6ga29.png',
      '0/135803415504923515076821959678074435083_fzis7b.png',
      '0/113855343774216031107737268268531979421_e40up5.png',
      '0/313572750430997347502932654319389875966_00-181.png',
    ],
    target: 'finding',
    // Of the image whose report says "unchanged", only what it names is known.
    counts: { kyphosis: [2, 1, 0], pseudonodule: [1, 1, 0] },
    patients: 3,
  },
  {
    profile: 'rsna-pneumonia',
    file: 'stage_2_train_labels.csv',
    text: lines(
      'patientId,x,y,width,height,Target',
      '0004cfab-14fd-4e49-80ba-63a80b6bddd6,,,,,0',
      '00436515-870c-4b36-a041-de91049b9ab4,264.0,152.0,213.0,379.0,1',
      '00436515-870c-4b36-a041-de91049b9ab4,562.0,152.0,256.0,453.0,1',
      '00313ee0-9eaa-42f4-b0ab-c148ed3241cd,,,,,0',
    ),
    images: ['0004cfab-14fd-4e49-80ba-63a80b6bddd6', '00436515-870c-4b36-a041-de91049b9ab4'].map((id, n) => ({
      path: `stage_2_train_images/${id}.dcm`,
      patient: id,
      study: `1.2.276.${n + 1}`,
    })),
    target: 'class',
    counts: { 'no pneumonia': 1, pneumonia: 1 },
    patients: 2,
    refused: 1,
  },
  {
    profile: 'rsna-ich',
    file: 'stage_2_train.csv',
    text: lines(
      'ID,Label',
      ...['epidural', 'intraparenchymal', 'intraventricular', 'subarachnoid', 'subdural', 'any'].flatMap((finding) => [
        `ID_12cadc6af_${finding},0`,
        `ID_38fd7baa0_${finding},${finding === 'subdural' || finding === 'any' ? 1 : 0}`,
      ]),
      // The published file holds some rows twice.
      'ID_38fd7baa0_any,1',
    ),
    images: ['ID_12cadc6af', 'ID_38fd7baa0'].map((id, n) => ({
      path: `stage_2_train/${id}.dcm`,
      patient: `P${n}`,
      study: `1.2.7.${n + 1}`,
    })),
    target: 'finding',
    counts: {
      any: [1, 1, 0],
      epidural: [0, 2, 0],
      intraparenchymal: [0, 2, 0],
      intraventricular: [0, 2, 0],
      subarachnoid: [0, 2, 0],
      subdural: [1, 1, 0],
    },
    patients: 2,
  },
  {
    profile: 'rsna-breast:density',
    file: 'train.csv',
    text: lines(
      'site_id,patient_id,image_id,laterality,view,age,cancer,biopsy,invasive,BIRADS,implant,density,machine_id,difficult_negative_case',
      '2,10006,462822612,L,CC,61.0,0,0,0,,0,,29,False',
      '1,10011,1031443799,L,CC,55.0,0,0,0,0.0,0,B,21,True',
      '1,10011,541722628,R,CC,55.0,1,1,1,0.0,0,B,21,False',
      '1,10025,562340703,L,CC,75.0,0,0,0,1.0,0,D,93,False',
    ),
    images: [
      'train_images/10006/462822612.png',
      'train_images/10011/1031443799.png',
      'train_images/10011/541722628.png',
      'train_images/10025/562340703.png',
    ],
    target: 'grade',
    counts: { B: 2, D: 1 },
    patients: 3,
  },
  {
    profile: 'vindr-cxr',
    file: 'image_labels_train.csv',
    text: lines(
      'image_id,rad_id,Aortic enlargement,Atelectasis,Calcification,Cardiomegaly,Clavicle fracture,Consolidation,Edema,Emphysema,Enlarged PA,ILD,Infiltration,Lung Opacity,Lung cavity,Lung cyst,Mediastinal shift,Nodule/Mass,Pleural effusion,Pleural thickening,Pneumothorax,Pulmonary fibrosis,Rib fracture,Other lesion,COPD,Lung tumor,Pneumonia,Tuberculosis,Other diseases,No finding',
      ...['R11', 'R7', 'R10'].map((reader) => `000434271f63a053c4128a0ba6352c7f,${reader}${',0'.repeat(27)},1`),
      // Two of three see an enlarged aorta; all three an enlarged heart.
      ...['R8', 'R9', 'R10'].map(
        (reader) => `9a5094b2563a1ef3ff50dc5c7ff71345,${reader},${reader === 'R10' ? 0 : 1},0,0,1${',0'.repeat(23)},0`,
      ),
    ),
    images: ['000434271f63a053c4128a0ba6352c7f', '9a5094b2563a1ef3ff50dc5c7ff71345'].map((id, n) => ({
      path: `train/${id}.dicom`,
      patient: `V${n}`,
      study: `1.2.8.${n + 1}`,
    })),
    target: 'finding',
    counts: Object.fromEntries(
      [
        'Atelectasis,Calcification,Clavicle fracture,Consolidation,Edema,Emphysema,Enlarged PA,ILD,Infiltration,Lung Opacity,Lung cavity',
        'Lung cyst,Mediastinal shift,Nodule/Mass,Pleural effusion,Pleural thickening,Pneumothorax,Pulmonary fibrosis,Rib fracture,Other lesion',
        'COPD,Lung tumor,Pneumonia,Tuberculosis,Other diseases',
      ]
        .join(',')
        .split(',')
        .map((name) => [name, [0, 2, 0] as const] as const)
        .concat([
          ['Aortic enlargement', [0, 1, 0]],
          ['Cardiomegaly', [1, 1, 0]],
        ] as never),
    ),
    patients: 2,
    readers: ['Reader 1', 'R11', 'R7', 'R10', 'R8', 'R9'],
    disputed: { 'Aortic enlargement': 1 },
  },
  {
    profile: 'vindr-mammo',
    file: 'breast-level_annotations.csv',
    text: lines(
      'study_id,series_id,image_id,laterality,view_position,height,width,breast_birads,breast_density,split',
      'b8d273e8601f348d3664778dae0e7e0b,b36517b9cbbcfd286a7ae04f643af97a,d8125545210c08e1b1793a5af6458ee2,L,CC,3518,2800,BI-RADS 2,DENSITY C,training',
      'b8d273e8601f348d3664778dae0e7e0b,b36517b9cbbcfd286a7ae04f643af97a,290c658f4e75a3f83ec78a847414297c,L,MLO,3518,2800,BI-RADS 2,DENSITY C,training',
      '8269f5971eaca3e5d3772d1796e6bd7a,d931832a0815df082c085b6e09d20aac,dd9ce3288c0773e006a294188aadba8e,L,CC,3518,2800,BI-RADS 5,DENSITY B,test',
    ),
    images: [
      'images/b8d273e8601f348d3664778dae0e7e0b/d8125545210c08e1b1793a5af6458ee2.png',
      'images/b8d273e8601f348d3664778dae0e7e0b/290c658f4e75a3f83ec78a847414297c.png',
      'images/8269f5971eaca3e5d3772d1796e6bd7a/dd9ce3288c0773e006a294188aadba8e.png',
    ],
    target: 'grade',
    counts: { 'BI-RADS 2': 2, 'BI-RADS 5': 1 },
    patients: 2,
    splits: { train: 1, val: 0, test: 1 },
  },
  {
    profile: 'cbis-ddsm',
    file: 'mass_case_description_train_set.csv',
    text: lines(
      'patient_id,breast_density,left or right breast,image view,abnormality id,abnormality type,mass shape,mass margins,assessment,pathology,subtlety,image file path,cropped image file path,ROI mask file path',
      `P_00001,3,LEFT,CC,1,mass,IRREGULAR,SPICULATED,4,BENIGN_WITHOUT_CALLBACK,4,Mass-Training_P_00001_LEFT_CC/${cbis}.11/${cbis}.11.1/000000.dcm,x/y/z/000000.dcm,x/y/z/000001.dcm`,
      `P_00001,3,LEFT,CC,2,mass,IRREGULAR,SPICULATED,4,MALIGNANT,4,Mass-Training_P_00001_LEFT_CC/${cbis}.11/${cbis}.11.1/000000.dcm,x/y/z/000000.dcm,x/y/z/000001.dcm`,
      `P_00001,3,LEFT,MLO,1,mass,IRREGULAR,SPICULATED,4,MALIGNANT,4,Mass-Training_P_00001_LEFT_MLO/${cbis}.12/${cbis}.12.1/000000.dcm,x/y/z/000000.dcm,x/y/z/000001.dcm`,
      `P_00004,3,LEFT,CC,1,mass,ARCHITECTURAL_DISTORTION,ILL_DEFINED,4,BENIGN,3,Mass-Training_P_00004_LEFT_CC/${cbis}.13/${cbis}.13.1/000000.dcm,x/y/z/000000.dcm,x/y/z/000001.dcm`,
    ),
    images: [
      { path: 'CBIS-DDSM/1/1-1.dcm', patient: 'Mass-Training_P_00001_LEFT_CC', study: `${cbis}.11` },
      { path: 'CBIS-DDSM/2/1-1.dcm', patient: 'Mass-Training_P_00001_LEFT_MLO', study: `${cbis}.12` },
      { path: 'CBIS-DDSM/3/1-1.dcm', patient: 'Mass-Training_P_00004_LEFT_CC', study: `${cbis}.13` },
    ],
    target: 'class',
    counts: { malignant: 2, benign: 1 },
    patients: 2,
  },
  {
    profile: 'siim-covid',
    file: 'train_study_level.csv',
    text: lines(
      'id,Negative for Pneumonia,Typical Appearance,Indeterminate Appearance,Atypical Appearance',
      '00086460a852_study,0,1,0,0',
      '000c9c05fd14_study,0,0,0,1',
      '00292f8c37bd_study,1,0,0,0',
    ),
    images: [
      { path: 'train/00086460a852/9e8302230c91/65761e66de9f.dcm', patient: 'S1', study: '1.2.9.1' },
      { path: 'train/000c9c05fd14/e555410bd2cd/51759b5579bc.dcm', patient: 'S2', study: '1.2.9.2' },
      { path: 'train/00292f8c37bd/73120b4a13cb/f6293b1c49e2.dcm', patient: 'S3', study: '1.2.9.3' },
    ],
    target: 'class',
    counts: { 'Typical Appearance': 1, 'Atypical Appearance': 1, 'Negative for Pneumonia': 1 },
    patients: 3,
  },
  {
    profile: 'covidx',
    file: 'train_COVIDx9A.txt',
    text: lines(
      '3 SARS-10.1148rg.242035193-g04mr34g0-Fig8a-day0.png pneumonia cohen',
      '3 SARS-10.1148rg.242035193-g04mr34g0-Fig8b-day5.png pneumonia cohen',
      'COVID 99 COVID(99).png COVID-19 sirm',
      '47c78742-4998-4878-aec4-37b11b1354ac 47c78742-4998-4878-aec4-37b11b1354ac.png normal',
    ),
    images: [
      'train/SARS-10.1148rg.242035193-g04mr34g0-Fig8a-day0.png',
      'train/SARS-10.1148rg.242035193-g04mr34g0-Fig8b-day5.png',
      'train/COVID(99).png',
      'train/47c78742-4998-4878-aec4-37b11b1354ac.png',
    ],
    target: 'class',
    counts: { pneumonia: 2, 'COVID-19': 1, normal: 1 },
    patients: 3,
  },
];

/** Writes the labels file, the second one where there is one, and the images; gives the paths of labels and images. */
export function writePublic(
  folder: string,
  { file, text, second, images }: PublicLabels,
): { labels: string; images: string } {
  const labels = put(folder, `labels/${file}`, text);
  if (second !== undefined) put(folder, `labels/${second.file}`, second.text);
  images.forEach((image, n) => {
    if (typeof image === 'string') put(folder, `images/${image}`, picture(n));
    else {
      const { path, patient, study, image: instance = `${study}.1.${n + 1}` } = image;
      put(folder, `images/${path}`, tinyDicom({ patient, study, instance, grey: 100 + n }));
    }
  });
  return { labels, images: `${folder}/images` };
}

/** A picture that no other is equal to. */
export function picture(n: number): Uint8Array {
  const data = Uint8Array.from({ length: 64 }, (_, i) => (i * 3 + n * 17) % 251);
  return encode({ width: 8, height: 8, data, channels: 1, depth: 8 });
}
