import type { Words } from '../index.svelte.ts';

export const settings: Words['settings'] = {};
