/** Which cases belong to which subgroup, as far as the library knows anything that tells them apart. */
import { type SubgroupAttribute, subgroupAttributes } from '../../contract/index.ts';
import { type EvaluatedImage, factsOfInstances, type InstanceFacts, type ReadDb } from '../../store/index.ts';

/** Beyond this many values an attribute is a list, not a subgroup. */
const mostValues = 12;

const attributeOf: Readonly<Record<SubgroupAttribute, (facts: InstanceFacts) => string>> = {
  modality: (facts) => facts.modality ?? '',
  // Devices of one maker write its name in large and small letters, and so do sites with theirs.
  manufacturer: (facts) => facts.manufacturer?.toUpperCase() ?? '',
  device: (facts) => facts.device?.toUpperCase() ?? '',
  institution: (facts) => facts.institution?.toUpperCase() ?? '',
  sex: (facts) => facts.patientSex ?? '',
  age: (facts) => ageBand(facts.ageYears),
};

/** Bands of 20 years, as registries print them. */
export function ageBand(years: number | null): string {
  if (years === null) return '';
  const low = Math.floor(Math.max(0, years) / 20) * 20;
  return low >= 80 ? '80+' : `${low}–${low + 19}`;
}

/** The cases that have one value of an attribute. */
export interface CaseGroup {
  readonly attribute: SubgroupAttribute;
  /** Empty where it is not known. */
  readonly value: string;
  /** Which of the cases. */
  readonly rows: readonly number[];
}

/**
 * The subgroups of cases, given as the images behind each; by attribute, values in alphabetical order. An attribute that has one value only is
 * left out: it says nothing. A case whose images differ belongs to all their values together ("DX + MG").
 */
export function caseGroups(
  db: ReadDb,
  members: readonly (readonly Pick<EvaluatedImage, 'instanceId'>[])[],
): CaseGroup[] {
  const facts = factsOfInstances(
    db,
    members.flatMap((images) => images.map(({ instanceId }) => instanceId)),
  );
  return subgroupAttributes.flatMap((attribute) => {
    const valueOfCase = (images: (typeof members)[number]): string => {
      const values = images.map(({ instanceId }) => {
        const found = facts.get(instanceId);
        return found === undefined ? '' : attributeOf[attribute](found);
      });
      // A study of several devices belongs to all of them, not to that of its first image.
      return [...new Set(values)].sort().join(' + ');
    };
    const byValue = Map.groupBy(members.keys(), (row) => valueOfCase(members[row] ?? []));
    if (byValue.size < 2 || byValue.size > mostValues) return [];
    return [...byValue].sort(([a], [b]) => a.localeCompare(b)).map(([value, rows]) => ({ attribute, value, rows }));
  });
}
