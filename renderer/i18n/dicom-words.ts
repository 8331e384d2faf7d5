/** Attributes of studies as a person reads them. */
import { dateLocales, type Language } from './index.svelte.ts';

/** `Müller^Jörg^^Dr.` as "Müller, Jörg Dr."; of the groups that DICOM allows, the first (PS3.5 6.2.1). */
export function personName(name: string): string {
  const [family = '', ...others] = (name.split('=')[0] || name).split('^').map((part) => part.trim());
  const rest = others.filter((part) => part !== '').join(' ');
  return rest === '' ? family : `${family}, ${rest}`;
}

// Making a format costs more than using it a hundred times, and a list that is scrolled asks for thirty days a frame.
const formats = new Map<Language, Intl.DateTimeFormat>();

function dayFormat(language: Language): Intl.DateTimeFormat {
  let format = formats.get(language);
  if (format === undefined) {
    format = new Intl.DateTimeFormat(dateLocales[language], { dateStyle: 'medium', timeZone: 'UTC' });
    formats.set(language, format);
  }
  return format;
}

/** `20240131` as the language writes days; what is no date is shown as it is. */
export function day(date: string | null, language: Language): string {
  const parts = date?.match(/^(\d{4})\.?(\d{2})\.?(\d{2})$/);
  if (!parts) return date ?? '';
  const [year, month, dayOfMonth] = parts.slice(1).map(Number) as [number, number, number];
  const found = new Date(0);
  found.setUTCFullYear(year, month - 1, dayOfMonth);
  // The 31st of February, a month 0 (de-identified files have it) would become another day.
  const isDay = found.getUTCMonth() === month - 1 && found.getUTCDate() === dayOfMonth;
  return isDay ? dayFormat(language).format(found) : (date ?? '');
}

/** `083000.12` as "08:30". */
export function clock(time: string | null): string {
  const parts = time?.match(/^(\d{2}):?(\d{2})/);
  return parts ? `${parts[1]}:${parts[2]}` : '';
}

/** The last part of a path. */
export function fileName(path: string): string {
  return path.split(/[/\\]/).filter(Boolean).at(-1) ?? path;
}
