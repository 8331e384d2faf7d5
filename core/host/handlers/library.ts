/** Handlers of core/contract/ipc/library.ts. */
import { AppError } from '../../base/errors.ts';
import type { Handlers } from '../../contract/index.ts';
import type { libraryCalls } from '../../contract/ipc/library.ts';
import { requireDataset } from '../../services/datasets/dataset.ts';
import {
  addStudies,
  createDataset,
  datasetDetails,
  renameDataset,
  setClasses,
  setPositive,
} from '../../services/datasets/editing.ts';
import { putBackStudies, removeStudies } from '../../services/datasets/removal.ts';
import { evidenceObstacle } from '../../services/evaluation/evidence-obstacles.ts';
import { namedFilesOf, saveNamedFiles } from '../../services/import/named-files.ts';
import { listRuns } from '../../services/library/summary.ts';
import { planTakeBack, takeBackPatients } from '../../services/patients/patients.ts';
import { blindedReader } from '../../services/reading/reading.ts';
import {
  findStudies,
  libraryCounts,
  listDatasets,
  listLpms,
  listModels,
  modalities,
  questionsOf,
  type StudyDataset,
  schemaOf,
  schemaOfQuestion,
  studyAnswers,
  studyDetails,
  studyRows,
} from '../../store/index.ts';
import type { CoreContext } from '../context.ts';

/** The data set by whose labels studies are listed, as the current reader may see them; null for none. */
function datasetOf({ services }: CoreContext, name: string): StudyDataset | null {
  if (name === '') return null;
  const dataset = requireDataset(services, name);
  const { id } = dataset;
  const { db } = services.library;
  const questions = questionsOf(db, id).flatMap((question) =>
    question === null ? [] : [{ name: question, schemaId: schemaOfQuestion(db, id, question) }],
  );
  return { id, schemaId: schemaOf(db, id), questions, reader: blindedReader(services, dataset)?.key ?? null };
}

export const libraryHandlers: Handlers<keyof typeof libraryCalls, CoreContext> = {
  'library.summary': (_, { services }) => ({
    folder: services.library.folder,
    ...libraryCounts(services.library.db),
  }),
  'studies.find': ({ filter, sort }, context) => {
    const found = datasetOf(context, filter.dataset);
    return {
      ids: findStudies(context.services.library.db, filter, sort, found),
      isBlinded: found !== null && found.reader !== null,
    };
  },
  'studies.rows': ({ ids, dataset }, context) => {
    const { db } = context.services.library;
    const found = datasetOf(context, dataset);
    const rows = studyRows(db, ids, found);
    if (found === null || found.questions.length === 0) return rows;
    const answers = studyAnswers(db, ids, found);
    return rows.map((row) => ({ ...row, answers: [...(answers.get(row.id) ?? [])] }));
  },
  'studies.get': ({ id }, { services }) => {
    const study = studyDetails(services.library.db, id);
    if (study === undefined) throw new AppError('BAD_INPUT', 'This study is no longer in the library.');
    return study;
  },
  'studies.plannedTakeBack': ({ studyIds }, { services }) => planTakeBack(services, { studyIds }),
  'studies.takeBackPatients': ({ studyIds }, { services, queue, emit }) => {
    // Whoever comes to a patient who is to go would go, too.
    queue.refuseBesideErasure('no patient was taken back');
    const { studies } = takeBackPatients(services, { studyIds });
    emit('library.changed', { what: 'studies' });
    emit('library.changed', { what: 'datasets' });
    return [...studies];
  },
  'studies.modalities': (_, { services }) => modalities(services.library.db),
  'datasets.list': (_, { services }) => listDatasets(services.library.db),
  'datasets.get': ({ dataset }, { services }) => datasetDetails(services, dataset),
  'datasets.create': (options, { services, emit }) => {
    const made = createDataset(services, options);
    emit('library.changed', { what: 'datasets' });
    return made;
  },
  'datasets.rename': ({ dataset, name }, { services, emit }) => {
    renameDataset(services, dataset, name);
    emit('library.changed', { what: 'datasets' });
    // Jobs and watched folders that name it follow.
    emit('library.changed', { what: 'jobs' });
    emit('watches.changed', {});
    return null;
  },
  'datasets.addStudies': ({ dataset, studyIds }, { services, emit }) => {
    const instances = addStudies(services, dataset, studyIds);
    emit('library.changed', { what: 'datasets' });
    return { instances };
  },
  'datasets.removeStudies': ({ dataset, studyIds }, { services, emit }) => {
    const removed = removeStudies(services, dataset, studyIds);
    emit('library.changed', { what: 'datasets' });
    return removed;
  },
  'datasets.putBackStudies': ({ removal }, { services, emit }) => {
    const back = putBackStudies(services, removal);
    emit('library.changed', { what: 'datasets' });
    return back;
  },
  'datasets.setClasses': ({ dataset, classes, isFixed }, { services, emit }) => {
    const details = setClasses(services, dataset, classes, isFixed);
    emit('library.changed', { what: 'datasets' });
    return details;
  },
  'datasets.setPositive': ({ dataset, positive }, { services, emit }) => {
    const details = setPositive(services, dataset, positive);
    emit('library.changed', { what: 'datasets' });
    return details;
  },
  'imports.leftOut': ({ jobId }, { services }) => namedFilesOf(services, jobId)?.map((file) => ({ ...file })) ?? null,
  'imports.saveLeftOut': ({ jobId, path }, { services }) => {
    saveNamedFiles(services, jobId, path);
    return null;
  },
  'lpms.list': (_, { services }) => listLpms(services.library.db),
  'models.list': (_, { services }) =>
    listModels(services.library.db).map((record) => ({
      ...record,
      evidenceObstacle: evidenceObstacle(services, record),
    })),
  'runs.list': (_, { services }) => listRuns(services),
};
