import { describe, expect, test } from 'vitest';
import type { ModelRecord, StudyId } from '../../../../core/contract/index.ts';
import { modelCard } from '../../../../core/services/evaluation/judge-card.ts';
import { modelInUse, promoteModel, promotionComparison } from '../../../../core/services/promotion/promote.ts';
import {
  auditEvents,
  type Library,
  modelByName,
  modelsInUse,
  movePatients,
  promotionsOf,
  runByName,
  setRunParent,
} from '../../../../core/store/index.ts';
import { judgedModel, type MadeCase, madeCases, testVersion } from '../../../support/judged-models.ts';
import { addModelOf, temporaryLibrary, testTime } from '../../../support/library.ts';
import { testContext } from '../../../support/studies.ts';
import { appErrorOf } from '../../../support/thrown.ts';

const by = 'Reader 1';
const codeOf = (call: () => unknown): string => appErrorOf(call).code;

/** A library with the model `first` in use, which is good, and what else is asked for. */
function withFirst(n: number, skill = 1.2): { library: Library; cases: MadeCase[]; version: number } {
  const library = temporaryLibrary();
  const cases = madeCases(n);
  const version = testVersion(library, cases);
  judgedModel(library, 'first', version, cases, skill);
  promoteModel(testContext(library), { model: 'first', by, because: 'the first one' });
  return { library, cases, version };
}

describe('a model is put in use', () => {
  test('the first of a data set when it is better than guessing, else not', () => {
    const library = temporaryLibrary();
    const cases = madeCases(80);
    const version = testVersion(library, cases);
    judgedModel(library, 'guess', version, cases, 0);
    judgedModel(library, 'good', version, cases, 1.2);
    const context = testContext(library);
    expect(codeOf(() => promoteModel(context, { model: 'guess', by }))).toBe('MODEL_NOT_AS_GOOD');
    expect(modelsInUse(library.db)).toEqual([]);
    const promotion = promoteModel(context, { model: 'good', by });
    expect([promotion.comparison.verdict, promotion.replaced, promotion.reason]).toEqual([
      'betterThanGuessing',
      null,
      null,
    ]);
    expect(modelInUse(context).model).toBe('good');
    expect(codeOf(() => promoteModel(context, { model: 'good', by }))).toBe('BAD_INPUT');
  });

  test('an equal one takes the place of another without a reason', () => {
    const { library, cases, version } = withFirst(80);
    judgedModel(library, 'equal', version, cases, 1.2);
    const { comparison, replaced } = promoteModel(testContext(library), { model: 'equal', by });
    expect([comparison.verdict, comparison.gain.value, replaced]).toEqual(['notWorse', 0, 'first']);
    expect(comparison.patients).toBe(80);
  });

  test('a worse one is refused, and goes in by a reason that is kept with comparison, time and name', () => {
    const { library, cases, version } = withFirst(120);
    judgedModel(library, 'worse', version, cases, 0.2);
    const context = testContext(library);
    expect(codeOf(() => promoteModel(context, { model: 'worse', by }))).toBe('MODEL_NOT_AS_GOOD');
    expect(modelsInUse(library.db).map(({ model }) => model)).toEqual(['first']);
    const because = 'first cannot read the new device';
    promoteModel(context, { model: 'worse', by, because });
    const [newest, before] = promotionsOf(library.db, 'demo');
    expect(newest).toMatchObject({ model: 'worse', replaced: 'first', reason: because, by });
    expect(newest?.comparison.verdict).toBe('worse');
    expect(newest?.comparison.gain.interval?.[1]).toBeLessThan(0);
    expect(before?.model).toBe('first');
    const event = auditEvents(library.db).at(-1);
    expect([event?.action, event?.details['hasReason']]).toEqual(['model.putInUse', true]);
    expect(JSON.stringify(event)).not.toContain(because);
  });

  test('a margin that is wide enough lets a slightly worse one in', () => {
    const { library, cases, version } = withFirst(200);
    judgedModel(library, 'slightly', version, cases, 1);
    const context = testContext(library);
    expect(promotionComparison(context, 'slightly').verdict).not.toBe('notWorse');
    expect(promotionComparison(context, 'slightly', 0.2).verdict).toBe('notWorse');
  });

  test('one that is better overall and worse for women is stopped by its subgroup', () => {
    const { library, cases, version } = withFirst(240, 1);
    judgedModel(library, 'uneven', version, cases, ({ sex }) => (sex === 'F' ? 0.3 : 3));
    const found = promotionComparison(testContext(library), 'uneven', 0.1);
    expect(found.groups.map(({ attribute, value, isWorse }) => [attribute, value, isWorse])).toEqual([
      ['sex', 'F', true],
      ['sex', 'M', false],
    ]);
    expect(found.verdict).toBe('worseInSubgroup');
  });

  test('few patients tell nothing, even where both models are right on all of them', () => {
    const { library, cases, version } = withFirst(12, 9);
    judgedModel(library, 'same', version, cases, 9);
    const found = promotionComparison(testContext(library), 'same');
    expect([found.gain.interval, found.verdict, found.untold]).toEqual([[0, 0], 'cannotTell', 'fewPatients']);
  });
});

