/** Handlers of core/contract/ipc/labels.ts. */
import type { CallOutput, Handlers } from '../../contract/index.ts';
import { keyTableSchema, type labelCalls } from '../../contract/ipc/labels.ts';
import { agreementOf } from '../../services/reading/agreement.ts';
import { addReader, type Readers, readersOf, renameReader, setCurrentReader } from '../../services/reading/readers.ts';
import {
  addReadingClass,
  adjudicate,
  clearAnswer,
  configureReading,
  historyOf,
  readingImages,
  readingList,
  setComment,
  setLabel,
  setQualityTag,
  takeLabelBack,
} from '../../services/reading/reading.ts';
import { setCheckedLabel } from '../../services/suspects/checked-label.ts';
import { readingPreference, readJson, saveReadingPreference } from '../../store/index.ts';
import type { CoreContext } from '../context.ts';
import { orderAfterLabel } from './labelling.ts';

function shown({ readers, current }: Readers): CallOutput<'readers.list'> {
  return { readers: readers.map(({ id, name, labels }) => ({ id, name, labels })), currentId: current.id };
}

/** Does `work`, then tells the window that labels changed. */
function changing<T>({ emit }: CoreContext, work: () => T): T {
  const result = work();
  emit('library.changed', { what: 'labels' });
  return result;
}

function changingReaders({ emit }: CoreContext, work: () => Readers): ReturnType<typeof shown> {
  const result = shown(work());
  emit('library.changed', { what: 'settings' });
  return result;
}

export const labelHandlers: Handlers<keyof typeof labelCalls, CoreContext> = {
  'readers.list': (_, { services }) => shown(readersOf(services)),
  'readers.add': ({ name }, context) => changingReaders(context, () => addReader(context.services, name)),
  'readers.rename': ({ id, name }, context) => changingReaders(context, () => renameReader(context.services, id, name)),
  'readers.setCurrent': ({ id }, context) => changingReaders(context, () => setCurrentReader(context.services, id)),
  'reading.list': ({ dataset }, { services }) => readingList(services, dataset),
  'reading.images': ({ dataset, studyId }, { services }) => readingImages(services, dataset, studyId),
  'reading.configure': ({ dataset, ...settings }, context) =>
    changing(context, () => {
      configureReading(context.services, dataset, settings);
      return null;
    }),
  'labels.addClass': ({ dataset, name }, context) =>
    changing(context, () => {
      addReadingClass(context.services, dataset, name);
      return null;
    }),
  'labels.set': ({ label, checking, ...act }, context) => {
    const state = changing(context, () =>
      checking === undefined
        ? setLabel(context.services, act, label)
        : setCheckedLabel(context.services, checking, act, label),
    );
    orderAfterLabel(context, act.dataset);
    return state;
  },
  'labels.clear': (act, context) => changing(context, () => clearAnswer(context.services, act)),
  'labels.withdraw': (act, context) => changing(context, () => takeLabelBack(context.services, act)),
  'labels.tag': ({ tag, reason, ...act }, context) =>
    changing(context, () => setQualityTag(context.services, act, { tag, reason })),
  'labels.comment': ({ text, ...act }, context) => changing(context, () => setComment(context.services, act, text)),
  'labels.history': (subject, { services }) => historyOf(services, subject),
  'labels.agreement': ({ dataset, question, isDeciding }, { services }) =>
    agreementOf(services, dataset, question, isDeciding),
  'labels.adjudicate': ({ label, ...act }, context) =>
    changing(context, () => {
      adjudicate(context.services, act, label);
      return agreementOf(context.services, act.dataset, act.question);
    }),
  'keys.get': (_, { services }) => {
    const { db } = services.library;
    return {
      profile: readingPreference(db, 'profile') ?? 'sidelight',
      keys: readJson(keyTableSchema, readingPreference(db, 'keys') ?? '{}', 'the table of keys'),
    };
  },
  'keys.save': ({ profile, keys }, { services }) => {
    const db = services.library.writer;
    db.transaction(() => {
      saveReadingPreference(db, 'profile', profile);
      saveReadingPreference(db, 'keys', JSON.stringify(keys));
    });
    return null;
  },
};
