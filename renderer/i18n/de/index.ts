import { classify } from './classify.ts';
import { comparison } from './comparison.ts';
import { core } from './core.ts';
import { erasure } from './erasure.ts';
import { evidence } from './evidence.ts';
import { help } from './help.ts';
import { int8 } from './int8.ts';
import { judge } from './judge.ts';
import { labelling } from './labelling.ts';
import { labels } from './labels.ts';
import { library } from './library.ts';
import { promotion } from './promotion.ts';
import { read } from './read.ts';
import { replay } from './replay.ts';
import { round } from './round.ts';
import { settings } from './settings.ts';
import { shell } from './shell.ts';
import { shortcuts } from './shortcuts.ts';
import { suspects } from './suspects.ts';
import { train } from './train.ts';
import { verdict } from './verdict.ts';
import { warnings } from './warnings.ts';
import { welcome } from './welcome.ts';

export const de = {
  core,
  shell,
  welcome,
  library,
  labels,
  labelling,
  int8,
  read,
  train,
  help,
  judge,
  comparison,
  promotion,
  replay,
  shortcuts,
  suspects,
  evidence,
  erasure,
  classify,
  round,
  settings,
  verdict,
  warnings,
} as const;
