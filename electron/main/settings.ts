/**
 * What the user chose for the window on this machine, and where the window was. A small JSON file in the profile, written
 * beside itself and renamed; one that cannot be read is set aside, because no window setting is worth not opening. Nor is one that cannot be
 * written: a profile that is full, read-only or on a share that is away lets the window work, and what was chosen holds until it is closed.
 */
import { readFileSync, renameSync } from 'node:fs';
import { AppError, toError } from '../../core/base/errors.ts';
import { type Place, type SettingsFile, settingsFileSchema, type WindowSettings } from '../../core/contract/index.ts';
import { saveFile } from './save-file.ts';

export class Settings {
  readonly #file: string;
  readonly #changed: (settings: WindowSettings) => void;
  #settings: WindowSettings;
  #place: Place | null;
  /** Whether what stands in the file is known: else the window's place is no reason to write over it. */
  readonly #isRead: boolean;
  #notKept: AppError | null = null;

  /** `defaults` hold where the file says nothing. */
  constructor(file: string, defaults: WindowSettings, changed: (settings: WindowSettings) => void) {
    this.#file = file;
    this.#changed = changed;
    const read = readStored(file);
    this.#isRead = read !== null;
    const { place, ...stored } = read ?? {};
    this.#settings = { ...defaults, ...stored } as WindowSettings;
    this.#place = place ?? null;
  }

  get all(): WindowSettings {
    return this.#settings;
  }

  get place(): Place | null {
    return this.#place;
  }

  /** Why what was chosen last is not kept beyond this start; null where it is. */
  get notKept(): AppError | null {
    return this.#notKept;
  }

  /** Changes what is given. It holds from now on, also where it cannot be kept. */
  save(changes: { readonly [K in keyof WindowSettings]?: WindowSettings[K] | undefined }): WindowSettings {
    const given = Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== undefined));
    this.#settings = { ...this.#settings, ...given };
    this.#write();
    this.#changed(this.#settings);
    return this.#settings;
  }

  savePlace(place: Place): void {
    this.#place = place;
    if (this.#isRead) this.#write();
  }

  #write(): void {
    const text = `${JSON.stringify({ ...this.#settings, place: this.#place }, null, 2)}\n`;
    try {
      saveFile(this.#file, text, 'The file of the settings');
      this.#notKept = null;
    } catch (thrown) {
      const { message } = toError(thrown);
      const action = 'It holds until Sidelight is closed. Make room in your profile, or get the right to write there.';
      const code = thrown instanceof AppError ? thrown.code : 'FILE_UNREADABLE';
      this.#notKept = new AppError(code, `What you chose cannot be kept: ${message}`, { action, cause: thrown });
    }
  }
}

/** What stands in the file, nothing on a first start; null where it is there and the disk does not give it. */
function readStored(file: string): SettingsFile | null {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'ENOENT' ? {} : null;
  }
  try {
    // Editors of Windows put the mark there.
    return settingsFileSchema.parse(JSON.parse(text.replace(/^\uFEFF/u, '')));
  } catch {
    setAside(file);
    return {};
  }
}

function setAside(file: string): void {
  try {
    renameSync(file, `${file}.unreadable`);
  } catch {
    // It stays where it is until something is chosen.
  }
}
