/**
 * What may be said beside `--again`, `--on` and `--resume`. They take the settings of a model or a run, so that another setting given with
 * them would count for nothing: `train mammo --again mammo-1 --lr 1e-3` trained with the rate of mammo-1, and said nothing.
 */
import { type OptionTable, UsageError } from './command.ts';

const besides = {
  again: { says: 'takes the settings of the model', allowed: ['name'] },
  on: { says: 'takes the settings of the model', allowed: ['name', 'epochs'] },
  resume: { says: 'goes on with the settings that the run began with', allowed: ['positive'] },
} as const satisfies Readonly<Record<string, { readonly says: string; readonly allowed: readonly string[] }>>;

/** @throws UsageError naming every option that would count for nothing beside one of the three */
export function refuseUncounted(options: OptionTable, given: ReadonlySet<string>): void {
  for (const [way, { says, allowed }] of Object.entries(besides)) {
    if (!given.has(way)) continue;
    const counted: readonly string[] = [way, ...allowed];
    const others = Object.keys(options)
      .filter((name) => given.has(name) && !counted.includes(name))
      .map((name) => flagOf(options, name));
    if (others.length === 0) continue;
    const [them, they] = others.length === 1 ? ['it', 'it'] : ['them', 'they'];
    throw new UsageError(
      `${flagOf(options, way)} ${says}; ${others.join(', ')} would count for nothing: leave ${them} out, or train without ${flagOf(options, way)} where ${they} should count.`,
    );
  }
}

const flagOf = (options: OptionTable, name: string): string => options[name]?.flags.split(' ')[0] ?? name;
