/** Observable Plot as the screens use it, with the colours of the theme. Show what it draws with Plot.svelte. */
export * as Plot from '@observablehq/plot';
export { type PlotColours, plotColours } from './plot-colours.ts';
