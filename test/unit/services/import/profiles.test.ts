/** Profiles of public labels files: told apart by their headers, and read as their sets mean them. */
import { describe, expect, test } from 'vitest';
import { tableOf } from '../../../../core/services/import/labels-file.ts';
import { profiles } from '../../../../core/services/import/profiles/index.ts';
import { planOf, profileByName } from '../../../../core/services/import/profiles/plan.ts';
import { readByPlan } from '../../../../core/services/import/profiles/read.ts';
import { profilesOf, tableOfLines } from '../../../../core/services/import/profiles/recognise.ts';
import { publicLabels } from '../../../support/public-labels.ts';
import { appErrorOf } from '../../../support/thrown.ts';

/** The rows that a profile reads from a text. */
function read(profile: string, text: string) {
  const table = tableOf(text);
  const plan = planOf({ profile }, text, table);
  if (plan === null) throw new Error('a profile is a plan');
  const whole = plan.profile === null ? table : (tableOfLines(text, plan.profile) ?? table);
  return readByPlan(plan, whole);
}

const made = (name: string): string => publicLabels.find(({ profile }) => profile.split(':')[0] === name)?.text ?? '';

test.each(publicLabels)('the file of $profile fits its profile and no other', ({ profile, text }) => {
  expect(profilesOf(text, tableOf(text)).map(({ name }) => name)).toEqual([profile.split(':')[0]]);
});

test('a file of ours fits none, and columns as common as ID and Label say nothing by themselves', () => {
  for (const text of ['path,label\na.png,x\n', 'ID,Label\n1,0\n2,1\n', 'patient_id,image_id,label\n1,2,x\n'])
    expect(profilesOf(text, tableOf(text))).toEqual([]);
});

test('every variant has a name of its own, and a name that there is not is refused with those that there are', () => {
  for (const { name, variants } of profiles) {
    expect(new Set(variants.map((one) => one.name)).size).toBe(variants.length);
    for (const variant of variants) expect(profileByName(`${name}:${variant.name}`).variant).toBe(variant);
  }
  expect(appErrorOf(() => profileByName('cbis-ddsm:cancer')).action).toContain('cbis-ddsm:assessment');
});

describe('CBIS-DDSM', () => {
  test('the most serious lesion of an image counts, by whichever variant', () => {
    const rows = read('cbis-ddsm:callback', made('cbis-ddsm')).rows.map(({ row, label }) => [row, label]);
    expect(rows).toEqual([
      [3, 'malignant'],
      [4, 'malignant'],
      [5, 'benign'],
    ]);
    const spared = made('cbis-ddsm').replace(
      ',MALIGNANT,4,Mass-Training_P_00001_LEFT_CC',
      ',BENIGN,4,Mass-Training_P_00001_LEFT_CC',
    );
    expect(read('cbis-ddsm:callback', spared).rows[0]?.label).toBe('benign');
    expect(read('cbis-ddsm', spared).rows[0]?.label).toBe('benign');
  });

  test('the files of calcifications write the density otherwise, and are read the same', () => {
    const text = made('cbis-ddsm')
      .replace('breast_density', 'breast density')
      .replace('mass shape,mass margins', 'calc type,calc distribution');
    expect(read('cbis-ddsm:density', text).rows.map(({ label }) => label)).toEqual(['3', '3', '3']);
  });

  test('an assessment of 0 is no grade', () => {
    const text = made('cbis-ddsm').replace('ILL_DEFINED,4,BENIGN', 'ILL_DEFINED,0,BENIGN');
    expect(read('cbis-ddsm:assessment', text)).toMatchObject({
      rows: [{ label: '4' }, { label: '4' }, { label: '', isSilent: true }],
      problems: [],
    });
  });
});

describe('what is not said', () => {
  test('stays unknown in CheXpert, but for findings beside "No Finding"', () => {
    const { rows } = read('chexpert', made('chexpert'));
    const of = (row: number) => rows.filter((one) => one.row === row && one.isSilent !== true).length;
    // Twelve absent and a support device; seven cells; three; nothing at all.
    expect([2, 3, 4, 5].map(of)).toEqual([13, 7, 3, 0]);
    expect(rows.filter(({ row }) => row === 5)).toMatchObject([{ isSilent: true, patientID: 'patient00003' }]);
  });

  test('is absent in PadChest unless its report says "unchanged"', () => {
    const { rows, findings } = read('padchest', made('padchest'));
    expect(findings).toEqual(['kyphosis', 'pseudonodule']);
    expect(rows.filter(({ row }) => row === 4).map(({ question, label }) => [question, label])).toEqual([
      ['kyphosis', 'present'],
    ]);
  });

  test('a word that is none of the fourteen refuses its row', () => {
    const text = made('chestx-ray14').replace('Cardiomegaly|Emphysema', 'Cardiomegaly|Emphysem');
    const { problems, rows } = read('chestx-ray14', text);
    expect(problems).toEqual([
      { row: 2, message: expect.stringContaining('names "Emphysem", which is none of No Finding, Atelectasis') },
    ]);
    expect(rows.every(({ row }) => row !== 2)).toBe(true);
  });
});

