/** What a reader of figures must know about findings: which of them cannot be judged, and what uncertain marks count as. */
import { type MetricsBlock, type ModelRecord, type UnjudgedReason, unjudgedWords } from '../../contract/index.ts';

/** Sentences for a report; none for a model that has no findings. */
export function findingWarnings(
  { uncertain, findings }: Pick<ModelRecord, 'uncertain' | 'findings'>,
  { perClass }: Pick<MetricsBlock, 'perClass'>,
): string[] {
  const names = (reason: UnjudgedReason): string[] =>
    perClass.filter((own) => own.unjudged === reason).map(({ name }) => `“${name}”`);
  const unjudged = (Object.keys(unjudgedWords) as UnjudgedReason[]).flatMap((reason) => {
    const own = names(reason);
    return own.length === 0
      ? []
      : [`Cannot be judged, and is in no mean: ${own.join(', ')} (${unjudgedWords[reason]}).`];
  });
  if (findings.length === 0 || uncertain === 'unknown') return unjudged;
  return [`Marks of “uncertain” count as ${uncertain}, as this model was trained.`, ...unjudged];
}
