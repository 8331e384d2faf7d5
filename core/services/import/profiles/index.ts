/** The profiles, in the order in which documentation and messages name them. */
import { chestXray14, chexpert, covidx, mimicCxr, padchest, rsnaPneumonia, siimCovid, vindrCxr } from './chest.ts';
import { cbisDdsm, rsnaBreast, rsnaHaemorrhage, vindrMammo } from './other.ts';
import { type Profile, profileSchema } from './profile.ts';

export const profiles: readonly Profile[] = [
  chexpert,
  chestXray14,
  mimicCxr,
  padchest,
  rsnaPneumonia,
  rsnaHaemorrhage,
  rsnaBreast,
  vindrCxr,
  vindrMammo,
  cbisDdsm,
  siimCovid,
  covidx,
].map((profile) => profileSchema.parse(profile));
