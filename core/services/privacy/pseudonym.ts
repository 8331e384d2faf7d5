/**
 * Pseudonyms by a secret that stays in the library's folder.
 *
 * The same patient gets the same pseudonym in every import and export of one library, and nobody without the secret can find the
 * patient again by trying IDs (an HMAC; a plain hash of an ID is found by counting). Whoever has the library folder has the secret:
 * it belongs under the same protection as the studies.
 */
import { createHmac, randomBytes } from 'node:crypto';
import {
  closeSync,
  constants,
  copyFileSync,
  existsSync,
  fsyncSync,
  linkSync,
  openSync,
  readFileSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { AppError, isDiskFull, isDriveAway, systemError } from '../../base/errors.ts';
import { redact } from '../../base/redact.ts';
import { type KeyedHash, pseudonymOf } from '../../dicom/deidentify/index.ts';
import { removeQuietly } from '../../disk/index.ts';
import { type Library, patientIdOf } from '../../store/index.ts';

const secretName = 'pseudonym.key';
const secretBytes = 32;

/**
 * The library's secret, 32 random bytes, made at first use and readable by its owner only.
 * @throws FILE_UNREADABLE when it is there but damaged (a new one would silently give every patient another name),
 *   DISK_FAILED when the drive does not give it, LIBRARY_READ_ONLY or DISK_FULL when it cannot be made
 */
export function librarySecret(folder: string, link: typeof linkSync = linkSync): Uint8Array {
  return readSecret(folder) ?? makeSecret(folder, link);
}

function readSecret(folder: string): Uint8Array | undefined {
  let text: string;
  try {
    text = readFileSync(join(folder, secretName), 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    if (isDriveAway(error)) throw systemError(error, `the pseudonym secret of the library ${redact(folder)}`);
    throw damaged(folder, error);
  }
  const secret = new Uint8Array(Buffer.from(text.trim(), 'hex'));
  if (secret.length !== secretBytes) throw damaged(folder);
  return secret;
}

function damaged(folder: string, cause?: unknown): AppError {
  return new AppError(
    'FILE_UNREADABLE',
    `The pseudonym secret ${secretName} of the library ${redact(folder)} cannot be read.`,
    {
      action: `Restore ${secretName} from a backup of the library folder; without it, patients would get new pseudonyms.`,
      ...(cause === undefined ? {} : { cause }),
    },
  );
}

/**
 * Written beside its place and linked there, so that it is whole or absent and two processes agree on one. Sticks (exFAT, FAT) and some network shares know
 * no links: there it is copied, which agrees as well.
 */
function makeSecret(folder: string, link: typeof linkSync): Uint8Array {
  const path = join(folder, secretName);
  const part = `${path}.${process.pid}.part`;
  try {
    writeFileSync(part, `${randomBytes(secretBytes).toString('hex')}\n`, { mode: 0o600, flush: true });
    giveOnce(part, path, link);
  } catch (error) {
    // Another process was first: its secret counts.
    if (!isThere(error)) throw notMade(error, folder);
  } finally {
    removeQuietly(part);
  }
  const secret = readSecret(folder);
  if (secret === undefined) throw damaged(folder);
  return secret;
}

function notMade(error: unknown, folder: string): AppError {
  const code = isDiskFull(error) ? 'DISK_FULL' : 'LIBRARY_READ_ONLY';
  return new AppError(code, `The pseudonym secret cannot be written into ${redact(folder)}.`, { cause: error });
}

const isThere = (error: unknown): boolean => (error as NodeJS.ErrnoException).code === 'EEXIST';

/** Gives a file a second name, which nothing may have. @throws EEXIST, and what the system says */
function giveOnce(from: string, to: string, link: typeof linkSync): void {
  try {
    link(from, to);
  } catch (error) {
    if (isThere(error)) throw error;
    copyFileSync(from, to, constants.COPYFILE_EXCL);
    const handle = openSync(to, 'r+');
    try {
      fsyncSync(handle);
    } finally {
      closeSync(handle);
    }
  }
}

/** HMAC-SHA-256 under the secret; the purpose keeps UIDs, patients and dates apart. */
export function keyedHash(secret: Uint8Array): KeyedHash {
  return (purpose, text) => new Uint8Array(createHmac('sha256', secret).update(`${purpose}\0${text}`).digest());
}

/** Whether a key under which a patient is filed is one of our pseudonyms. */
export function isPseudonym(patientKey: string): boolean {
  return /^SL-[0-9A-HJKMNP-TV-Z]{12}$/.test(patientKey);
}

/** How an import names patients and files in the library. */
export interface ImportIdentity {
  /** The key under which a patient is filed. */
  patientKey(key: string): string;
  /** The key of a folder behind a pseudonym that this import gave it; any other key itself. */
  keyBehind(patientKey: string): string;
  /** The place under which a file is noted. */
  place(path: string, member: string): { readonly path: string; readonly member: string };
}

/**
 * The names that an import gives. With `pseudonymised`, patients are filed under the pseudonym that exports give them, and files under
 * a keyed hash of their path, because folders are often named after patients.
 *
 * A patient whom the library knows already keeps the key that is there, whichever way this import asks: filed twice, one person could
 * stand on both sides of a split.
 */
export function importIdentity(library: Library, pseudonymised: boolean): ImportIdentity {
  const known = pseudonymised || existsSync(join(library.folder, secretName));
  return identityWith(library, pseudonymised, known ? keyedHash(librarySecret(library.folder)) : undefined);
}

/** The names that an import would give, without making the secret where there is none: nobody is filed under a pseudonym then. */
export function previewIdentity(library: Library, pseudonymised: boolean): ImportIdentity {
  const secret = readSecret(library.folder);
  return identityWith(library, pseudonymised, secret === undefined ? undefined : keyedHash(secret));
}

function identityWith(library: Library, pseudonymised: boolean, keyed: KeyedHash | undefined): ImportIdentity {
  const behind = new Map<string, string>();
  return {
    patientKey: (key) => {
      if (keyed === undefined) return key;
      const pseudonym = pseudonymOf(key, keyed);
      const isHidden =
        patientIdOf(library.db, pseudonym) !== undefined ||
        (pseudonymised && patientIdOf(library.db, key) === undefined);
      if (isHidden && key.startsWith('folder:')) behind.set(pseudonym, key);
      return isHidden ? pseudonym : key;
    },
    keyBehind: (patientKey) => behind.get(patientKey) ?? patientKey,
    place: (path, member) => {
      if (!pseudonymised || keyed === undefined) return { path, member };
      const hash = Buffer.from(keyed('place', `${path}\0${member}`)).toString('hex');
      return { path: `pseudonymised:${hash}`, member: '' };
    },
  };
}
