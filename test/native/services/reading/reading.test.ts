import { describe, expect, test } from 'vitest';
import type { InstanceId, ReadingItem } from '../../../../core/contract/index.ts';
import { freezeDataset } from '../../../../core/services/datasets/dataset.ts';
import { agreementOf } from '../../../../core/services/reading/agreement.ts';
import { addReader, readersOf, renameReader, setCurrentReader } from '../../../../core/services/reading/readers.ts';
import {
  addReadingClass,
  adjudicate,
  configureReading,
  historyOf,
  type ReadingAct,
  readingImages,
  readingList,
  setComment,
  setLabel,
  setQualityTag,
  takeLabelBack,
} from '../../../../core/services/reading/reading.ts';
import type { ServiceContext } from '../../../../core/services/session/context.ts';
import { currentLabel, datasetByName, labelledInstances, versionImages } from '../../../../core/store/index.ts';
import { instanceId, studyId } from '../../../support/ids.ts';
import { fillDataset, temporaryLibrary } from '../../../support/library.ts';
import { testContext } from '../../../support/studies.ts';

type Shown = ReadingAct & { readonly displayed: InstanceId; readonly sopInstanceUID: string };

/** A data set `demo` of ten studies without labels, read study by study. */
function room(): { context: ServiceContext; target: (n: number) => Shown } {
  const library = temporaryLibrary();
  fillDataset(
    library,
    Array.from({ length: 10 }, () => null),
  );
  const context = testContext(library);
  for (const name of ['normal', 'mass']) addReadingClass(context, 'demo', name);
  const { items } = readingList(context, 'demo');
  return {
    context,
    // Who reads is asked each time, as a page does that hears of every change.
    target: (n) => {
      const { studyId, target } = items[n] as ReadingItem;
      const [image] = readingImages(context, 'demo', studyId);
      return {
        dataset: 'demo',
        target,
        readerId: readersOf(context).current.id,
        displayed: image?.instanceId as InstanceId,
        sopInstanceUID: image?.sopInstanceUID ?? '',
      };
    },
  };
}

const labels = (context: ServiceContext): (string | null)[] =>
  labelledInstances(context.library.db, datasetByName(context.library.db, 'demo')?.id as number).map(
    (row) => row.label,
  );