describe('what is compared', () => {
  test('are the test cases of both versions, by their images, with the labels of the newer one', () => {
    const { library, cases } = withFirst(80);
    // The newer version has twenty studies more, and ten labels were corrected.
    const corrected = [...madeCases(100)].map((made, i) => (i < 10 ? { ...made, isIll: !made.isIll } : made));
    const db = library.writer;
    const second = testVersion(library, corrected, 'demo');
    judgedModel(library, 'second', second, corrected, 1.2);
    expect(db.get<{ n: number }>('SELECT count(*) AS n FROM dataset_versions')?.n).toBe(2);
    const found = promotionComparison(testContext(library), 'second');
    expect([found.cases, found.leftOut]).toEqual([cases.length, 20]);
    // By the corrected labels the earlier model is wrong on the ten.
    expect(found.before?.value).toBeLessThan(found.own.value ?? 0);
  });

  test('counts patients who were merged since as one, and leaves out whom one of the two learned from under another name', () => {
    const { library, cases, version } = withFirst(120);
    const db = library.writer;
    const studyOf = (n: number): StudyId =>
      db.get<{ id: StudyId }>('SELECT id FROM studies WHERE study_instance_uid = :uid', { uid: `1.2.3.${n}` })
        ?.id as StudyId;
    // Of the first version, image 4 is of training.
    db.run(`UPDATE version_images SET split = 'train' WHERE version_id = :version AND position = 4`, { version });
    db.run('DELETE FROM evaluation_images WHERE position = 4');
    const merged = [
      ...[0, 2].map((n) => [studyOf(n), 'W'] as const),
      ...[4, 6, 8].map((n) => [studyOf(n), 'V'] as const),
    ];
    db.transaction(() => movePatients(db, new Map(merged), new Map(), testTime));
    const corrected = cases.map((made, i) => (i === 1 ? { ...made, isIll: false } : made));
    judgedModel(library, 'second', testVersion(library, corrected), corrected, 1.2);
    const context = testContext(library);
    const counts = (model: string): number[] => {
      const { cases: common, patients, leftOut } = promotionComparison(context, model);
      return [common, patients, leftOut];
    };
    // Of 119 common cases two are of the patient whom "first" learned from, and two of the others are of one patient.
    expect(counts('second')).toEqual([117, 116, 3]);
    promoteModel(context, { model: 'second', by, because: 'whose patients are right' });
    expect(counts('first')).toEqual([117, 116, 2]);
    // A model that was trained on from where "first" ended knows that patient, too.
    judgedModel(library, 'third', testVersion(library, [...corrected, ...madeCases(2)]), corrected, 1.2);
    expect(counts('third')).toEqual([120, 117, 0]);
    const rowOf = (model: string) => modelByName(library.db, model) as ModelRecord;
    const run = runByName(library.db, rowOf('third').run)?.id ?? 0;
    setRunParent(db, run, rowOf('first').id, 'on');
    expect(counts('third')).toEqual([117, 116, 3]);
  });

  test('leaves out whom a model learned from also where patients turned out to be one after both were trained, as the card counts them', () => {
    const { library, cases, version } = withFirst(120);
    const db = library.writer;
    const corrected = cases.map((made, i) => (i === 1 ? { ...made, isIll: false } : made));
    const newer = testVersion(library, corrected);
    judgedModel(library, 'second', newer, corrected, 1.2);
    // Image 4 is of training in either version.
    for (const id of [version, newer])
      db.run(`UPDATE version_images SET split = 'train' WHERE version_id = :id AND position = 4`, { id });
    db.run('DELETE FROM evaluation_images WHERE position = 4');
    const rowOf = (model: string) => modelByName(library.db, model) as ModelRecord;
    setRunParent(db, runByName(library.db, rowOf('second').run)?.id ?? 0, rowOf('first').id, 'on');
    const context = testContext(library);
    const found = () => {
      const { cases: common, leftOut } = promotionComparison(context, 'second');
      const known = modelCard(context, 'second').warnings.filter(({ code }) => code === 'startKnowsPatients');
      return [common, leftOut, known.map((warning) => 'patients' in warning && warning.patients)];
    };
    expect(found()).toEqual([119, 0, []]);
    const studyOf = (n: number): StudyId =>
      db.get<{ id: StudyId }>('SELECT id FROM studies WHERE study_instance_uid = :uid', { uid: `1.2.3.${n}` })
        ?.id as StudyId;
    db.transaction(() =>
      movePatients(db, new Map([4, 6, 8].map((n) => [studyOf(n), 'V'] as const)), new Map(), testTime),
    );
    expect(found()).toEqual([117, 2, [1]]);
  });

  test('is nothing where the names differ', () => {
    const { library } = withFirst(40);
    const db = library.writer;
    const version = testVersion(library, madeCases(40), 'other');
    judgedModel(library, 'elsewhere', version, madeCases(40), 1);
    db.run(
      `UPDATE dataset_versions SET number = 2, dataset_id = (SELECT id FROM datasets WHERE name = 'demo') WHERE id = :version`,
      { version },
    );
    db.run(`UPDATE models SET classes = '["healthy","sick"]', threshold_class = 'sick' WHERE name = 'elsewhere'`, {});
    const found = promotionComparison(testContext(library), 'elsewhere');
    expect([found.verdict, found.untold]).toEqual(['cannotTell', 'otherNames']);
  });

  test('is refused before both were evaluated on the test patients', () => {
    const { library, version } = withFirst(40);
    addModelOf(library, 'new', version, ['healthy', 'ill']);
    expect(codeOf(() => promotionComparison(testContext(library), 'new'))).toBe('DATASET_NOT_READY');
  });
});

test('without a name the only model in use is taken, and where several are, none', () => {
  const { library } = withFirst(40);
  const context = testContext(library);
  expect(modelInUse(context).model).toBe('first');
  expect(codeOf(() => modelInUse(context, 'elsewhere'))).toBe('MODEL_IN_USE_UNCLEAR');
  judgedModel(library, 'else', testVersion(library, madeCases(40), 'other'), madeCases(40), 2);
  promoteModel(context, { model: 'else', by });
  expect(() => modelInUse(context)).toThrow('"first" for "demo", "else" for "other"');
  expect(modelInUse(context, 'other').model).toBe('else');
});

test('decisions are neither changed nor removed, and a model that was in use cannot go', () => {
  const { library } = withFirst(40);
  const db = library.writer;
  expect(() => db.run('DELETE FROM promotions', {})).toThrow('append-only');
  expect(() => db.run(`UPDATE promotions SET reason = 'another'`, {})).toThrow('append-only');
  db.run('DELETE FROM evaluations', {});
  expect(() => db.run(`DELETE FROM models WHERE name = 'first'`, {})).toThrow(/FOREIGN KEY/);
});
