/** Who must not learn what others say learns it nowhere: not in the library's list, not by another question, not by how a reader came. */
import { expect, test } from 'vitest';
import { parseOptions, type TargetKind } from '../../../../core/contract/index.ts';
import { libraryCalls, type StudyFilter } from '../../../../core/contract/ipc/library.ts';
import type { CoreContext } from '../../../../core/host/context.ts';
import { libraryHandlers } from '../../../../core/host/handlers/library.ts';
import { importPaths } from '../../../../core/services/import/import.ts';
import { agreementOf } from '../../../../core/services/reading/agreement.ts';
import { addReader, readersOf, renameReader, setCurrentReader } from '../../../../core/services/reading/readers.ts';
import {
  addReadingClass,
  adjudicate,
  configureReading,
  readingImages,
  readingList,
  setLabel,
  takeLabelBack,
} from '../../../../core/services/reading/reading.ts';
import type { ServiceContext } from '../../../../core/services/session/context.ts';
import {
  addInstance,
  addLabel,
  addToDataset,
  datasetByName,
  ensureDataset,
  readingSettings,
} from '../../../../core/store/index.ts';
import { madeInstance, temporaryLibrary, testTime } from '../../../support/library.ts';
import { put, testContext, tinyDicom } from '../../../support/studies.ts';
import { temporaryFolder } from '../../../support/temporary.ts';

/** A data set `room` of four studies, read study by study, and what the current reader does to the `n`th. */
function room(target: TargetKind, names: readonly string[]) {
  const library = temporaryLibrary();
  const db = library.writer;
  db.transaction(() => {
    const { id } = ensureDataset(db, 'room', 'middle', testTime, target);
    for (let n = 0; n < 4; n++) addToDataset(db, id, addInstance(db, madeInstance(n), testTime).id, testTime);
  });
  const context = testContext(library);
  for (const name of names) addReadingClass(context, 'room', name);
  const act = (n: number, question?: string) => {
    const item = readingList(context, 'room').items[n];
    if (item === undefined) throw new Error(`no case ${n}`);
    const [image] = readingImages(context, 'room', item.studyId);
    if (image === undefined) throw new Error(`no image of case ${n}`);
    return {
      dataset: 'room',
      target: item.target,
      readerId: readersOf(context).current.id,
      displayed: image.instanceId,
      sopInstanceUID: image.sopInstanceUID,
      question,
    };
  };
  return {
    context,
    act,
    say: (n: number, word: string, question?: string) => setLabel(context, act(n, question), word),
  };
}

/** What the list of the library shows of `room` to the current reader: all rows in the order of their studies, and which are labelled. */
function shown(services: ServiceContext, dataset = 'room') {
  const context = { services } as CoreContext;
  const find = (labels: StudyFilter['labels']) =>
    libraryHandlers['studies.find'](
      parseOptions(libraryCalls['studies.find'].input, { filter: { dataset, labels } }),
      context,
    ) as { ids: Int32Array; isBlinded: boolean };
  const ids = [...find('any').ids].sort();
  const rows = libraryHandlers['studies.rows'](
    parseOptions(libraryCalls['studies.rows'].input, { ids, dataset }),
    context,
  ) as { label: string | null; answers?: { word: string | null }[] }[];
  return {
    isBlinded: find('any').isBlinded,
    labels: rows.map(({ label, answers }) => answers?.map(({ word }) => word) ?? label),
    labelled: [...find('labelled').ids].sort().map((id) => ids.indexOf(id)),
    unlabelled: [...find('unlabelled').ids].sort().map((id) => ids.indexOf(id)),
  };
}

test('a blinded reader finds only their own labels in the list of the library, and who is not blinded everybody’s', () => {
  const { context, act, say } = room('class', ['normal', 'mass']);
  const db = context.library.writer;
  const first = readersOf(context).current.id;
  say(0, 'mass');
  say(1, 'mass');
  addLabel(db, 1, act(2).target, 'normal', 'import', testTime);
  // One person alone: everything is told, imported labels too.
  const alone = { isBlinded: false, labels: ['mass', 'mass', 'normal', null], labelled: [0, 1, 2], unlabelled: [3] };
  expect(shown(context)).toEqual(alone);
  addReader(context, 'Dr. Weiss');
  expect(shown(context)).toEqual({
    isBlinded: true,
    labels: [null, null, null, null],
    labelled: [],
    unlabelled: [0, 1, 2, 3],
  });
  say(1, 'normal');
  expect(shown(context)).toMatchObject({ labels: [null, 'normal', null, null], labelled: [1], unlabelled: [0, 2, 3] });
  // What was decided, by whomever, is no label of the reader.
  adjudicate(context, act(1), 'mass');
  expect(shown(context)).toMatchObject({ labels: [null, 'normal', null, null], labelled: [1] });
  setCurrentReader(context, first);
  expect(shown(context)).toMatchObject({ labels: ['mass', 'mass', null, null], labelled: [0, 1] });
  takeLabelBack(context, act(0));
  expect(shown(context)).toMatchObject({ labels: [null, 'mass', null, null], labelled: [1] });
  configureReading(context, 'room', { isBlinded: false });
  expect(shown(context)).toMatchObject({ isBlinded: false, labels: [null, 'mass', 'normal', null], labelled: [1, 2] });
  // Of the whole library no labels are told at all.
  expect(shown(context, '')).toMatchObject({ isBlinded: false, labels: [null, null, null, null] });
});

