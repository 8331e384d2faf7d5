import type { Words } from '../index.svelte.ts';

export const library: Words['library'] = {};
