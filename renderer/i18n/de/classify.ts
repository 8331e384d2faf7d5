import type { Words } from '../index.svelte.ts';

export const classify: Words['classify'] = {};
