/**
 * Looks at a TensorFlow build in a process of its own and prints what it found as JSON.
 *
 * Loading the library may kill a process (a processor without AVX, a driver that does not fit); then only this one dies
 * and its end is the answer.
 */
import { loadBinding } from '../tensorflow.ts';

export interface ProbeAnswer {
  readonly version: string;
  /** A CUDA device answered, and TensorFlow will compute on it. */
  readonly hasGpu: boolean;
}

const [packageFolder] = process.argv.slice(2);
if (import.meta.main && packageFolder) {
  const binding = loadBinding(packageFolder, { device: 'auto', threads: 1 });
  const answer: ProbeAnswer = { version: binding.TF_Version, hasGpu: binding.isUsingGpuDevice() };
  console.log(JSON.stringify(answer));
}
