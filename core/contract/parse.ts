/** Options in, defaults filled, every problem named at once. */
import type { z } from 'zod';
import { AppError } from '../base/errors.ts';

/**
 * The options with defaults filled in.
 * @throws BAD_INPUT naming every wrong option, what was found and what is allowed.
 */
export function parseOptions<S extends z.ZodType>(schema: S, options: unknown): z.output<S> {
  const parsed = schema.safeParse(options);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map((issue) => `${issue.path.join('.') || 'options'}: ${issue.message}`);
  throw new AppError('BAD_INPUT', `Wrong options: ${problems.join('; ')}.`, { details: { problems } });
}
