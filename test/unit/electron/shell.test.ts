import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { namelessWords, openLogFile } from '../../../electron/main/log-file.ts';
import { openingPlace } from '../../../electron/main/place.ts';
import { saveFile } from '../../../electron/main/save-file.ts';
import { Settings } from '../../../electron/main/settings.ts';

const folder = mkdtempSync(join(tmpdir(), 'sidelight-shell-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const defaults = {
  theme: 'dark',
  language: 'en',
  library: null,
  engine: 'auto',
  device: 'auto',
  threads: null,
} as const;

describe('where the window opens', () => {
  const screen = { x: 0, y: 0, width: 1920, height: 1040 };
  const right = { x: 1920, y: 0, width: 1280, height: 1000 };
  const stored = { x: 2000, y: 50, width: 1100, height: 800, isMaximised: false };

  test('at the usual size on a first start', () => {
    expect(openingPlace(null, [screen])).toEqual({ width: 1440, height: 900, isMaximised: false });
  });

  test('where it was, while a display shows that place', () => {
    expect(openingPlace(stored, [screen, right])).toEqual(stored);
  });

  test('in the middle when that display is unplugged, maximised as before', () => {
    expect(openingPlace({ ...stored, isMaximised: true }, [screen])).toEqual({
      width: 1100,
      height: 800,
      isMaximised: true,
    });
  });

  test('not with its title bar above or below every display', () => {
    expect(openingPlace({ ...stored, x: 100, y: -300 }, [screen])).not.toHaveProperty('x');
    expect(openingPlace({ ...stored, x: 100, y: 1030 }, [screen])).not.toHaveProperty('y');
  });

  test('never larger than the display', () => {
    const small = { x: 0, y: 0, width: 1000, height: 680 };
    expect(openingPlace({ ...stored, x: 0, y: 0, width: 5000, height: 5000 }, [small])).toEqual({
      x: 0,
      y: 0,
      width: 1000,
      height: 680,
      isMaximised: false,
    });
  });
});

describe('settings', () => {
  test('survive a restart, place of the window included', () => {
    const file = join(folder, 'settings.json');
    const heard: string[] = [];
    const settings = new Settings(file, defaults, ({ theme }) => heard.push(theme));
    settings.save({ theme: 'light' });
    settings.savePlace({ x: 1, y: 2, width: 1200, height: 800, isMaximised: false });
    const again = new Settings(file, defaults, () => {});
    expect([again.all, again.place, heard]).toEqual([
      { theme: 'light', language: 'en', library: null, engine: 'auto', device: 'auto', threads: null },
      { x: 1, y: 2, width: 1200, height: 800, isMaximised: false },
      ['light'],
    ]);
  });

  test.each(['{', '[]', '{"theme":"pink"}', '{"place":{"x":"1"}}', '{"theme":"light","surprise":1}'])(
    '%s in the file is set aside',
    (text) => {
      const file = join(folder, 'broken.json');
      writeFileSync(file, text);
      expect(new Settings(file, defaults, () => {}).all).toEqual(defaults);
      expect(readFileSync(`${file}.unreadable`, 'utf8')).toBe(text);
    },
  );
});

describe('settings that cannot be kept', () => {
  const place = { x: 1, y: 2, width: 1200, height: 800, isMaximised: false };

  test('hold until the window is closed, and nothing ends by that', () => {
    // A file stands where the folder would have to be made.
    const file = join(folder, 'a file', 'settings.json');
    writeFileSync(join(folder, 'a file'), '');
    const heard: string[] = [];
    const settings = new Settings(file, defaults, ({ theme }) => heard.push(theme));
    settings.savePlace(place);
    expect([settings.save({ theme: 'light' }).theme, settings.all.theme, heard]).toEqual(['light', 'light', ['light']]);
    expect(settings.notKept).toMatchObject({
      code: 'FILE_UNREADABLE',
      message: expect.stringContaining('What you chose cannot be kept'),
    });
    rmSync(join(folder, 'a file'));
    settings.savePlace(place);
    settings.save({ theme: 'dark' });
    expect([settings.notKept, new Settings(file, defaults, () => {}).place]).toEqual([null, place]);
  });

  test.skipIf(process.platform !== 'linux')(
    'are not written over by the place of the window where the disk did not give them (needs Linux)',
    () => {
      const file = join(folder, 'away.json');
      // Reading this file fails with EIO, as on a share that is away.
      symlinkSync('/proc/self/mem', file);
      const settings = new Settings(file, defaults, () => {});
      settings.savePlace(place);
      expect(readlinkSync(file)).toBe('/proc/self/mem');
      settings.save({ theme: 'light' });
      expect(new Settings(file, defaults, () => {}).all.theme).toBe('light');
    },
  );

  test('with the mark that editors of Windows put there are read, and no half file stays beside them', () => {
    const file = join(folder, 'notepad', 'settings.json');
    mkdirSync(join(folder, 'notepad'));
    writeFileSync(file, '\uFEFF{"theme":"light"}');
    const settings = new Settings(file, defaults, () => {});
    expect(settings.all.theme).toBe('light');
    settings.savePlace(place);
    expect(readdirSync(join(folder, 'notepad'))).toEqual(['settings.json']);
  });
});

test('a file that the window saves is whole or as it was, and says why it could not be written', () => {
  const page = join(folder, 'page.pdf');
  saveFile(page, new Uint8Array([1, 2]), 'The PDF');
  expect([...readFileSync(page)]).toEqual([1, 2]);
  mkdirSync(join(folder, 'taken.pdf', 'in use'), { recursive: true });
  expect(() => saveFile(join(folder, 'taken.pdf'), 'x', 'The PDF')).toThrow('The PDF cannot be written');
  expect(readdirSync(folder).filter((name) => name.startsWith('.sidelight'))).toEqual([]);
});

describe('the log', () => {
  test('that cannot be written ends nothing', () => {
    writeFileSync(join(folder, 'no folder'), '');
    const log = openLogFile(join(folder, 'no folder'));
    expect(() => log.log('info', 'A line')).not.toThrow();
    // An older file that cannot be taken aside, as one that is open in an editor of Windows.
    const logs = join(folder, 'held');
    mkdirSync(join(logs, 'sidelight.4.log', 'in use'), { recursive: true });
    for (const n of [1, 2, 3]) writeFileSync(join(logs, `sidelight.${n}.log`), '');
    const held = openLogFile(logs, 200);
    for (let n = 0; n < 20; n += 1) held.log('info', 'A line', { n });
    expect(readFileSync(join(logs, 'sidelight.log'), 'utf8').trim().split('\n').length).toBe(20);
  });

  test('is kept in five files of limited size', () => {
    const logs = join(folder, 'logs');
    const log = openLogFile(logs, 1000);
    for (let n = 0; n < 200; n += 1) log.log('info', 'A line', { n });
    expect(readdirSync(logs).sort()).toEqual([
      'sidelight.1.log',
      'sidelight.2.log',
      'sidelight.3.log',
      'sidelight.4.log',
      'sidelight.log',
    ]);
    const lines = readFileSync(join(logs, 'sidelight.log'), 'utf8').trim().split('\n');
    expect(JSON.parse(lines.at(-1) ?? '')).toMatchObject({ level: 'info', message: 'A line', n: 199 });
    for (const name of readdirSync(logs)) expect(readFileSync(join(logs, name)).length).toBeLessThanOrEqual(1000);
  });

  test('takes from a dying process neither paths nor messages', () => {
    const words = namelessWords(
      `file:///home/anna/Müller Anna/program/host.ts:12
    throw new Error('cannot read /data/MUELLER^ANNA/1.dcm');
Error: cannot read /data/MUELLER^ANNA/1.dcm
    at readFile (/home/anna/Müller Anna/program/core/services/import.ts:31:9)
    at file:///home/anna/Müller Anna/program/electron/core/host.ts:12:3
FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory`,
    );
    expect(words).toBe('Error < import.ts:31:9 < host.ts:12:3 < out of memory (heap)');
  });
});
