/** Electron's fuses: what its binary can do besides running our archive, burnt off in the binary itself. */
import { FuseState, FuseV1Options, FuseVersion, flipFuses, getCurrentFuseWire } from '@electron/fuses';

/** What each is for stands in docs/packaging.md. A fuse that the binary's version does not know is left out. */
export const fuses: Readonly<Record<number, boolean>> = {
  [FuseV1Options.RunAsNode]: false,
  [FuseV1Options.EnableCookieEncryption]: true,
  [FuseV1Options.EnableNodeOptionsEnvironmentVariable]: false,
  [FuseV1Options.EnableNodeCliInspectArguments]: false,
  [FuseV1Options.EnableEmbeddedAsarIntegrityValidation]: true,
  [FuseV1Options.OnlyLoadAppFromAsar]: true,
  [FuseV1Options.LoadBrowserProcessSpecificV8Snapshot]: false,
  [FuseV1Options.GrantFileProtocolExtraPrivileges]: false,
};

/** Sets every fuse that the binary has. */
export async function setFuses(binary: string): Promise<void> {
  const wire = await getCurrentFuseWire(binary);
  const known = Object.entries(fuses).filter(([fuse]) => {
    const state = wire[Number(fuse) as FuseV1Options];
    return state !== undefined && state !== FuseState.INHERIT && state !== FuseState.REMOVED;
  });
  await flipFuses(binary, { version: FuseVersion.V1, ...Object.fromEntries(known) });
}

/** Names of fuses as the binary has them: true is on. */
export async function readFuses(binary: string): Promise<Readonly<Record<string, boolean>>> {
  const wire = await getCurrentFuseWire(binary);
  const named = Object.keys(fuses).flatMap((fuse) => {
    const state = wire[Number(fuse) as FuseV1Options];
    const name = FuseV1Options[Number(fuse)];
    return state === undefined || name === undefined || state === FuseState.REMOVED
      ? []
      : [[name, state === FuseState.ENABLE] as const];
  });
  return Object.fromEntries(named);
}