describe('reading', () => {
  test('a label, a change and taking both back are all kept, and the one before counts again', () => {
    const { context, target } = room();
    expect(setLabel(context, target(0), 'mass').label).toBe('mass');
    expect(setLabel(context, target(0), 'normal').label).toBe('normal');
    expect(takeLabelBack(context, target(0)).label).toBe('mass');
    expect(labels(context)[0]).toBe('mass');
    expect(takeLabelBack(context, target(0)).label).toBeNull();
    expect(labels(context)[0]).toBeNull();
    expect(() => takeLabelBack(context, target(0))).toThrow('no label');
    expect(historyOf(context, target(0)).map(({ kind, text, reader }) => [kind, text, reader])).toEqual([
      ['label', 'mass', 'Reader 1'],
      ['label', 'normal', 'Reader 1'],
      ['withdrawal', 'mass', 'Reader 1'],
      ['withdrawal', 'normal', 'Reader 1'],
    ]);
  });

  test('excluded images are in no version frozen afterwards, and come back when the tag is lifted', () => {
    const { context, target } = room();
    for (let n = 0; n < 10; n++) setLabel(context, target(n), n % 2 === 0 ? 'normal' : 'mass');
    const all = freezeDataset(context, { dataset: 'demo' });
    setQualityTag(context, target(3), { tag: 'excluded', reason: 'motion' });
    setQualityTag(context, target(4), { tag: 'limited', reason: 'rotated' });
    const fewer = freezeDataset(context, { dataset: 'demo' });
    const studies = (id: number): number[] => versionImages(context.library.db, id).map(({ studyId }) => studyId);
    expect(studies(all.id)).toHaveLength(10);
    expect(studies(fewer.id)).toEqual(studies(all.id).filter((id) => id !== target(3).target.id));
    setQualityTag(context, target(3), { tag: 'usable', reason: '' });
    expect(freezeDataset(context, { dataset: 'demo' }).contentHash).toBe(all.contentHash);
  });

  test('readers who disagree leave no label until an adjudicator decides; then later labels change nothing', () => {
    const { context, target } = room();
    const first = readersOf(context).current.id;
    setLabel(context, target(0), 'mass');
    setLabel(context, target(1), 'mass');
    addReader(context, 'Second');
    configureReading(context, 'demo', { unit: 'study', isBlinded: false });
    setLabel(context, target(0), 'mass');
    setLabel(context, target(1), 'normal');
    expect(labels(context).slice(0, 2)).toEqual(['mass', null]);
    expect(
      readingList(context, 'demo')
        .items.map((item) => item.isDisputed)
        .indexOf(true),
    ).toBe(1);
    const before = agreementOf(context, 'demo');
    expect([before.method, before.cases, before.toAdjudicate, before.agreement]).toEqual(['cohen', 2, 1, 0.5]);
    setCurrentReader(context, first);
    adjudicate(context, target(1), 'normal');
    expect(labels(context)[1]).toBe('normal');
    setLabel(context, target(1), 'normal');
    setLabel(context, target(1), 'mass');
    expect(labels(context)[1]).toBe('normal');
    const after = agreementOf(context, 'demo');
    expect([after.toAdjudicate, after.disagreements[0]?.decision]).toEqual([0, 'normal']);
  });

  test('a dispute on the study hides the label of its patient instead of falling back to it', () => {
    const { context, target } = room();
    setLabel(context, target(0), 'mass');
    addReader(context, 'Second');
    setLabel(context, target(0), 'normal');
    const { db } = context.library;
    const id = datasetByName(db, 'demo')?.id as number;
    expect(currentLabel(db, id, target(0).target)).toBeNull();
    expect(labelledInstances(db, id)[0]).toMatchObject({ label: null, isDisputed: true });
  });

  test('a blinded reader sees neither the labels nor the words of others', () => {
    const { context, target } = room();
    setLabel(context, target(0), 'mass');
    setComment(context, target(0), 'spiculated');
    configureReading(context, 'demo', { unit: 'study', isBlinded: true });
    addReader(context, 'Second');
    expect(readingList(context, 'demo').items[0]).toMatchObject({ label: null, reference: null, comment: '' });
    expect(historyOf(context, target(0))).toEqual([]);
    configureReading(context, 'demo', { unit: 'study', isBlinded: false });
    expect(readingList(context, 'demo').items[0]).toMatchObject({ label: null, reference: 'mass' });
  });

  test('readers are blinded once there are two, whatever was said while one read alone, and until somebody says otherwise', () => {
    const { context, target } = room();
    const shown = () => {
      const { isBlinded, isShared, items } = readingList(context, 'demo');
      return [isBlinded, isShared, items[0]?.reference];
    };
    // The first reader, whom every library has, is nobody yet: whoever adds a name reads alone.
    addReader(context, 'Dr. Weiss');
    configureReading(context, 'demo', { unit: 'study', isBlinded: false });
    setLabel(context, target(0), 'mass');
    expect(shown()).toEqual([false, false, 'mass']);
    addReader(context, 'Dr. Schwarz');
    expect(shown()).toEqual([true, true, null]);
    configureReading(context, 'demo', { unit: 'study', isBlinded: false });
    expect(shown()).toEqual([false, true, 'mass']);
    addReader(context, 'Dr. Braun');
    expect(shown()).toEqual([false, true, 'mass']);
  });

  test('a data set of which nobody said how it is read is blinded where two read', () => {
    const { context, target } = room();
    setLabel(context, target(0), 'mass');
    expect(readingList(context, 'demo').isBlinded).toBe(false);
    addReader(context, 'Second');
    expect(readingList(context, 'demo')).toMatchObject({ isBlinded: true, isShared: true });
  });

  test('whoever decides is not told who said what, and a blinded reader no case that is still to label', () => {
    const { context, target } = room();
    setLabel(context, target(0), 'mass');
    setLabel(context, target(1), 'normal');
    addReader(context, 'Second');
    setLabel(context, target(0), 'normal');
    setLabel(context, target(1), 'mass');
    addReader(context, 'Third');
    // Has labelled nothing: may be about to, and is shown nothing unless they say that they decide.
    expect(agreementOf(context, 'demo')).toMatchObject({ heldBack: 2, mayDecide: true, disagreements: [] });
    // What was said stands in the order of the classes, not of the readers.
    const deciding = agreementOf(context, 'demo', null, true);
    const both = [
      { label: 'normal', readers: 1 },
      { label: 'mass', readers: 1 },
    ];
    expect(deciding.disagreements.map(({ labels: said }) => said)).toEqual([both, both]);
    expect(deciding.heldBack).toBe(0);
    setLabel(context, target(0), 'mass');
    const reading = agreementOf(context, 'demo');
    expect(reading.disagreements.map(({ labels: said }) => said)).toEqual([
      [
        { label: 'normal', readers: 1 },
        { label: 'mass', readers: 2 },
      ],
    ]);
    expect([reading.heldBack, reading.toAdjudicate]).toEqual([1, 2]);
    configureReading(context, 'demo', { unit: 'study', isBlinded: false });
    expect(agreementOf(context, 'demo')).toMatchObject({ heldBack: 0, disagreements: [{}, {}] });
  });

  test('a renamed reader keeps the labels; a name is given once; imports have no reader', () => {
    const { context, target } = room();
    setLabel(context, target(0), 'mass');
    const { id } = readersOf(context).current;
    renameReader(context, id, 'Dr. Weiss');
    expect(readingList(context, 'demo')).toMatchObject({ reader: { name: 'Dr. Weiss', labels: 1 } });
    expect(readingList(context, 'demo').items[0]?.label).toBe('mass');
    expect(() => addReader(context, 'dr. weiss')).toThrow('taken');
    expect(() => addReader(context, 'import')).toThrow('taken');
  });

  test('an item of another data set cannot be labelled', () => {
    const { context, target } = room();
    const unknown = { ...target(0), target: { kind: 'study', id: studyId(999) } } as const;
    expect(() => setLabel(context, unknown, 'mass')).toThrow('not part of');
  });

  test('a label is refused when the picture displayed is of another item, whatever the page believes', () => {
    const { context, target } = room();
    const other = target(1).displayed;
    expect(() => setLabel(context, { ...target(0), displayed: other }, 'mass')).toThrow('is not of the study');
    // The row number is right, but what the page shows under it is another picture: of another library, or deleted since.
    expect(() => setLabel(context, { ...target(0), sopInstanceUID: '1.2.3' }, 'mass')).toThrow('is not of the study');
    expect(() => setLabel(context, { ...target(0), displayed: instanceId(999) }, 'mass')).toThrow(
      'is not of the study',
    );
    expect(labels(context).every((label) => label === null)).toBe(true);
  });

  test('an answer about another level than the data set is read by, or by another reader, is refused and stores nothing', () => {
    const { context, target } = room();
    const study = target(0);
    configureReading(context, 'demo', { unit: 'instance', isBlinded: false });
    const refused = (work: () => unknown): unknown =>
      expect(work).toThrow(expect.objectContaining({ code: 'READING_CHANGED' }));
    refused(() => setLabel(context, study, 'mass'));
    refused(() => setQualityTag(context, study, { tag: 'excluded', reason: '' }));
    refused(() => setComment(context, study, 'x'));
    configureReading(context, 'demo', { unit: 'study', isBlinded: false });
    addReader(context, 'Second');
    refused(() => setLabel(context, study, 'mass'));
    expect(historyOf(context, study)).toEqual([]);
  });

  test('a label that is no class is refused and makes none', () => {
    const { context, target } = room();
    expect(() => setLabel(context, target(0), 'masss')).toThrow('not a class');
    expect(readingList(context, 'demo').classes).toEqual(['normal', 'mass']);
  });
});
