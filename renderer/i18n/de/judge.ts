import type { Words } from '../index.svelte.ts';

export const judge: Words['judge'] = {};
