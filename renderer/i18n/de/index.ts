import { classify } from './classify.ts';
import { core } from './core.ts';
import { evidence } from './evidence.ts';
import { judge } from './judge.ts';
import { labels } from './labels.ts';
import { library } from './library.ts';
import { promotion } from './promotion.ts';
import { read } from './read.ts';
import { round } from './round.ts';
import { settings } from './settings.ts';
import { shell } from './shell.ts';
import { shortcuts } from './shortcuts.ts';
import { train } from './train.ts';
import { verdict } from './verdict.ts';
import { welcome } from './welcome.ts';

export const de = {
  core,
  shell,
  welcome,
  library,
  labels,
  read,
  train,
  judge,
  promotion,
  shortcuts,
  evidence,
  classify,
  round,
  settings,
  verdict,
} as const;
