/**
 * The one contract between the window and the other processes. Types, the preload's list of names, the renderer's client, the
 * tables of handlers and the documentation derive from it.
 *
 * A reply is `{ ok: true, value }` or `{ ok: false, error }`: structured clone keeps no more of an Error than its message.
 */
import type { z } from 'zod';
import type { SerialisedError } from '../../base/errors.ts';
import { classifyCalls, classifyEvents } from './classify.ts';
import { comparisonCalls } from './comparison.ts';
import { editingCalls } from './editing.ts';
import { evidenceCalls } from './evidence.ts';
import { jobCalls, jobEvents } from './jobs.ts';
import { judgingCalls } from './judging.ts';
import { labellingCalls } from './labelling.ts';
import { labelCalls } from './labels.ts';
import { labelsFileCalls } from './labels-file.ts';
import { libraryCalls, libraryEvents } from './library.ts';
import { precisionCalls } from './precision.ts';
import { promotionCalls } from './promotion.ts';
import { replayCalls } from './replay.ts';
import { settingsCalls } from './settings.ts';
import { shortcutCalls } from './shortcuts.ts';
import { suspectCalls } from './suspects.ts';
import { trainingCalls } from './training.ts';
import { windowCalls, windowEvents } from './window.ts';

/** Answered by the core process. */
export const coreCalls = {
  ...libraryCalls,
  ...labelCalls,
  ...labelsFileCalls,
  ...labellingCalls,
  ...editingCalls,
  ...jobCalls,
  ...classifyCalls,
  ...settingsCalls,
  ...judgingCalls,
  ...comparisonCalls,
  ...promotionCalls,
  ...shortcutCalls,
  ...replayCalls,
  ...suspectCalls,
  ...evidenceCalls,
  ...trainingCalls,
  ...precisionCalls,
};
/** Answered by the window's main process. */
export const mainCalls = windowCalls;
export const calls = { ...coreCalls, ...mainCalls };
/** Sent by the core process. */
export const coreEvents = { ...libraryEvents, ...jobEvents, ...classifyEvents };
export const events = { ...coreEvents, ...windowEvents };

export type CoreCallName = keyof typeof coreCalls;
export type MainCallName = keyof typeof mainCalls;
export type CallName = keyof typeof calls;
/** What a caller gives: defaults may be left out. */
export type CallInput<N extends CallName> = z.input<(typeof calls)[N]['input']>;
/** What a handler receives: defaults filled in. */
export type CallParsed<N extends CallName> = z.output<(typeof calls)[N]['input']>;
export type CallOutput<N extends CallName> = z.input<(typeof calls)[N]['output']>;
export type EventName = keyof typeof events;
export type CoreEventName = keyof typeof coreEvents;
export type EventPayload<N extends EventName> = z.output<(typeof events)[N]>;
/** Tells the window of an event of the core process. */
export type EmitCoreEvent = <N extends CoreEventName>(name: N, payload: EventPayload<N>) => void;

export type Reply<T = unknown> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly error: SerialisedError };

/** One handler a call of the table: a missing one does not build. `C` is what every handler is given besides its input. */
export type Handlers<N extends CallName, C> = {
  readonly [K in N]: (input: CallParsed<K>, context: C) => CallOutput<K> | Promise<CallOutput<K>>;
};

export * from './demo.ts';
export type { WindowPlace } from './editing.ts';
export * from './evidence.ts';
export { type DisplayWindow, type FrameHeader, frameHeaderSchema } from './frames.ts';
export * from './judging.ts';
export {
  type Agreement,
  agreementSchema,
  type ReadingImage,
  type ReadingItem,
  type ReadingList,
  type ReadingState,
} from './labels.ts';
export * from './model-card.ts';
export {
  type DataCheck,
  type DataFinding,
  type FindingCode,
  findingCodes,
  type TrainingChanges,
  type TrainingOptions,
  trainingOptionsSchema,
} from './training.ts';
export {
  type CoreState,
  type MenuCommand,
  menuCommands,
  type Place,
  type SettingsFile,
  settingsFileSchema,
  themes,
  type WindowSettings,
  windowEngines,
  windowLanguages,
  windowSettingsSchema,
} from './window.ts';
