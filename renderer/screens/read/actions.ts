/** What every command of the reading room does, whatever pressed it. */
import type { Command } from './commands.ts';
import type { Reading } from './reading.svelte.ts';

/** What of the page a command needs besides the room. */
export interface ReadingPage {
  focusComment(): void;
  openHelp(): void;
  /** Nothing without a label is left. */
  allLabelled(): void;
}

/** One action a command; what it gives, or throws, is what came of it. */
export function readingActions(reading: Reading, page: ReadingPage): Readonly<Record<Command, () => unknown>> {
  const { stage, answers } = reading;
  const setClass = async (digit: number): Promise<void> => {
    const name = reading.list?.classes[digit - 1];
    if (name !== undefined) await answers.label(name);
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
    mode: () => reading.setMode(reading.mode === 'label' ? 'view' : 'label'),
    undo: () => answers.undo(),
    redo: () => answers.redo(),
    exclude: () => answers.toggleExcluded(),
    comment: () => page.focusComment(),
    class1: () => setClass(1),
    class2: () => setClass(2),
    class3: () => setClass(3),
    class4: () => setClass(4),
    class5: () => setClass(5),
    class6: () => setClass(6),
    class7: () => setClass(7),
    class8: () => setClass(8),
    class9: () => setClass(9),
    help: () => page.openHelp(),
  };
}
