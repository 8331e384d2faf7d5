/** Colours of the theme in use, for marks of Observable Plot. */

export interface PlotColours {
  readonly ink: string;
  readonly muted: string;
  readonly line: string;
  readonly accent: string;
  readonly good: string;
  readonly warning: string;
  readonly bad: string;
  readonly surface: string;
  /** Of classes and curves, told apart with any colour vision; begins again after the last. */
  series(index: number): string;
}

const seriesCount = 7;

/** Read when a plot is drawn: the theme may have changed since. */
export function plotColours(): PlotColours {
  const style = getComputedStyle(document.documentElement);
  const token = (name: string): string => style.getPropertyValue(`--${name}`).trim();
  return {
    ink: token('ink'),
    muted: token('ink-muted'),
    line: token('line'),
    accent: token('accent'),
    good: token('good'),
    warning: token('warning'),
    bad: token('bad'),
    surface: token('surface'),
    series: (index) => token(`series-${(index % seriesCount) + 1}`),
  };
}
