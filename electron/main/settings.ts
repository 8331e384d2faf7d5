/**
 * What the user chose for the window on this machine, and where the window was. A small JSON file in the profile, written
 * beside itself and renamed; one that cannot be read is set aside, because no window setting is worth not opening.
 */
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { type Place, type SettingsFile, settingsFileSchema, type WindowSettings } from '../../core/contract/index.ts';

export class Settings {
  readonly #file: string;
  readonly #changed: (settings: WindowSettings) => void;
  #settings: WindowSettings;
  #place: Place | null;

  /** `defaults` hold where the file says nothing. */
  constructor(file: string, defaults: WindowSettings, changed: (settings: WindowSettings) => void) {
    this.#file = file;
    this.#changed = changed;
    const { place, ...stored } = readStored(file);
    this.#settings = { ...defaults, ...stored } as WindowSettings;
    this.#place = place ?? null;
  }

  get all(): WindowSettings {
    return this.#settings;
  }

  get place(): Place | null {
    return this.#place;
  }

  /** Changes what is given. */
  save(changes: { readonly [K in keyof WindowSettings]?: WindowSettings[K] | undefined }): WindowSettings {
    const given = Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== undefined));
    this.#settings = { ...this.#settings, ...given };
    this.#write();
    this.#changed(this.#settings);
    return this.#settings;
  }

  savePlace(place: Place): void {
    this.#place = place;
    this.#write();
  }

  #write(): void {
    mkdirSync(dirname(this.#file), { recursive: true });
    writeFileSync(`${this.#file}.part`, `${JSON.stringify({ ...this.#settings, place: this.#place }, null, 2)}\n`);
    renameSync(`${this.#file}.part`, this.#file);
  }
}

function readStored(file: string): SettingsFile {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    return {}; // The first start.
  }
  try {
    return settingsFileSchema.parse(JSON.parse(text));
  } catch {
    renameSync(file, `${file}.unreadable`);
    return {};
  }
}
