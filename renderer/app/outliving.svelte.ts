/** State of a screen whose calls to the core may still be on their way when the screen is left. */

/**
 * What `make` gives, with every `$derived` in it still answering after the screen that asked for it is gone. Derived values belong to the component
 * that is being set up when they are made; once it is destroyed they keep what they last held and Svelte warns. A method that goes on after an `await`
 * would then decide by a stale value. Nothing has to be let go of: derived values that nobody watches hold no effect.
 */
export function outliving<T>(make: () => T): T {
  let made: { readonly value: T } | null = null;
  $effect.root(() => {
    made = { value: make() };
  });
  return (made as unknown as { readonly value: T }).value;
}
