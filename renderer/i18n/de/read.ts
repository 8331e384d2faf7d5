import type { Words } from '../index.svelte.ts';

export const read: Words['read'] = {};
