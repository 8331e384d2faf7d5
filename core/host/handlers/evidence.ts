/** Handlers of core/contract/ipc/evidence.ts. */
import { type Handlers, markValues } from '../../contract/index.ts';
import type { evidenceCalls } from '../../contract/ipc/evidence.ts';
import { requireRecord, runOf } from '../../services/evaluation/evaluated-set.ts';
import { evidenceReport } from '../../services/evaluation/evidence.ts';
import { versionImages } from '../../store/index.ts';
import type { CoreContext } from '../context.ts';

export const evidenceHandlers: Handlers<keyof typeof evidenceCalls, CoreContext> = {
  'evidence.report': ({ jobId }, { services }) => evidenceReport(services, jobId),
  'evidence.images': ({ model, studyId, limit }, { services }) => {
    const record = requireRecord(services, model);
    const run = runOf(services, record);
    return versionImages(services.library.db, run.datasetVersionId)
      .filter((image) => studyId === undefined || image.studyId === studyId)
      .slice(0, limit)
      .map(({ instanceId, frame, studyId: study, split, classIndex, values }) => ({
        instanceId,
        frame,
        studyId: study,
        split,
        classIndex,
        present: record.classes.filter((_, k) => values[k] === markValues.present),
      }));
  },
};
