/** The images of a search: what the LPM says of them, and which of them can be read. */
import { AppError } from '../../base/errors.ts';
import type { DatasetVersion, Method, SearchPlan, VersionImage } from '../../contract/index.ts';
import { methodLayers } from '../../models/index.ts';
import { rangeRuleOfVersion } from '../../store/index.ts';
import { featuresOf } from '../features/feature-kinds.ts';
import { prepareTogether } from '../features/read-together.ts';
import type { FeatureRequest, Features } from '../features/source-features.ts';
import type { LibraryLpm } from '../lpm/encoder.ts';
import type { ServiceContext } from '../session/context.ts';

/** What is said where there are not two folds, and what to do then. */
export const noSearch = {
  what: 'No recipe can be searched for',
  action: 'Label more patients, or train with --recipe published, which needs no folds.',
};

/** Who learns and answers in a search. */
export interface ReadImages {
  /** The images of training and validation that can be read. */
  readonly images: readonly VersionImage[];
  /** The fold of each. */
  readonly folds: readonly number[];
  /** The others, by their places in the version. */
  readonly leftOut: NonNullable<SearchPlan['leftOut']>;
}

/** What the LPM says of the images, for each method that is tried. @throws as `prepareTogether` */
export async function prepareAll(
  context: ServiceContext,
  {
    version,
    images,
    lpm,
  }: { readonly version: DatasetVersion; readonly images: readonly VersionImage[]; readonly lpm: LibraryLpm },
  {
    inputSize,
    tokens,
    tokenRatio,
    normalisation,
    precision,
    keptAs,
  }: Pick<FeatureRequest, 'inputSize' | 'tokens' | 'tokenRatio' | 'normalisation' | 'precision' | 'keptAs'>,
  methods: readonly Method[],
): Promise<ReadonlyMap<Method, Features>> {
  const rule = rangeRuleOfVersion(context.library.db, version);
  const prepared = await prepareTogether(
    context,
    { version, images, lpm, inputSize, tokens, tokenRatio, normalisation, precision, keptAs, rule },
    methods.map((method) => ({ layers: methodLayers(lpm.config, method), features: featuresOf(method) })),
  );
  return new Map(methods.map((method, i) => [method, prepared[i] as Features]));
}

/**
 * Those of the images that every method can learn from and answer, each in the fold that it was dealt to.
 * @throws SPLIT_IMPOSSIBLE where they are of one fold: a network that learned from none of them, or that is asked of none, tells nothing
 */
export function readImages(
  dealt: Pick<ReadImages, 'images' | 'folds'>,
  features: ReadonlyMap<Method, Features>,
): ReadImages {
  const { images: all } = dealt;
  const read = [...features.values()].map(({ images }) => new Set(images.map(({ index }) => index)));
  const canRead = ({ index }: VersionImage): boolean => read.every((indexes) => indexes.has(index));
  const folds = dealt.folds.filter((_, i) => canRead(all[i] as VersionImage));
  if (new Set(folds).size < 2) {
    throw new AppError('SPLIT_IMPOSSIBLE', `${noSearch.what}: the images that can be read are all of one fold.`, {
      action: 'Put the files back, or import the folder where they are now; they are recognised by their content.',
    });
  }
  return {
    images: all.filter(canRead),
    folds,
    leftOut: all.flatMap((image) => (canRead(image) ? [] : [image.index])),
  };
}
