import type { Words } from '../index.svelte.ts';

export const welcome: Words['welcome'] = {};