test('a cell of several findings in which a program wrote that nothing was there is an empty one', () => {
  const text = 'path,labels\na.png,Mass|Edema\nb.png,NaN\nc.png,nan\nd.png,\n';
  const table = tableOf(text);
  const plan = planOf({ labelColumn: 'labels', separator: '|' }, text, table);
  if (plan === null) throw new Error('options are a plan');
  const { findings, problems, rows } = readByPlan(plan, table);
  expect([findings, problems]).toEqual([['Mass', 'Edema'], []]);
  expect(new Set(rows.flatMap(({ key, isSilent }) => (isSilent === true ? [] : [key])))).toEqual(new Set(['a.png']));
});

test('the test file of VinDr-CXR has no readers and another name of a column', () => {
  const [header = '', row = ''] = made('vindr-cxr').split('\n');
  const text = `${header.replace(',rad_id', '').replace('Other diseases', 'Other disease')}\n${row.replace(',R11', '')}\n`;
  const { rows, problems } = read('vindr-cxr', text);
  expect([rows.length, problems]).toEqual([27, []]);
  expect(rows.at(-1)).toMatchObject({ question: 'Other diseases', label: 'absent', reader: null });
});

test('lines of COVIDx are told apart by their ends: patients and older files differ', () => {
  const { rows, problems } = read('covidx', made('covidx'));
  expect(rows.map(({ key, label, patientID }) => [key, label, patientID])).toEqual([
    ['SARS-10.1148rg.242035193-g04mr34g0-Fig8a-day0.png', 'pneumonia', '3'],
    ['SARS-10.1148rg.242035193-g04mr34g0-Fig8b-day5.png', 'pneumonia', '3'],
    ['COVID(99).png', 'COVID-19', 'COVID 99'],
    ['47c78742-4998-4878-aec4-37b11b1354ac.png', 'normal', '47c78742-4998-4878-aec4-37b11b1354ac'],
  ]);
  expect(problems).toEqual([]);
});

test('SIIM COVID-19: a study of none or two appearances is refused', () => {
  const text = made('siim-covid').replace('000c9c05fd14_study,0,0,0,1', '000c9c05fd14_study,0,1,0,1');
  expect(read('siim-covid', text).problems).toEqual([
    { row: 3, message: expect.stringContaining('"Typical Appearance" and "Atypical Appearance" is') },
  ]);
});

test('findings that are asked for are taken, and no others', () => {
  const text = made('chexpert');
  const plan = planOf({ profile: 'chexpert', findingColumns: ['Edema', 'fracture'] }, text, tableOf(text));
  if (plan === null) throw new Error('a profile is a plan');
  expect(readByPlan(plan, tableOf(text)).findings).toEqual(['Edema', 'Fracture']);
  const wrong = planOf({ profile: 'chexpert', findingColumns: ['Oedema'] }, text, tableOf(text));
  if (wrong === null) throw new Error('a profile is a plan');
  expect(appErrorOf(() => readByPlan(wrong, tableOf(text))).message).toContain('has no finding "Oedema"');
});

test('a profile that is named reads a file from which columns were taken that it does not read', () => {
  const nih = 'Image Index;Finding Labels;Patient ID\r\n00000001_000;Mass|Hernia;1\r\n';
  expect(profilesOf(nih, tableOf(nih))).toEqual([]);
  const [row] = read('chestx-ray14', nih).rows;
  expect(row).toMatchObject({ key: '00000001_000', patientID: '1' });
  const chest = 'Path,Edema,Pneumonia\nset/train/patient00001/study1/view1_frontal.jpg,1.0,-1.0\n';
  const refused = appErrorOf(() => read('chexpert', chest));
  expect(refused.message).toContain('it has no column "Enlarged Cardiomediastinum", "Cardiomegaly"');
  expect(refused.action).toContain('--finding-columns A,B');
  const table = tableOf(chest);
  const plan = planOf({ profile: 'chexpert', findingColumns: ['edema', 'Pneumonia'] }, chest, table);
  if (plan === null) throw new Error('a profile is a plan');
  expect(readByPlan(plan, table).rows.map(({ question, label, patientID }) => [question, label, patientID])).toEqual([
    ['Edema', 'present', 'patient00001'],
    ['Pneumonia', 'uncertain', 'patient00001'],
  ]);
  expect(appErrorOf(() => read('chestx-ray14', 'Finding Labels,Patient ID\nMass,1\n')).message).toContain(
    '"Image Index"',
  );
});

test('a column of patients that a lab added counts, whatever the profile takes for a patient; one that was named counts before', () => {
  const [header = '', ...lines] = made('vindr-mammo').trim().split('\n');
  const text = (name: string): string => [`${header},${name}`, ...lines.map((line) => `${line},P7`)].join('\n');
  const patientsOf = (profile: string, given: string): unknown[] => [
    ...new Set(read(profile, given).rows.map(({ patientID }) => patientID)),
  ];
  expect(patientsOf('vindr-mammo', text('patientID'))).toEqual(['P7']);
  expect(patientsOf('vindr-mammo', text('Patient'))).toEqual(['P7']);
  expect(patientsOf('vindr-mammo', made('vindr-mammo'))).toHaveLength(2);
  const table = tableOf(text('patientID'));
  const plan = planOf({ profile: 'vindr-mammo', patientColumn: 'study_id' }, text('patientID'), table);
  if (plan === null) throw new Error('a profile is a plan');
  expect(readByPlan(plan, table).plan.patient).toBe('{study_id}');
  // The set's own column is no added one.
  expect(patientsOf('chestx-ray14', made('chestx-ray14'))).not.toContain(null);
});
