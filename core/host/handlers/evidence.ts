/** Handlers of core/contract/ipc/evidence.ts. */
import type { Handlers } from '../../contract/index.ts';
import type { evidenceCalls } from '../../contract/ipc/evidence.ts';
import { answeredImages } from '../../services/evaluation/answered-images.ts';
import { evidenceReport } from '../../services/evaluation/evidence.ts';
import type { CoreContext } from '../context.ts';

export const evidenceHandlers: Handlers<keyof typeof evidenceCalls, CoreContext> = {
  'evidence.report': ({ jobId }, { services }) => evidenceReport(services, jobId),
  'evidence.images': (asked, { services }) => answeredImages(services, asked),
};
