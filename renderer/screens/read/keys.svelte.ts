/** The reader's keys and mouse: the profile, and what was changed from it. Remembered in the library. */
import { call } from '../../app/client.ts';
import { type Interpolation, interpolations } from '../../viewport/geometry.ts';
import { type PresetTable, presetTables } from '../../viewport/presets.ts';
import type { MouseAction } from '../../viewport/viewport.svelte.ts';
import { type Command, commands, conflictOf, type KeyTable, keysOf, type Profile, profiles } from './commands.ts';

export const mouseButtons = ['mouseLeft', 'mouseMiddle', 'mouseRight'] as const;
export type MouseButton = (typeof mouseButtons)[number];
export const mouseActions = ['window', 'pan', 'zoom', 'scroll'] as const satisfies readonly MouseAction[];

class Keys {
  #profile = $state<Profile>('sidelight');
  #changed = $state.raw<KeyTable>({});
  #mouse = $state.raw<Readonly<Record<MouseButton, MouseAction>>>({
    mouseLeft: 'window',
    mouseMiddle: 'pan',
    mouseRight: 'zoom',
  });

  #interpolation = $state<Interpolation>('automatic');
  /** What is kept, on its way or here. */
  #loading: Promise<void> = Promise.resolve();

  /** How enlarged pictures are drawn. */
  get interpolation(): Interpolation {
    return this.#interpolation;
  }
  get profile(): Profile {
    return this.#profile;
  }
  get changed(): KeyTable {
    return this.#changed;
  }
  get mouse(): Readonly<Record<MouseButton, MouseAction>> {
    return this.#mouse;
  }
  get presets(): (typeof presetTables)[PresetTable] {
    return presetTables[this.#profile === 'ohif' ? 'ohif' : 'weasis'];
  }

  of(command: Command): readonly string[] {
    return keysOf(command, this.#profile, this.#changed);
  }

  /** What stands in the way of a chord, or null. */
  conflict(command: Command, chord: string): ReturnType<typeof conflictOf> {
    return conflictOf(command, chord, this.#profile, this.#changed);
  }

  load(): Promise<void> {
    this.#loading = this.#load();
    return this.#loading;
  }

  async #load(): Promise<void> {
    const { profile, keys } = await call('keys.get', {});
    this.#profile = profiles.find((name) => name === profile) ?? 'sidelight';
    this.#changed = Object.fromEntries(commands.flatMap((name) => (keys[name] ? [[name, keys[name]]] : [])));
    const mouse = mouseButtons.flatMap((button) => {
      const action = mouseActions.find((name) => name === keys[button]?.[0]);
      return action === undefined ? [] : [[button, action] as const];
    });
    this.#mouse = { mouseLeft: 'window', mouseMiddle: 'pan', mouseRight: 'zoom', ...Object.fromEntries(mouse) };
    this.#interpolation = interpolations.find((name) => name === keys.enlarging?.[0]) ?? 'automatic';
  }

  async useProfile(profile: Profile): Promise<void> {
    await this.#change(() => {
      this.#profile = profile;
      this.#changed = {};
    });
  }

  async setKeys(command: Command, chords: readonly string[]): Promise<void> {
    await this.#change(() => {
      this.#changed = { ...this.#changed, [command]: chords };
    });
  }

  async setMouse(button: MouseButton, action: MouseAction): Promise<void> {
    await this.#change(() => {
      this.#mouse = { ...this.#mouse, [button]: action };
    });
  }

  async setInterpolation(interpolation: Interpolation): Promise<void> {
    await this.#change(() => {
      this.#interpolation = interpolation;
    });
  }

  async nextInterpolation(): Promise<void> {
    await this.#change(() => {
      const next = interpolations[(interpolations.indexOf(this.#interpolation) + 1) % interpolations.length];
      this.#interpolation = next as Interpolation;
    });
  }

  /** Changes what is kept. All of it is saved together: a change before it is here would save the usual keys over those of the reader. */
  async #change(change: () => void): Promise<void> {
    await this.#loading;
    change();
    await this.#save();
  }

  async #save(): Promise<void> {
    const mouse = Object.fromEntries(mouseButtons.map((button) => [button, [this.#mouse[button]]]));
    const keys = Object.fromEntries(Object.entries(this.#changed).map(([name, chords]) => [name, [...chords]]));
    await call('keys.save', { profile: this.#profile, keys: { ...keys, ...mouse, enlarging: [this.#interpolation] } });
  }
}

export const keys = new Keys();
