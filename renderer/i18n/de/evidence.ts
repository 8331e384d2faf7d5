import type { Words } from '../index.svelte.ts';

export const evidence: Words['evidence'] = {};
