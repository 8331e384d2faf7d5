/**
 * The inverse power law by which a figure such as an AUC grows with the number of patients that a model learned from: ceiling − drop · (n / n₀)^(−rate).
 *
 * Source: Figueroa, Zeng-Treitler, Kandula and Ngo, BMC Medical Informatics and Decision Making 2012;12:8, whose weights, which grow with the number of
 * examples, are taken: figures of models that learned from few vary more, and how the curve begins matters less for how it goes on.
 */

/** How often a model learned from so many patients, and the figure that came of it. */
export interface CurvePoint {
  readonly patients: number;
  readonly value: number;
}

/** A fitted law: `ceiling` − `drop` · (patients / `unit`)^(−`rate`). */
export interface PowerLaw {
  /** What is approached with ever more patients; an AUC is at most 1. */
  readonly ceiling: number;
  /** How far below that the figure lies at `unit` patients; not negative, since more patients do no harm. */
  readonly drop: number;
  readonly rate: number;
  readonly unit: number;
}

/** Points that a law needs: it has three numbers. */
export const fewestPoints = 3;

/**
 * The rates that are tried. Learning curves were found to fall by rates of some 0.1 to 1 and more; a slower one is no law but a line, a faster one is a
 * step.
 */
const rates = Array.from({ length: 46 }, (_, i) => 0.1 * 20 ** (i / 45));

/**
 * The law that fits `points` best, by weighted least squares; null with fewer than three different numbers of patients.
 * A curve that falls is fitted by a law that stands still.
 */
export function fitPowerLaw(points: readonly CurvePoint[]): PowerLaw | null {
  if (new Set(points.map(({ patients }) => patients)).size < fewestPoints) return null;
  const unit = Math.max(...points.map(({ patients }) => patients));
  let best: PowerLaw | null = null;
  let least = Number.POSITIVE_INFINITY;
  for (const rate of rates) {
    const law = atRate(points, unit, rate);
    const error = points.reduce(
      (sum, point) => sum + point.patients * (point.value - valueAt(law, point.patients)) ** 2,
      0,
    );
    if (error < least - 1e-15) [best, least] = [law, error];
  }
  return best;
}

/** The figure that a law expects of a model that learned from so many patients. */
export function valueAt({ ceiling, drop, rate, unit }: PowerLaw, patients: number): number {
  return ceiling - drop * (patients / unit) ** -rate;
}

/** Weighted least squares for one rate: a straight line of n^(−rate), within its bounds. */
function atRate(points: readonly CurvePoint[], unit: number, rate: number): PowerLaw {
  let [w, wx, wy, wxx, wxy] = [0, 0, 0, 0, 0];
  for (const { patients, value } of points) {
    const x = (patients / unit) ** -rate;
    w += patients;
    wx += patients * x;
    wy += patients * value;
    wxx += patients * x * x;
    wxy += patients * x * value;
  }
  const drop = -(w * wxy - wx * wy) / (w * wxx - wx * wx);
  if (!(drop > 0)) return { ceiling: wy / w, drop: 0, rate, unit };
  const ceiling = (wy + drop * wx) / w;
  // Beyond the highest figure there is the line through it that fits best.
  return ceiling <= 1 ? { ceiling, drop, rate, unit } : { ceiling: 1, drop: (wx - wxy) / wxx, rate, unit };
}
