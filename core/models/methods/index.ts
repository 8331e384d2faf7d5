/** The methods, by the names that the contract gives them. What differs between methods is read from here; nothing asks for a name. */
import type { Method } from '../../contract/index.ts';
import { adapter } from './adapter.ts';
import { attentive } from './attentive.ts';
import { bitfit } from './bitfit.ts';
import { fpt } from './fpt.ts';
import { fptPlus } from './fpt-plus.ts';
import { full } from './full.ts';
import { linear } from './linear.ts';
import { lora } from './lora.ts';
import { partial } from './partial.ts';
import { promptTuning } from './prompt-tuning.ts';
import { sideOnly } from './side-only.ts';
import type { TrainingMethod } from './training-method.ts';

export const trainingMethods: Readonly<Record<Method, TrainingMethod>> = {
  'fpt+': fptPlus,
  fpt,
  attentive,
  'side-only': sideOnly,
  linear,
  full,
  lora,
  adapter,
  'prompt-tuning': promptTuning,
  bitfit,
  partial,
};
