/** What every command of the reading room does, whatever pressed it. */
import { type Mark, targetFacts } from '../../../core/contract/index.ts';
import type { Command } from './commands.ts';
import type { Reading } from './reading.svelte.ts';

/** What of the page a command needs besides the room. */
export interface ReadingPage {
  focusComment(): void;
  /** Where the data set asks for a number: to the field for it. */
  focusNumber(): void;
  openHelp(): void;
  /** To the next of the cases that Judge sent, and back to Judge. */
  nextCase(): Promise<void>;
  backToCases(): void;
  /** Nothing without a label is left. */
  allLabelled(): void;
}

/** One action a command; what it gives, or throws, is what came of it. */
export function readingActions(reading: Reading, page: ReadingPage): Readonly<Record<Command, () => unknown>> {
  const { stage, answers } = reading;
  /** Says the class with a digit, or what a mark says of the finding with it. */
  const answer = async (digit: number, mark: Mark): Promise<void> => {
    const { list } = reading;
    const name = list?.classes[digit - 1];
    if (list === null || name === undefined) return;
    const { isPerName, hasMarks } = targetFacts[list.target];
    if (hasMarks) await answers.toggle(name, mark);
    else if (isPerName) page.focusNumber();
    else await answers.label(name);
  };
  return {
    previousImage: () => stage.scroll(-1),
    nextImage: () => stage.scroll(1),
    previousTen: () => stage.scroll(-10),
    nextTen: () => stage.scroll(10),
    firstImage: () => stage.current.goTo(0),
    lastImage: () => stage.current.goTo(stage.current.count - 1),
    previousSeries: () => stage.stepSeries(-1),
    nextSeries: () => stage.stepSeries(1),
    previousViewport: () => stage.stepViewport(-1),
    nextViewport: () => stage.stepViewport(1),
    reset: () => stage.current.reset(),
    fit: () => stage.current.fit(),
    zoomIn: () => stage.current.zoomBy(1.25),
    zoomOut: () => stage.current.zoomBy(0.8),
    invert: () => stage.current.invert(),
    rotateRight: () => stage.current.rotate(90),
    rotateLeft: () => stage.current.rotate(-90),
    flipHorizontally: () => stage.current.flipHorizontally(),
    flipVertically: () => stage.current.flipVertically(),
    overlay: () => stage.toggleOverlay(),
    layout: () => stage.nextLayout(),
    maximise: () => stage.toggleMaximised(),
    link: () => stage.toggleLink(),
    nextUnlabelled: async () => {
      if (!(await reading.nextUnlabelled())) page.allLabelled();
    },
    previousItem: () => reading.step(-1),
    nextItem: () => reading.step(1),
    previousPatient: () => reading.stepPatient(-1),
    nextPatient: () => reading.stepPatient(1),
    nextCase: () => page.nextCase(),
    backToCases: () => page.backToCases(),
    mode: () => reading.setMode(reading.mode === 'label' ? 'view' : 'label'),
    undo: () => answers.undo(),
    redo: () => answers.redo(),
    exclude: () => answers.toggleExcluded(),
    comment: () => page.focusComment(),
    class1: () => answer(1, 'present'),
    class2: () => answer(2, 'present'),
    class3: () => answer(3, 'present'),
    class4: () => answer(4, 'present'),
    class5: () => answer(5, 'present'),
    class6: () => answer(6, 'present'),
    class7: () => answer(7, 'present'),
    class8: () => answer(8, 'present'),
    class9: () => answer(9, 'present'),
    absent1: () => answer(1, 'absent'),
    absent2: () => answer(2, 'absent'),
    absent3: () => answer(3, 'absent'),
    absent4: () => answer(4, 'absent'),
    absent5: () => answer(5, 'absent'),
    absent6: () => answer(6, 'absent'),
    absent7: () => answer(7, 'absent'),
    absent8: () => answer(8, 'absent'),
    absent9: () => answer(9, 'absent'),
    uncertain1: () => answer(1, 'uncertain'),
    uncertain2: () => answer(2, 'uncertain'),
    uncertain3: () => answer(3, 'uncertain'),
    uncertain4: () => answer(4, 'uncertain'),
    uncertain5: () => answer(5, 'uncertain'),
    uncertain6: () => answer(6, 'uncertain'),
    uncertain7: () => answer(7, 'uncertain'),
    uncertain8: () => answer(8, 'uncertain'),
    uncertain9: () => answer(9, 'uncertain'),
    help: () => page.openHelp(),
  };
}
