import type { Words } from '../index.svelte.ts';

export const train: Words['train'] = {};
