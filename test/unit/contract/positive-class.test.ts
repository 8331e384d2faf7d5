/** Which class is positive, by the names that labs use. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { orderClasses, positiveClassOf, tokensOf } from '../../../core/contract/index.ts';
import { hasShared, sharedPath } from '../../support/shared.ts';

/** What comes out whichever of the two stands first. */
function bothWays(a: string, b: string): string {
  const results = [positiveClassOf([a, b], null), positiveClassOf([b, a], null)].map(
    (found) => `${found?.name} (${found?.source})`,
  );
  expect(results[1]).toBe(results[0]);
  return results[0] ?? '';
}

/** Negative class, then positive class. */
const recognised: readonly (readonly [negative: string, positive: string])[] = [
  // Words for "nothing found", by language.
  ['normal', 'lesion'],
  ['Normal', 'abnormal'],
  ['healthy', 'COVID-19'],
  ['No Finding', 'Effusion'],
  ['no findings', 'Mass'],
  ['NoFinding', 'Mass'],
  ['no_tumor', 'glioma'],
  ['none', 'calcification'],
  ['Healthy control', 'Parkinson'],
  ['normal lung', 'nodule'],
  ['unremarkable', 'fracture'],
  ['within normal limits', 'LSIL'],
  ['WNL', 'HSIL'],
  ['NILM', 'HSIL'],
  ['N.A.D.', 'nodule'],
  ['neg', 'Karzinom'],
  ['neg.', 'pos.'],
  ['CN', 'AD'],
  ['control', 'case'],
  ['uninfected', 'parasitized'],
  ['Uninfected', 'Infected'],
  ['negativ', 'Karzinom'],
  ['Normalbefund', 'Karzinom'],
  ['unauffällig', 'auffällig'],
  ['unauffaellig', 'auffaellig'],
  ['unauffallig', 'Raumforderung'],
  ['UNAUFFÄLLIG', 'AUFFÄLLIG'],
  ['unauffälliger Befund', 'auffälliger Befund'],
  ['o.B.', 'Pneumothorax'],
  ['o. B.', 'Fraktur'],
  ['oB', 'Fraktur'],
  ['ohne Befund', 'Erguss'],
  ['keine Auffälligkeiten', 'Infiltrat'],
  ['gesunder Proband', 'Patient'],
  ['gesund', 'krank'],
  ['regelrecht', 'Stenose'],
  ['tumorfrei', 'Tumor'],
  ['sain', 'malade'],
  ['sans anomalie', 'pneumonie'],
  ["pas d'anomalie", 'nodule'],
  ['RAS', 'fracture'],
  ['rien à signaler', 'fracture'],
  ['négatif', 'positif'],
  ['sano', 'enfermo'],
  ['sin hallazgos', 'derrame'],
  ['sin alteraciones', 'neumonía'],
  ['sano', 'malato'],
  ['nella norma', 'versamento'],
  ['saudável', 'doente'],
  ['sem alterações', 'nódulo'],
  ['gezond', 'ziek'],
  ['geen afwijkingen', 'breuk'],
  ['normaal', 'afwijkend'],
  ['0', '1'],
  ['0.0', '1.0'],
  ['no', 'yes'],
  ['nein', 'ja'],
  ['non', 'oui'],
  ['não', 'sim'],
  ['false', 'true'],
  ['N', 'P'],
  ['-', '+'],
  ['absent', 'present'],
  // The lesser of two evils.
  ['benign', 'malignant'],
  ['BENIGN', 'Melanoma'],
  ['benign nodule', 'malignant nodule'],
  ['normal', 'benign'],
  ['gutartig', 'bösartig'],
  ['bénin', 'malin'],
  ['benigno', 'maligno'],
  ['goedaardig', 'kwaadaardig'],
  ['nevus', 'malignant'],
  // Negations of the other name.
  ['no fracture', 'fracture'],
  ['no fracture', 'hip fracture'],
  ['Non-COVID', 'COVID-19'],
  ['NonCOVID', 'COVID'],
  ['non covid', 'COVID pneumonia'],
  ['notumor', 'tumor'],
  ['not displaced', 'displaced'],
  ['undisplaced fracture', 'displaced fracture'],
  ['without pneumothorax', 'pneumothorax'],
  ['w/o mass', 'mass'],
  ['fracture without displacement', 'fracture with displacement'],
  ['mass, no calcification', 'mass, calcification'],
  ['absence of tumor', 'tumor'],
  ['fracture absent', 'fracture present'],
  ['tumor-free', 'tumor'],
  ['HPV-negative', 'HPV-positive'],
  ['HPV-', 'HPV+'],
  ['HER2 −', 'HER2 +'],
  ['PCR negative', 'pneumonia'],
  ['kein Pneumothorax', 'Pneumothorax'],
  ['ohne Erguss', 'mit Erguss'],
  ['nicht auffällig', 'auffällig'],
  ['pas de pneumonie', 'pneumonie'],
  ['sans fracture', 'avec fracture'],
  ['sin fractura', 'fractura'],
  ['nessuna frattura', 'frattura'],
  ['sem fratura', 'com fratura'],
  ['geen breuk', 'breuk'],
  ['asymptomatic', 'symptomatic'],
  ['non-responder', 'responder'],
  ['seronegative', 'seropositive'],
  ['CTRL', 'AD'],
  ['nevus', 'melanoma'],
  ['Nävus', 'Melanom'],
  ['clinically insignificant', 'clinically significant'],
  ['ausencia', 'presencia'],
  ['fracture: no', 'fracture: yes'],
  ['Pneumonie = nein', 'Pneumonie = ja'],
  ['tumor_0', 'tumor_1'],
  ['0 - normal', '1 - pneumonia'],
  ['NonDemented', 'VeryMildDemented'],
  ['non-tumor tissue', 'tumor'],
  ['Negative for Pneumonia', 'Typical Appearance'],
  ['other', 'melanoma'],
  ['unauff.', 'path.'],
  ['groupe témoin', 'sarcoïdose'],
  ['background', 'nodule'],
  // Words whose opposite is the disease.
  ['normal', 'not normal'],
  ['stable', 'unstable'],
  ['normal bone density', 'low bone density'],
  ['symmetric', 'asymmetric'],
  ['typical', 'atypical'],
  // Grades.
  ['BI-RADS 1', 'BI-RADS 5'],
  ['BI-RADS 2', 'BI-RADS 10'],
  ['BIRADS 4a', 'BIRADS 4b'],
  ['Grade I', 'Grade III'],
  ['KL 0-1', 'KL 2+'],
  ['BI-RADS 1/2/3', 'BI-RADS 4/5'],
  ['N0', 'N1'],
  ['N0', 'N+'],
  ['F0-F1', 'F2-F4'],
  ['low grade', 'high grade'],
  ['niedrig', 'hoch'],
  // Diseases whose names hold a word for "nothing".
  ['healthy', 'normal pressure hydrocephalus'],
  ['gesund', 'Normaldruckhydrozephalus'],
  ['normal', 'triple negative'],
  ['normal', 'non-Hodgkin lymphoma'],
  ['No', 'nodule'],
  ['nofinding', 'Effusion'],
  ['wildtype', 'mutant'],
  ['Wildtyp', 'mutiert'],
  ['sauvage', 'muté'],
  ['MSS', 'MSI'],
  ['MSS', 'MSI-H'],
  ['pMMR', 'dMMR'],
  // The absence of what a healthy body has, beside a name that says "nothing found".
  ['normal', 'no flow'],
  ['Normal', 'non-compressible'],
  ['asymptomatic', 'symptomatic'],
  // A word alone that says no, in the languages of labs.
  ['kein', 'Fraktur'],
  ['keine', 'Fraktur'],
  ['ohne', 'Fraktur'],
  ['sans', 'fracture'],
  ['aucun', 'fracture'],
  ['senza', 'frattura'],
  ['geen', 'breuk'],
  ['utan', 'fraktur'],
  ['ingen', 'brudd'],
  ['brak', 'złamanie'],
  ['ruled out', 'confirmed'],
  ['excluded', 'confirmed'],
  ['ausgeschlossen', 'bestätigt'],
  ['frisk', 'syk'],
  ['normaali', 'murtuma'],
  ['zdrowy', 'chory'],
  ['нет', 'да'],
  ['正常', '异常'],
  ['陰性', '陽性'],
  ['정상', '비정상'],
  // And before the other name.
  ['ikke brudd', 'brudd'],
  ['hors fracture', 'fracture'],
  ['rule out fracture', 'fracture'],
  ['r/o fracture', 'fracture'],
  ['utan fraktur', 'fraktur'],
  ['uten brudd', 'med brudd'],
  ['brak złamania', 'złamanie'],
  ['bez zlomeniny', 'zlomenina'],
  ['без перелома', 'перелом'],
  ['kırık yok', 'kırık'],
  ['无骨折', '骨折'],
  ['exempt de fracture', 'fracture'],
  ['wo fracture', 'w fracture'],
  // Or behind it.
  ['noduleless', 'nodule'],
  ['lesionless', 'lesional'],
  ['schmerzlos', 'Schmerz'],
  ['plaque-free', 'plaque'],
  // What is normal again, or after an operation, or nearly so.
  ['normal variant', 'fracture'],
  ['normal', 'normal variant'],
  ['Normvariante', 'Fraktur'],
  ['variante de la normale', 'fracture'],
  ['post-op normal', 'fracture'],
  ['normal postoperative', 'leak'],
  ['normalizzato', 'frattura'],
  ['normalised', 'abnormal'],
  // What was there once is less than what is there, and more than nothing.
  ['Zustand nach Fraktur', 'Fraktur'],
  ['Z.n. Fraktur', 'Fraktur'],
  ['normal', 'Zustand nach Fraktur'],
  ['status post fracture', 'fracture'],
  ['healed fracture', 'acute fracture'],
];

