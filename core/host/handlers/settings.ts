/** Handlers of core/contract/ipc/settings.ts. */
import type { Handlers } from '../../contract/index.ts';
import type { DoctorView, settingsCalls } from '../../contract/ipc/settings.ts';
import { restoreFromBackup } from '../../services/library/backup.ts';
import { doctor, type EngineReport } from '../../services/library/doctor.ts';
import { backUpLibraryAside, checkLibraryAside } from '../../services/library/maintenance.ts';
import { librarySizes } from '../../services/library/sizes.ts';
import { listBackups } from '../../store/index.ts';
import type { CoreContext } from '../context.ts';

export const settingsHandlers: Handlers<keyof typeof settingsCalls, CoreContext> = {
  'settings.doctor': async (_, { services, engineInUse }) => {
    const report = await doctor({ library: services.library.folder, version: '' });
    const { platform, node, cpu, memory, checks } = report;
    return {
      platform,
      node,
      cpu: { ...cpu },
      memory: { ...memory },
      engines: report.engines.map(engineView),
      checks: checks.map((check) => ({ ...check })),
      inUse: engineInUse(),
    };
  },
  'settings.sizes': (_, { services }) => librarySizes(services.library.folder),
  'settings.check': ({ deep }, { services, queue }) =>
    queue.beside('nothing was checked', () => checkLibraryAside(services.library.folder, deep)),
  'settings.backups': (_, { services }) =>
    listBackups(services.library.path('backups')).map(({ name, madeAt, sizeBytes }) => ({ name, madeAt, sizeBytes })),
  'settings.backup': ({ to }, { services, queue }) =>
    queue.beside('no backup was made', () => backUpLibraryAside(services.library.folder, to)),
  'settings.restore': async ({ from }, { services, queue, endAfter }) => {
    // It would stop the deletion and put a database in its place that holds them all, and knows of no deletion.
    queue.refuseBesideErasure('no backup was put back');
    const { folder } = services.library;
    const { backup, setAside } = await endAfter(() => restoreFromBackup(folder, from, new Date()));
    return { backup, setAside };
  },
};

function engineView({
  name,
  available,
  version,
  devices,
  detail,
  remedy,
  selfTest,
}: EngineReport): DoctorView['engines'][number] {
  return {
    name,
    available,
    version,
    devices: devices.map(({ description }) => description),
    detail,
    remedy,
    gflops: selfTest !== null && 'gflops' in selfTest && selfTest.isRight ? selfTest.gflops : null,
  };
}
