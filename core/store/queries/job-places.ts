/** Where jobs read and write, apart from their settings: paths are often named after patients. */
import { redact, redactName, redactPaths } from '../../base/redact.ts';
import type { ReadDb, WriteDb } from '../database.ts';

/** Keys of payloads and results whose values are paths. */
const placeFields = ['paths', 'path', 'labels', 'out', 'pseudonyms', 'folder', 'report'] as const;
/** What a finished job still tells: where its result is. */
const keptAfterSuccess = 'out';

type Fields = Readonly<Record<string, unknown>>;

interface Place {
  readonly field: string;
  readonly position: number;
  readonly path: string;
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** `value` with every path shortened to its last three characters, and the paths. */
export function withoutPlaces(value: unknown): { readonly value: unknown; readonly places: readonly Place[] } {
  if (!isFields(value)) return { value, places: [] };
  const places: Place[] = [];
  const kept = Object.entries(value).map(([field, content]): [string, unknown] => {
    if (!placeFields.some((name) => name === field)) return [field, content];
    if (typeof content === 'string') {
      places.push({ field, position: 0, path: content });
      return [field, redact(content)];
    }
    if (!Array.isArray(content) || !content.every((path) => typeof path === 'string')) return [field, content];
    content.forEach((path, position) => {
      places.push({ field, position, path });
    });
    return [field, content.map(redact)];
  });
  return { value: Object.fromEntries(kept), places };
}

/** The whole of a stored payload or result: its paths are put back where they are still known. */
export function withPlaces(db: ReadDb, jobId: number, value: unknown): unknown {
  if (!isFields(value)) return value;
  const places = db.all<Place>('SELECT field, position, path FROM job_places WHERE job_id = :jobId ORDER BY position', {
    jobId,
  });
  const of = (field: string): string[] => places.filter((place) => place.field === field).map((place) => place.path);
  return Object.fromEntries(
    Object.entries(value).map(([field, content]) => {
      const paths = of(field);
      if (paths.length === 0) return [field, content];
      return [field, Array.isArray(content) ? paths : paths[0]];
    }),
  );
}

/** A message without the paths that it may name, as the user typed them or as the job's own places or files of that name. */
export function messageWithoutPlaces(db: ReadDb, jobId: number, message: string): string {
  const places = db.all<{ path: string }>('SELECT path FROM job_places WHERE job_id = :jobId', { jobId });
  const whole = places.reduce((text, { path }) => text.replaceAll(path, redact(path)), message);
  const names = places.map(({ path }) => path.split(/[\\/]/).findLast((part) => part !== '') ?? '');
  return redactPaths(names.filter((name) => name !== '').reduce(redactName, whole));
}

/** Notes the places of a job. */
export function savePlaces(db: WriteDb, jobId: number, places: readonly Place[]): void {
  for (const place of places) {
    db.run(
      'INSERT OR REPLACE INTO job_places (job_id, field, position, path) VALUES (:jobId, :field, :position, :path)',
      { jobId, ...place },
    );
  }
}

/** Forgets what a job that succeeded has read; nobody will run it again. */
export function forgetPlacesRead(db: WriteDb, jobId: number): void {
  db.run('DELETE FROM job_places WHERE job_id = :jobId AND field <> :kept', { jobId, kept: keptAfterSuccess });
}
