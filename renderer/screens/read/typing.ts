/** Who types, and who waits for the keys to be those of the reading room again. */

/** Whether a text field of the page has the focus. */
export function isTyping(): boolean {
  return document.activeElement?.matches('input:not([type="checkbox"], [type="radio"]), textarea') === true;
}

/**
 * Gives the keys to the images after what was waited for, unless somebody has begun to type elsewhere meanwhile: the rest of their words would be
 * keys that label and exclude.
 * @param from the field that was typed in before, which may be gone
 */
export function leaveFor(toImages: () => void, from: Element | null = null): void {
  if (document.activeElement === from || !isTyping()) toImages();
}
