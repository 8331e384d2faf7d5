/** JSON columns, read through the schemas of what was written: a row that holds something else is named, never believed. */
import type { z } from 'zod';
import { AppError } from '../base/errors.ts';
import { type WeightLayout, weightLayoutSchema, weightLayoutVersion } from '../contract/index.ts';

/**
 * The value of a JSON column.
 * @param what names the row and the column in the error: `the settings of run-3`
 * @throws DB_DAMAGED naming each field that is not as the schema has it
 */
export function readJson<S extends z.ZodType>(schema: S, text: string, what: string): z.output<S> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new AppError('DB_DAMAGED', `In the library ${what} cannot be read: it is no JSON.`, { cause });
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map((issue) => `${[...issue.path, ''].join('.')} ${issue.message}`.trim());
  throw new AppError('DB_DAMAGED', `In the library ${what} cannot be read: ${problems.join('; ')}.`, {
    details: { problems },
  });
}

/** The columns of a stored layout; both null where there is none. */
export interface LayoutColumns {
  readonly version: number | null;
  readonly entries: string | null;
}

/**
 * The layout that stored weights carry.
 * @param what names their owner in the error: `model "x"`
 * @throws WEIGHTS_INVALID when they carry none or one of another version; DB_DAMAGED when it cannot be read
 */
export function readLayout({ version, entries }: LayoutColumns, what: string): WeightLayout {
  if (version === null || entries === null) {
    throw new AppError(
      'WEIGHTS_INVALID',
      `The weights of ${what} have no list of parameters, so nothing says which number is which.`,
      { action: 'Train again under another name.' },
    );
  }
  if (version !== weightLayoutVersion) {
    throw new AppError(
      'WEIGHTS_INVALID',
      `The weights of ${what} are of layout version ${version}; this Sidelight reads version ${weightLayoutVersion}.`,
      {
        action: 'Open the library with a newer Sidelight, or train again under another name.',
        details: { found: version, allowed: weightLayoutVersion },
      },
    );
  }
  return readJson(weightLayoutSchema, `{"version":${version},"entries":${entries}}`, `the layout of ${what}`);
}
