/**
 * A deeper network from a trained shallow one, computing exactly the same.
 *
 * Four blocks cost a third of twelve, and what pre-training learns first, to see fine detail in a patch, needs no depth. So
 * the first sitting trains few blocks. Each of the deeper network's blocks is then a copy of the trained block at the same
 * relative depth; the first copy works as before, and the others start silent: the projections that write to the tokens
 * are zero, while queries, keys and values are the trained ones. Training wakes them (Gong et al., "Efficient training
 * of BERT by progressively stacking", ICML 2019, with silent copies so that nothing is lost at the seam).
 */
import type { Entry } from './layout.ts';
import type { PretrainNetwork } from './network.ts';

const blockName = /^(.*\.)?(\d+)(\..*)$/;

/**
 * Parameters of `deep`, [deep.total].
 * @param params of the trained network; may end before its last heads, as those of a time when there were fewer
 * @param starting values for what `params` lacks, [deep.total]
 * @param layers blocks of the shallow and of the deep network
 */
export function growParameters(
  shallow: PretrainNetwork,
  params: Float32Array,
  deep: PretrainNetwork,
  starting: Float32Array,
  layers: { readonly shallow: number; readonly deep: number },
): Float32Array {
  const entries = new Map(shallow.entries.map((entry) => [entry.name, entry] as const));
  const grown = new Float32Array(deep.total);
  for (const entry of deep.entries) {
    const source = sourceOf(entry, layers);
    const from = entries.get(source.name) as Entry;
    if (from.offset + from.size > params.length)
      grown.set(starting.subarray(entry.offset, entry.offset + entry.size), entry.offset);
    else if (!source.isSilent) grown.set(params.subarray(from.offset, from.offset + from.size), entry.offset);
  }
  return grown;
}

/** Where an entry's values come from; `isSilent` where they start at zero. */
function sourceOf(
  { name }: Entry,
  { shallow, deep }: { readonly shallow: number; readonly deep: number },
): { readonly name: string; readonly isSilent: boolean } {
  const found = blockName.exec(name);
  if (found === null) return { name, isSilent: false };
  const [, prefix = '', index, part = ''] = found;
  const trained = Math.floor((Number(index) * shallow) / deep);
  const isFirst = Number(index) === Math.ceil((trained * deep) / shallow);
  return { name: `${prefix}${trained}${part}`, isSilent: !isFirst && /^\.(o|fc2)\./.test(part) };
}
