/**
 * The two addresses that the page may load from: `app://sidelight/` is the built page, `frame://sidelight/` is pictures
 * made by the core. Neither is a file address, so the page has no more rights than any web page.
 */
import { readFile } from 'node:fs/promises';
import { extname, join, normalize, sep } from 'node:path';
import { protocol } from 'electron';
import { serialiseError } from '../../core/base/errors.ts';
import { frameScheme } from '../../core/contract/frame-address.ts';
import type { CoreProcess } from './core-process.ts';
import { pageOrigin } from './security.ts';

/** Nothing is allowed but what is named: our own files and pictures, WebAssembly, no inline script, no evaluation. */
export const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "style-src 'self'",
  "img-src 'self' frame: data: blob:",
  "font-src 'self'",
  "connect-src 'self' frame:",
  "worker-src 'self' blob:",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "object-src 'none'",
].join('; ');

const contentTypes: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.json': 'application/json',
  '.wasm': 'application/wasm',
  '.woff2': 'font/woff2',
};

/** Must be called before the application is ready. */
export function declareProtocols(): void {
  const privileges = { standard: true, secure: true, supportFetchAPI: true, corsEnabled: true, stream: true };
  protocol.registerSchemesAsPrivileged([
    { scheme: 'app', privileges },
    { scheme: frameScheme, privileges },
  ]);
}

/** The file of the built page that an address names; null for any that leaves its folder. */
function pageFile(page: string, { host, pathname }: URL): string | null {
  if (host !== new URL(pageOrigin).host) return null;
  let name: string;
  try {
    name = decodeURIComponent(pathname);
  } catch {
    return null; // Half a character.
  }
  const file = normalize(join(page, name === '/' ? 'index.html' : name));
  return file.startsWith(page + sep) && !name.includes('\0') ? file : null;
}

export function serveProtocols(page: string, core: CoreProcess): void {
  protocol.handle('app', async (request) => {
    const file = pageFile(page, new URL(request.url));
    const type = file === null ? undefined : contentTypes[extname(file)];
    if (file === null || type === undefined) return new Response(null, { status: 404 });
    try {
      return new Response(await readFile(file), {
        headers: {
          'content-type': type,
          'content-security-policy': contentSecurityPolicy,
          'x-content-type-options': 'nosniff',
          'cross-origin-opener-policy': 'same-origin',
        },
      });
    } catch {
      return new Response(null, { status: 404 });
    }
  });
  protocol.handle(frameScheme, async (request) => {
    const { host, pathname, search } = new URL(request.url);
    if (host !== new URL(pageOrigin).host) return new Response(null, { status: 404 });
    const allow = { 'access-control-allow-origin': 'app://sidelight', 'access-control-expose-headers': '*' };
    try {
      const { bytes, contentType, headers } = await core.asset(pathname + search);
      return new Response(bytes as Uint8Array<ArrayBuffer>, {
        headers: { ...headers, ...allow, 'content-type': contentType, 'cache-control': 'no-store' },
      });
    } catch (error) {
      return Response.json(serialiseError(error), { status: 404, headers: allow });
    }
  });
}