/** Nothing tells: the one later in the alphabet, and said so. */
const guessed: readonly (readonly [earlier: string, later: string])[] = [
  ['cat', 'dog'],
  ['Consolidation', 'Edema'],
  ['adenoma', 'carcinoma'],
  ['Alzheimer', 'Normaldruckhydrozephalus'],
  ['luminal A', 'triple negative'],
  ['clear cell carcinoma', 'papillary carcinoma'],
  ['non-small cell carcinoma', 'small cell carcinoma'],
  ['Hodgkin lymphoma', 'non-Hodgkin lymphoma'],
  ['nodular', 'nodule'],
  ['Noma', 'ma'],
  ['1', '2'],
  ['No. 3', 'No. 5'],
  ['group 1', 'group 2'],
  ['T1', 'T2'],
  ['Type I', 'Type II'],
  ['left', 'right'],
  ['nonunion', 'union'],
  ['absent kidney', 'horseshoe kidney'],
  ['Atelectasis', 'Effusion'],
  ['AP', 'PA'],
  ['bilateral', 'unilateral'],
  ['adenocarcinoma', 'squamous cell carcinoma'],
  ['bacterial', 'viral'],
  ['NSIP', 'UIP'],
  ['contact', 'nocturnal'],
  ['benign', 'other'],
  // Both mean that nothing was found, or that something was.
  ['healthy', 'normal'],
  ['No Finding', 'normal'],
  ['abnormal', 'positive'],
  ['Mass', 'mass'],
  // The absence is the disease, or may be: people are asked.
  ['flow', 'no flow'],
  ['Doppler flow', 'no flow'],
  ['Fluss', 'kein Fluss'],
  ['flux', 'pas de flux'],
  ['flujo', 'sin flujo'],
  ['flusso', 'senza flusso'],
  ['compressible', 'non-compressible'],
  ['compressible', 'noncompressible'],
  ['comprimibile', 'non comprimibile'],
  ['komprimierbar', 'nicht komprimierbar'],
  ['cardiac activity', 'no cardiac activity'],
  ['absent pulse', 'pulse'],
  ['pulse absent', 'pulse present'],
  ['responsive', 'unresponsive'],
  ['no union', 'union'],
  ['enhancement', 'no enhancement'],
  ['known', 'unknown'],
  ['avascular', 'vascular'],
  ['asystole', 'systole'],
  ['multifocal', 'unifocal'],
  ['pulse', 'pulseless'],
  ['normal', 'normal post-op'],
  ['H&E', 'PAS'],
  ['after', 'before'],
  ['dex', 'sin'],
];

