/** From a case of Judge to Read: the cases that are listed with it, to go through one after the other, and the way back. */
import type { JudgedCase } from '../../../core/contract/index.ts';
import { call } from '../../app/client.ts';
import { type CaseWalk, type JudgePlace, navigation } from '../../app/navigation.svelte.ts';
import type { JudgeState } from './judge.svelte.ts';

/** As many as a call gives at once. */
const atOnce = 200;

/** Opens a listed case in the model's own data set, with all that are listed behind it. */
export async function walkFrom(judge: JudgeState, dataset: string, position: number): Promise<void> {
  // Of the list that was pressed, whatever the slider or the matrix says by now: its places are other patients in another list.
  const question = judge.casesAsked;
  if (question === null) return;
  const { classes } = judge;
  const place = judge.placeAt(position);
  const { choice } = place;
  const { model, split } = judge;
  const found: JudgedCase[] = [];
  for (;;) {
    const { total, cases } = await call('judge.cases', { ...question, offset: found.length, limit: atOnce });
    found.push(...cases);
    if (cases.length === 0 || found.length >= total) break;
  }
  const walk: CaseWalk = {
    cases: found.map(({ studyId, instanceId, frame, truth, decision }) => ({
      ...{ studyId, instanceId, frame },
      truth: classes[truth] ?? '',
      answer: classes[decision] ?? '',
    })),
    position,
    isWrong: choice.kind === 'mistakes' || choice.truth !== choice.decision,
    back: { model, split, place },
  };
  open(dataset, walk);
}

/** Opens a case of a model of numbers, with those behind it that are further off than the others. */
export function walkNumbers(judge: JudgeState, dataset: string, cases: CaseWalk['cases'], position: number): void {
  const { model, split } = judge;
  open(dataset, { cases, position, isWrong: false, back: { model, split, place: judge.placeAt(position) } });
}

function open(dataset: string, walk: CaseWalk): void {
  const at = walk.cases[walk.position];
  navigation.open('read', { dataset, walk, ...(at === undefined ? {} : { at }) });
}

/** Brings the case into view that was looked at last, and its button under the keys. */
export function showPlace({ position }: JudgePlace): void {
  const row = document.querySelector(`[data-case="${position}"]`);
  row?.scrollIntoView({ block: 'center' });
  row?.querySelector('button')?.focus({ preventScroll: true });
}
