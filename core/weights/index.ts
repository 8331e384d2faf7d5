/** Weights on disk: reading, writing and identifying them. */
export { hashingTensors, hashTensors } from './identity.ts';
export { type ModelFolder, openModelFolder } from './model-folder.ts';
export { conversionScript, modelPickles } from './pickle.ts';
export { readSafetensors, type TensorFile, type TensorInfo } from './safetensors.ts';
export type { StoredDType } from './safetensors-header.ts';
export type { SourceTrust } from './source-files.ts';
export { asFloat16, type StorableTensor, writeSafetensors } from './write-safetensors.ts';
