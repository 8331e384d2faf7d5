/**
 * Looks at a TensorFlow build in a process of its own and prints what it found as JSON.
 *
 * Loading the library may kill a process (a processor without AVX, a driver that does not fit); then only this one dies
 * and its end is the answer.
 */
import { loadBinding } from '../tensorflow.ts';
import type { ProbeAnswer } from './state.ts';

const [packageFolder] = process.argv.slice(2);
if (import.meta.main && packageFolder) {
  const binding = loadBinding(packageFolder, { device: 'auto', threads: 1 });
  const answer: ProbeAnswer = { version: binding.TF_Version, hasGpu: binding.isUsingGpuDevice() };
  console.log(JSON.stringify(answer));
}
