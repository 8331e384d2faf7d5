/** What every command of the reading room does, whatever pressed it. */
import { type Mark, targetFacts } from '../../../core/contract/index.ts';
import type { Command } from './commands.ts';
import { keys } from './keys.svelte.ts';
import type { Reading } from './reading.svelte.ts';

/** Why a key did nothing: the name of a text in `words.read.nothing`, with what stands in it. */
export type Nothing =
  | { readonly why: 'noClass'; readonly digit: number; readonly classes: number }
  | {
      readonly why:
        | 'noSeries'
        | 'noImage'
        | 'noItem'
        | 'noPatient'
        | 'noUndo'
        | 'noRedo'
        | 'noWalk'
        | 'oneImage'
        | 'nothingMeasured'
        | 'oneViewport';
    };

/** What of the page a command needs besides the room. */
export interface ReadingPage {
  focusComment(): void;
  /** Where the data set asks for a number: to the field for it. */
  focusNumber(): void;
  openHelp(): void;
  /** To the next of the cases that Judge sent, and back to Judge. */
  nextCase(): Promise<void>;
  backToCases(): void;
  /** Whether Judge sent cases. */
  hasCases(): boolean;
  /** A key did nothing: it is said at the images. */
  nothing(why: Nothing): void;
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
    if (list === null) return;
    if (name === undefined) {
      page.nothing({ why: 'noClass', digit, classes: list.classes.length });
      return;
    }
    const { isPerName, hasMarks } = targetFacts[list.target];
    if (hasMarks) await answers.toggle(name, mark);
    else if (isPerName) page.focusNumber();
    else await answers.label(name);
  };
  /** Says why a key did nothing, where it did nothing. */
  const said = (isDone: boolean, why: Exclude<Nothing['why'], 'noClass'>): void => {
    if (!isDone) page.nothing({ why });
  };
  return {
    previousImage: () => said(stage.scroll(-1), 'noImage'),
    nextImage: () => said(stage.scroll(1), 'noImage'),
    previousTen: () => said(stage.scroll(-10), 'noImage'),
    nextTen: () => said(stage.scroll(10), 'noImage'),
    firstImage: () => said(stage.current.goTo(0), 'noImage'),
    lastImage: () => said(stage.current.goTo(stage.current.count - 1), 'noImage'),
    previousSeries: () => said(stage.stepSeries(-1), 'noSeries'),
    nextSeries: () => said(stage.stepSeries(1), 'noSeries'),
    previousViewport: () => said(stage.stepViewport(-1), 'oneViewport'),
    nextViewport: () => said(stage.stepViewport(1), 'oneViewport'),
    reset: () => {
      if (stage.tool === null) stage.current.reset();
      else stage.setTool(null);
    },
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
    maximise: () => said(stage.toggleMaximised(), 'oneViewport'),
    link: () => stage.toggleLink(),
    prior: () => stage.prior.toggle(),
    play: () => said(stage.togglePlaying(), 'oneImage'),
    interpolation: () => keys.nextInterpolation(),
    measureLength: () => stage.setTool(stage.tool === 'length' ? null : 'length'),
    measureAngle: () => stage.setTool(stage.tool === 'angle' ? null : 'angle'),
    removeMeasure: () => said(stage.removeMeasure(), 'nothingMeasured'),
    nextUnlabelled: async () => {
      if (!(await reading.nextUnlabelled())) page.allLabelled();
    },
    previousItem: async () => said(await reading.step(-1), 'noItem'),
    nextItem: async () => said(await reading.step(1), 'noItem'),
    previousPatient: async () => said(await reading.stepPatient(-1), 'noPatient'),
    nextPatient: async () => said(await reading.stepPatient(1), 'noPatient'),
    nextCase: () => (page.hasCases() ? page.nextCase() : said(false, 'noWalk')),
    backToCases: () => (page.hasCases() ? page.backToCases() : said(false, 'noWalk')),
    mode: () => reading.setMode(reading.mode === 'label' ? 'view' : 'label'),
    // What is still being saved can be taken back as soon as it is.
    undo: () => (answers.canUndo || answers.isSaving ? answers.undo() : said(false, 'noUndo')),
    redo: () => (answers.canRedo || answers.isSaving ? answers.redo() : said(false, 'noRedo')),
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