describe('the positive one of two classes', () => {
  test.each(recognised)('“%s” is negative, “%s” positive', (negative, positive) => {
    expect(bothWays(negative, positive)).toBe(`${positive} (recognised)`);
  });

  test.each(guessed)('“%s” and “%s” do not tell: the alphabet, which is said', (earlier, later) => {
    expect(bothWays(earlier, later)).toBe(`${later} (alphabet)`);
  });

  test('composed and decomposed letters are the same name', () => {
    expect(bothWays('unauffällig'.normalize('NFD'), 'auffällig'.normalize('NFC'))).toContain('recognised');
    expect(tokensOf('Unauffällig'.normalize('NFD'))).toEqual(tokensOf('UNAUFFAELLIG'));
  });

  test('an abbreviation that means something else too does not turn its negation round', () => {
    expect(bothWays('no RAS', 'RAS')).toBe('RAS (recognised)');
  });

  test('the class that a person named is taken, whatever the names say; one that is none of the two is not', () => {
    const of = (chosen: string) => positiveClassOf(['fracture', 'no fracture'], chosen);
    expect(of('no fracture')).toEqual({ name: 'no fracture', index: 1, source: 'chosen' });
    expect(of('Fracture')).toEqual({ name: 'fracture', index: 0, source: 'recognised' });
    expect(positiveClassOf(['a', 'b', 'c'], 'a')).toBeNull();
    expect(orderClasses(['fracture', 'no fracture'], 'no fracture')).toEqual(['fracture', 'no fracture']);
  });

  test('with one class or three there is none', () => {
    expect([positiveClassOf(['normal'], null), positiveClassOf(['normal', 'benign', 'malignant'], null)]).toEqual([
      null,
      null,
    ]);
  });
});

