/** Where the focus goes when what has it is gone: a reader by ear, or by keys, is else at the top of the page, and is told nothing. */

/**
 * Follows what has the focus now, until something else is given it. Where it leaves the page meanwhile, as a button does with what was deleted by it, the
 * screen is given the focus.
 */
export function followFocus(): void {
  const held = document.activeElement;
  if (!(held instanceof HTMLElement) || held === document.body) return;
  const look = (): void => {
    if (held.isConnected) return;
    leave();
    if (document.activeElement === document.body) focusScreen();
  };
  // An element that is taken out may lose the focus before it is out.
  const blurred = (): void => queueMicrotask(() => (held.isConnected ? leave() : look()));
  const watcher = new MutationObserver(look);
  const leave = (): void => {
    watcher.disconnect();
    held.removeEventListener('blur', blurred);
  };
  watcher.observe(document.body, { childList: true, subtree: true });
  held.addEventListener('blur', blurred);
}

function focusScreen(): void {
  const screen = document.querySelector('main');
  if (screen === null) return;
  // Only as long as it has the focus: a click beside a button is not to give it to the screen.
  screen.tabIndex = -1;
  screen.addEventListener('blur', () => screen.removeAttribute('tabindex'), { once: true });
  screen.focus({ preventScroll: true });
}
