/**
 * Patient IDs under which headers speak of two people. Hospitals number their patients each for itself; birth date and sex tell what the number
 * hides, and so does the issuer of the ID, where headers carry it. Names do not: they are spelled differently, and people marry. What is found
 * is told and nothing is parted by it (ADR 580).
 */
import {
  type InstanceDescription,
  issuersOf,
  type NewInstance,
  patientOfStudy,
  personOf,
  type ReadDb,
  withoutIdentity,
} from '../../store/index.ts';
import { plainIssuer } from '../patients/issuers.ts';
import type { ImportIdentity } from '../privacy/pseudonym.ts';

type Person = Pick<InstanceDescription, 'patientSex' | 'patientBirthDate'>;

/** What the headers of this import said of a patient of whom the library keeps nothing. */
interface Said extends Person {
  readonly issuer: string | null;
}

/** The people whom the headers of one import speak of: what the library may keep of them, and IDs that several of them have. */
export class HeaderPeople {
  /** Patients' keys, with the study that is another person's. */
  readonly #shared = new Map<string, string>();
  /** Patients' issuers that the library was found to agree with: thousands of studies under one ID are not asked for with each image. */
  readonly #agreed = new Map<string, string>();
  /** Of patients under pseudonyms, as long as the import lasts. */
  readonly #hidden = new Map<string, Said>();
  readonly #identity: ImportIdentity;
  readonly #pseudonymises: boolean;

  constructor(identity: ImportIdentity, pseudonymises: boolean) {
    this.#identity = identity;
    this.#pseudonymises = pseudonymises;
  }

  /** IDs of several people; where somebody gave the study a patient besides, it is decided whose it is. */
  sharedIds(db: ReadDb): number {
    return [...this.#shared.values()].filter((study) => patientOfStudy(db, study)?.isGiven !== true).length;
  }

  /** What lists may show of an instance: of a patient filed under a pseudonym nothing that tells who it is. */
  description(instance: NewInstance): Pick<NewInstance, 'description'> {
    const { description } = instance;
    if (description === undefined) return {};
    return { description: this.#isHidden(instance) ? withoutIdentity(description) : description };
  }

  /** Compares what a header says of a patient with what headers before said; call it before the header is noted. */
  see(db: ReadDb, instance: NewInstance): void {
    const { description, studyInstanceUID } = instance;
    const patientKey = this.#identity.patientKey(instance.patientKey);
    if (description === undefined || this.#shared.has(patientKey)) return;
    const hidden = this.#hidden.get(patientKey);
    const issuer = plainIssuer(description.issuerOfPatientID);
    const areSeveral =
      [personOf(db, patientKey), hidden].some((before) => before !== undefined && areTwo(before, description)) ||
      (issuer !== null &&
        this.#agreed.get(patientKey) !== issuer &&
        [...issuersOf(db, patientKey).map(plainIssuer), hidden?.issuer ?? null].some((other) => differ(other, issuer)));
    if (areSeveral) {
      this.#shared.set(patientKey, studyInstanceUID);
      return;
    }
    if (issuer !== null) this.#agreed.set(patientKey, issuer);
    if (this.#isHidden(instance)) this.#remember(patientKey, { ...description, issuer });
  }

  #isHidden({ patientKey }: NewInstance): boolean {
    return this.#pseudonymises || this.#identity.patientKey(patientKey) !== patientKey;
  }

  /** The first header that tells something is believed, as in the library. */
  #remember(patientKey: string, { patientSex, patientBirthDate, issuer }: Said): void {
    const said = this.#hidden.get(patientKey);
    this.#hidden.set(patientKey, {
      patientSex: said?.patientSex ?? patientSex,
      patientBirthDate: said?.patientBirthDate ?? patientBirthDate,
      issuer: said?.issuer ?? issuer,
    });
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