describe('the order of new classes', () => {
  test('of two the positive one is the second, of more those without a finding come first', () => {
    expect(orderClasses(['fracture', 'no fracture', 'fracture'])).toEqual(['no fracture', 'fracture']);
    expect(orderClasses(['malignant', 'benign', 'normal'])).toEqual(['normal', 'benign', 'malignant']);
    expect(orderClasses(['nodule', 'No Finding', 'mass'])).toEqual(['No Finding', 'mass', 'nodule']);
  });
});

describe.skipIf(!hasShared)('the label files of labs (needs the reference folder)', () => {
  test.each([
    [0, 'lesion'],
    [1, 'fracture'],
    [2, 'Effusion'],
    [3, 'COVID-19'],
    [4, 'auffällig'],
    [5, 'Karzinom'],
    [6, 'BI-RADS 5'],
    [7, 'Karzinom'],
  ])('file %i is about “%s”', (file, positive) => {
    const rows = readFileSync(sharedPath('cases', '33-positive-class', `labels-${file}.csv`), 'utf8')
      .trim()
      .split('\n');
    const classes = new Set(rows.slice(1).map((row) => row.split(',')[1] ?? ''));
    expect(positiveClassOf([...classes], null)).toMatchObject({ name: positive, source: 'recognised' });
  });
});
