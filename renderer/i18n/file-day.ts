/** The day of the clock on the wall as names of files have it, 2026-11-30: the day that stands on the screen, wherever that lies from Greenwich. */
export function fileDay(value: string): string {
  const at = new Date(value);
  const two = (n: number): string => String(n).padStart(2, '0');
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
}
