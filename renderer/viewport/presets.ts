/** Window presets on digit keys, as two common viewers number them. */
import type { DisplayWindow, FrameHeader } from '../../core/contract/index.ts';

/** What a digit chooses: a named CT window, the whole range, or one of the instance's own windows. */
export type Preset =
  | { readonly kind: 'ct'; readonly word: PresetWord; readonly width: number; readonly center: number }
  | { readonly kind: 'whole' }
  | { readonly kind: 'own'; readonly index: number };

export type PresetWord = 'softTissue' | 'lung' | 'liver' | 'bone' | 'brain' | 'abdomen' | 'mediastinum' | 'mip';

const ct = (word: PresetWord, width: number, center: number): Preset => ({ kind: 'ct', word, width, center });

/** By digit. */
export const presetTables = {
  weasis: {
    0: { kind: 'whole' },
    1: { kind: 'own', index: 0 },
    2: { kind: 'own', index: 1 },
    3: ct('brain', 110, 35),
    4: ct('abdomen', 320, 50),
    5: ct('mediastinum', 400, 80),
    6: ct('bone', 2000, 350),
    7: ct('lung', 1500, -500),
    8: ct('mip', 380, 120),
  },
  ohif: {
    1: ct('softTissue', 400, 40),
    2: ct('lung', 1500, -600),
    3: ct('liver', 150, 90),
    4: ct('bone', 2500, 480),
    5: ct('brain', 80, 40),
    0: { kind: 'own', index: 0 },
  },
} as const satisfies Record<string, Readonly<Record<number, Preset>>>;
export type PresetTable = keyof typeof presetTables;

/** The preset's window on a frame; null where it means nothing (a CT window on what is not in Hounsfield units, a second window of one). */
export function presetWindow(preset: Preset, header: FrameHeader): DisplayWindow | null {
  if (header.channels === 3) return null;
  if (preset.kind === 'own') return header.hasOwnWindow === false ? null : (header.windows[preset.index] ?? null);
  if (preset.kind === 'ct') {
    return header.unit === 'HU' ? { shape: 'LINEAR', center: preset.center, width: preset.width, name: '' } : null;
  }
  const width = Math.max(header.max - header.min, 1e-6);
  return { shape: 'LINEAR_EXACT', center: (header.min + header.max) / 2, width, name: '' };
}

/**
 * The window of a whole series whose files name none, from the first of its images that is looked at: soft tissue for a CT whose values are
 * Hounsfield units (air is among them), else the range of that image. Null for colour.
 */
export function seriesWindow(header: FrameHeader): DisplayWindow | null {
  const isHu = header.unit === 'HU' || header.unit === '';
  if (header.modality === 'CT' && isHu && header.channels === 1 && header.min <= -500) {
    return { shape: 'LINEAR', center: 40, width: 400, name: '' };
  }
  return header.windows[0] ?? null;
}
