/**
 * Patient IDs under which headers speak of two people. Hospitals number their patients each for itself, and the issuer of an ID stands in few
 * headers; birth date and sex tell what the number hides. Names do not: they are spelled differently, and people marry.
 */
import { type InstanceDescription, personOf, type ReadDb } from '../../store/index.ts';

type Person = Pick<InstanceDescription, 'patientSex' | 'patientBirthDate'>;

/** The IDs of several people that one import meets. */
export class SharedIds {
  readonly #found = new Set<string>();

  get count(): number {
    return this.#found.size;
  }

  /** Compares what a header says of a patient with what headers before said; call it before the header is noted. */
  see(db: ReadDb, patientKey: string, description: Person | undefined): void {
    if (description === undefined || this.#found.has(patientKey)) return;
    const before = personOf(db, patientKey);
    if (before !== undefined && areTwo(before, description)) this.#found.add(patientKey);
  }
}

function areTwo(a: Person, b: Person): boolean {
  return differ(birthDate(a), birthDate(b)) || differ(sex(a), sex(b));
}

function differ(a: string | null, b: string | null): boolean {
  return a !== null && b !== null && a !== b;
}

/** The day of birth; null where there is none, or one that is written where it was taken away. */
function birthDate({ patientBirthDate }: Person): string | null {
  const day = patientBirthDate?.replaceAll(/\D/g, '') ?? '';
  return day.length !== 8 || /^(?:0000|0001|1900|1800)/.test(day) || day.endsWith('0101') ? null : day;
}

function sex({ patientSex }: Person): string | null {
  const letter = patientSex?.toUpperCase() ?? '';
  return letter === 'M' || letter === 'F' ? letter : null;
}
