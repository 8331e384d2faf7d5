/** Handlers of core/contract/ipc/evidence.ts. */
import type { Handlers } from '../../contract/index.ts';
import type { evidenceCalls } from '../../contract/ipc/evidence.ts';
import { requireRecord, runOf } from '../../services/evaluation/evaluated-set.ts';
import { evidenceReport } from '../../services/evaluation/evidence.ts';
import { versionImages } from '../../store/index.ts';
import type { CoreContext } from '../context.ts';

export const evidenceHandlers: Handlers<keyof typeof evidenceCalls, CoreContext> = {
  'evidence.report': ({ jobId }, { services }) => evidenceReport(services, jobId),
  'evidence.images': ({ model, studyId, limit }, { services }) => {
    const run = runOf(services, requireRecord(services, model));
    return versionImages(services.library.db, run.datasetVersionId)
      .filter((image) => studyId === undefined || image.studyId === studyId)
      .slice(0, limit)
      .map(({ instanceId, frame, studyId: study, split, classIndex }) => ({
        instanceId,
        frame,
        studyId: study,
        split,
        classIndex,
      }));
  },
};
