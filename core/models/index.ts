/** Models: what LPMs and trained networks are, as graphs; nothing here runs them. */
export { buildLpmEncoder, type EncoderOptions } from './encoder.ts';
export { defaultScoreBudget, type TokenScore } from './encoder-attention.ts';
export { outputParts } from './encoder-outputs.ts';
export { encoderWeights } from './encoder-weights.ts';
export { buildEvidence, type EvidenceMap, evidenceMap, type NoAttention, noAttention } from './evidence.ts';
export { findTower, placesOf } from './find-tower.ts';
export { checkInputSize, defaultInputSize, inputSizeLimits, sideImageSize } from './input-size.ts';
export { int8Encoder, int8Weights, type QuantisedMatrix, quantiseColumns } from './int8-encoder.ts';
export {
  biasedParts,
  hasClassToken,
  keptTokens,
  type LpmConfig,
  type Naming,
  namings,
  otherActivations,
  otherSummaries,
  type PlainVitSizes,
  type PositionRule,
  plainVit,
  type TensorList,
  type TokenCounts,
  tokenCounts,
} from './lpm-config.ts';
export { lpmFamilies, titleOf } from './lpm-families.ts';
export { trainingMethods } from './methods/index.ts';
export {
  type LayerChoice,
  type LpmFeatures,
  type NetworkInput,
  type NetworkInputs,
  type TrainingMethod,
  usualRate,
} from './methods/training-method.ts';
export { type KeptDType, meanOf, memberLogits, networkInputs, networkLogits } from './network.ts';
export { memberCount, memberOf, type NetworkConfig, withMembers } from './network-config.ts';
export {
  initialiseParameters,
  joinMembers,
  type ParameterEntry,
  type ParameterLayout,
  type ParameterValues,
  packParameters,
  parameterLayout,
  parameterOf,
  shapeParameters,
  sliceParameters,
  splitMembers,
  unpackParameters,
} from './parameters.ts';
export { positionEmbedding } from './position-embedding.ts';
export { type ModelFiles, preparedSize } from './preprocessing-files.ts';
export {
  checkedSizes,
  dropoutMaskShape,
  extractedLayers,
  keysValuesBytes,
  methodLayers,
  type NetworkOptions,
  networkConfig,
  readsImage,
} from './preset.ts';
export { type LpmConfigOptions, parseLpmConfig } from './read-lpm-config.ts';
export { largestOf, type StoredInput, storedInputs } from './stored-inputs.ts';
export { arrangeWeights, type NamedShape, namedShapes } from './stored-weights.ts';
export {
  type CanonicalTensor,
  canonicalReader,
  canonicalShapes,
  canonicalTensors,
  hubName,
  identityFacts,
  leftTensors,
  type TensorReader,
} from './tensor-names.ts';