test('of findings the list of the library tells a blinded reader their own answers', () => {
  const { context, say } = room('finding', ['edema', 'mass']);
  say(0, 'present', 'edema');
  say(0, 'absent', 'mass');
  expect(shown(context)).toMatchObject({
    labels: [
      ['present', 'absent'],
      [null, null],
      [null, null],
      [null, null],
    ],
  });
  addReader(context, 'Dr. Weiss');
  say(0, 'absent', 'edema');
  expect(shown(context)).toEqual({
    isBlinded: true,
    labels: [
      ['absent', null],
      [null, null],
      [null, null],
      [null, null],
    ],
    labelled: [0],
    unlabelled: [1, 2, 3],
  });
});

test('a blinded reader who has answered one finding is not told how others differ on another one', () => {
  const { context, act, say } = room('finding', ['edema', 'mass']);
  for (const n of [0, 1]) say(n, 'present', 'mass');
  addReader(context, 'Dr. Weiss');
  for (const n of [0, 1]) say(n, 'absent', 'mass');
  addReader(context, 'Dr. Schwarz');
  say(0, 'present', 'edema');
  const ofMass = () => agreementOf(context, 'room', 'mass', true);
  // They label this data set: saying that they only decide is not heard.
  expect(ofMass()).toMatchObject({ heldBack: 2, mayDecide: false, disagreements: [] });
  say(1, 'present', 'mass');
  expect(ofMass()).toMatchObject({ heldBack: 1, disagreements: [{ target: act(1).target }] });
  configureReading(context, 'room', { isBlinded: false });
  expect(ofMass()).toMatchObject({ heldBack: 0, disagreements: [{}, {}] });
});

test('who has labelled nothing is shown no difference before they say that they decide; who has decided goes on deciding', () => {
  const { context, act, say } = room('class', ['normal', 'mass']);
  for (const n of [0, 1]) say(n, 'mass');
  addReader(context, 'Dr. Weiss');
  for (const n of [0, 1]) say(n, 'normal');
  addReader(context, 'Dr. Schwarz');
  expect(agreementOf(context, 'room')).toMatchObject({
    heldBack: 2,
    mayDecide: true,
    toAdjudicate: 2,
    disagreements: [],
  });
  expect(agreementOf(context, 'room', null, true)).toMatchObject({
    heldBack: 0,
    mayDecide: false,
    disagreements: [{}, {}],
  });
  adjudicate(context, act(0), 'mass');
  expect(agreementOf(context, 'room')).toMatchObject({ heldBack: 0, mayDecide: false, disagreements: [{}, {}] });
  say(2, 'mass');
  expect(agreementOf(context, 'room', null, true)).toMatchObject({ heldBack: 2, mayDecide: false, disagreements: [] });
});

test('the first label of the first reader blinds where another one reads, whatever was said while one read alone', () => {
  for (const act of ['label', 'decision'] as const) {
    const { context, act: of, say } = room('class', ['normal', 'mass']);
    const first = readersOf(context).current.id;
    addReader(context, 'Dr. Weiss');
    say(0, 'mass');
    configureReading(context, 'room', { isBlinded: false });
    setCurrentReader(context, first);
    expect(readingList(context, 'room')).toMatchObject({ isBlinded: false, isShared: false });
    if (act === 'label') say(1, 'normal');
    else adjudicate(context, of(1), 'normal');
    expect(readingList(context, 'room')).toMatchObject({ isBlinded: true, isShared: true });
    // Said of two readers, it holds.
    configureReading(context, 'room', { isBlinded: false });
    say(2, 'normal');
    expect(readingList(context, 'room').isBlinded).toBe(false);
  }
});

test('readers whom a labels file brings blind as those do who are added', async () => {
  const folder = temporaryFolder();
  for (const name of ['a', 'b']) {
    put(
      folder,
      `${name}.dcm`,
      tinyDicom({ patient: name, study: `1.${name.charCodeAt(0)}`, instance: `1.${name.charCodeAt(0)}.1` }),
    );
  }
  const fileOf = (reader: string) =>
    put(folder, `${reader}.csv`, `path,label,reader\na.dcm,x,${reader}\nb.dcm,y,${reader}\n`);
  const context = testContext(temporaryLibrary());
  await importPaths(context, { paths: [folder], dataset: 'd', labels: fileOf('Anna') });
  configureReading(context, 'd', { unit: 'instance', isBlinded: false });
  expect(readingList(context, 'd')).toMatchObject({ isBlinded: false, isShared: false });
  // Nothing is added where the file names the first reader, whom every library has: their labels make them somebody.
  await importPaths(context, { paths: [folder], dataset: 'd', labels: fileOf('Reader 1') });
  expect(readingList(context, 'd')).toMatchObject({ isBlinded: true, isShared: true });
  configureReading(context, 'd', { isBlinded: false });
  await importPaths(context, { paths: [folder], dataset: 'd', labels: fileOf('Berta') });
  expect(readingList(context, 'd')).toMatchObject({ isBlinded: false, isShared: true });
});

test('to say what a label is about says nothing of blinding, and the other way round', () => {
  const { context } = room('class', ['normal', 'mass']);
  const settings = () => readingSettings(context.library.db, datasetByName(context.library.db, 'room')?.id as number);
  configureReading(context, 'room', { unit: 'series' });
  renameReader(context, readersOf(context).current.id, 'Dr. Weiss');
  addReader(context, 'Dr. Schwarz');
  expect(settings()).toEqual({ unit: 'series', isBlinded: true });
  configureReading(context, 'room', { isBlinded: false });
  configureReading(context, 'room', { unit: 'study' });
  expect(settings()).toEqual({ unit: 'study', isBlinded: false });
  configureReading(context, 'room', { isBlinded: true });
  expect(settings()).toEqual({ unit: 'study', isBlinded: true });
  configureReading(context, 'room', { unit: 'instance' });
  expect(settings()).toEqual({ unit: 'instance', isBlinded: true });
});
