/** De-identification to PS3.15 Annex E: what other layers use. */
export type { DeidentifyWarning, WarningCode } from './burned-in.ts';
export { type ActionCounts, type DeidentifiedFile, deidentify } from './deidentify.ts';
export { profileEdition } from './generated/profile-table.ts';
export {
  type DateMode,
  type DeidentifyOptions,
  dateModes,
  type KeyedHash,
  methodCodes,
  type RetainOption,
  retainOptions,
} from './options.ts';
export { dateShiftDays, mappedUid, pseudonymOf, shiftedText } from './values.ts';
