/** Work of a button that is under way is not begun again. */

/**
 * `work`, which is not begun while what it gave before is a promise that has not settled. A second click that comes before the first has its answer
 * would queue a training twice, or look at the test cases twice. Work that fails may be tried again.
 * @param tell told when presses begin to do nothing, and when they count again, so that it can be seen
 */
export function onceAtATime<A extends readonly unknown[]>(
  work: (...args: A) => unknown,
  tell: (isUnderWay: boolean) => void = () => {},
): (...args: A) => void {
  let isUnderWay = false;
  return (...args) => {
    if (isUnderWay) return;
    const given = work(...args);
    if (!(given instanceof Promise)) return;
    const set = (now: boolean): void => {
      isUnderWay = now;
      tell(now);
    };
    set(true);
    const end = (): void => set(false);
    given.then(end, end);
  };
}
