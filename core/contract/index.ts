/** The contract: closed lists, rows, options and reports that every part of the program speaks. */

export * from './class-names.ts';
export * from './devices.ts';
export * from './ids.ts';
export * from './ipc/index.ts';
export * from './jobs.ts';
export * from './label-reading.ts';
export * from './labels-file.ts';
export * from './labels-preview.ts';
export * from './marks.ts';
export * from './names.ts';
export * from './notice.ts';
export * from './option-field.ts';
export * from './options.ts';
export * from './parse.ts';
export * from './positive-class.ts';
export * from './problems.ts';
export * from './promotion.ts';
export * from './recipe.ts';
export * from './records.ts';
export * from './reports.ts';
export * from './shortcuts.ts';
export * from './split-words.ts';
export * from './targets.ts';
export * from './verdict.ts';
export * from './verdict-words.ts';
export * from './weight-layout.ts';
