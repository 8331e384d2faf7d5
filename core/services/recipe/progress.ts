/** Where a search is: the steps of all its trainings, of those that run at once together. */
import { counted } from '../../base/counted.ts';
import type { ReportProgress } from '../../base/progress.ts';
import type { Candidate } from '../../contract/index.ts';

/** Of trainings that run at once, so many recipes are named; the others are counted. */
const named = 2;

/** Tells of the trainings of a search as one piece of work that never goes back. */
export class SearchProgress {
  readonly #report: ReportProgress;
  readonly #rounds: number;
  readonly #running = new Set<RunningTrial>();
  #round = 1;
  #done = 0;
  #total = 0;

  constructor(report: ReportProgress, rounds: number) {
    this.#report = report;
    this.#rounds = rounds;
  }

  /** A round begins, counted from 1, in which so many steps are to be made. */
  begin(round: number, steps: number): void {
    this.#round = round;
    this.#total = this.#done + steps;
  }

  /** So many steps more are to be made. */
  more(steps: number): void {
    this.#total += steps;
  }

  /** A training by this recipe begins. */
  training(recipe: Candidate): RunningTrial {
    const trial: RunningTrial = {
      recipe,
      now: 0,
      // Whole epochs may be some steps more than were planned.
      step: (now) => {
        trial.now = Math.min(now, recipe.steps);
        this.#tell();
      },
      end: () => {
        trial.step(recipe.steps);
        this.#running.delete(trial);
        this.#done += recipe.steps;
      },
    };
    this.#running.add(trial);
    return trial;
  }

  #tell(): void {
    const running = [...this.#running];
    this.#report({
      stage: 'searching',
      done: this.#done + running.reduce((sum, { now }) => sum + now, 0),
      total: this.#total,
      unit: 'steps',
      note: `round ${this.#round} of ${this.#rounds}, ${told(running.map(({ recipe }) => recipe))}`,
    });
  }
}

/** A training that runs. */
export interface RunningTrial {
  readonly recipe: Candidate;
  /** Steps that it has made. */
  now: number;
  step(now: number): void;
  end(): void;
}

function told(recipes: readonly Candidate[]): string {
  const nameOf = ({ method, learningRate }: Candidate): string => `${method} at ${learningRate}`;
  const [first] = recipes;
  if (first !== undefined && recipes.length === 1) {
    return `${nameOf(first)}, ${counted('en', first.steps, 'step', 'steps')}`;
  }
  const names = [...new Set(recipes.map(nameOf))];
  const others = names.length > named ? ` and ${counted('en', names.length - named, 'other', 'others')}` : '';
  return `${recipes.length} trainings at once: ${names.slice(0, named).join(', ')}${others}`;
}
