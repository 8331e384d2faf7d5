/** What the page must never be able to do, refused for every web contents of the application. */
import { app, type Session, type WebContents } from 'electron';

/** Schemes that stay on this machine. `devtools:` exists only where the developer tools do. */
const localSchemes = new Set(['app:', 'frame:', 'data:', 'blob:', 'devtools:']);

export const pageOrigin = 'app://sidelight';

/** Navigation, new windows, embedded pages: refused. */
export function sealContents(): void {
  app.on('web-contents-created', (_, contents) => {
    contents.on('will-navigate', (event) => event.preventDefault());
    contents.on('will-redirect', (event) => event.preventDefault());
    contents.on('will-attach-webview', (event) => event.preventDefault());
    contents.setWindowOpenHandler(() => ({ action: 'deny' }));
  });
}

/** Permissions refused; every request that would leave the machine is cancelled and counted. */
export function sealSession(session: Session, onBlocked: (count: number) => void): () => number {
  let blocked = 0;
  session.setPermissionRequestHandler((_, __, answer) => answer(false));
  session.setPermissionCheckHandler(() => false);
  session.setDevicePermissionHandler(() => false);
  session.webRequest.onBeforeRequest((details, answer) => {
    const isLocal = localSchemes.has(new URL(details.url).protocol);
    if (!isLocal) {
      blocked += 1;
      onBlocked(blocked);
    }
    answer({ cancel: !isLocal });
  });
  session.on('will-download', (event) => event.preventDefault());
  return () => blocked;
}

/** Whether a message comes from our own page in our own window's main frame. */
export function isOurPage(
  event: {
    readonly senderFrame: { readonly url: string; readonly parent: unknown } | null;
    readonly sender: WebContents;
  },
  ours: WebContents | undefined,
): boolean {
  const { senderFrame, sender } = event;
  return (
    sender === ours &&
    senderFrame !== null &&
    senderFrame.parent === null &&
    new URL(senderFrame.url).origin === new URL(pageOrigin).origin &&
    senderFrame.url.startsWith(`${pageOrigin}/`)
  );
}
