/** The native menu. What concerns the page is sent to it as a command; theme, zoom and full screen are done here. */
import { app, Menu, type MenuItemConstructorOptions, shell } from 'electron';
import { type MenuCommand, themes, type WindowSettings } from '../../core/contract/index.ts';
import type { Settings } from './settings.ts';
import { menuWords } from './words.ts';

export interface MenuOptions {
  readonly settings: Settings;
  readonly logFolder: string;
  send(command: MenuCommand): void;
}

/** Puts the menu up in the chosen language; called again when the settings change. */
export function showMenu(options: MenuOptions): void {
  Menu.setApplicationMenu(Menu.buildFromTemplate(menuTemplate(options.settings.all, options)));
}

function menuTemplate(
  { language, theme }: WindowSettings,
  { settings, logFolder, send }: MenuOptions,
): MenuItemConstructorOptions[] {
  const words = menuWords[language];
  const isMac = process.platform === 'darwin';
  const separator: MenuItemConstructorOptions = { type: 'separator' };
  const item = (command: MenuCommand, accelerator?: string): MenuItemConstructorOptions => ({
    id: command,
    label: words[command === 'help' ? 'helpPages' : command],
    click: () => send(command),
    ...(accelerator === undefined ? {} : { accelerator }),
  });
  const settingsItem = item('settings', 'CmdOrCtrl+,');
  const quit: MenuItemConstructorOptions = { role: 'quit', label: words.quit };
  const importing = [
    item('importFiles', 'CmdOrCtrl+O'),
    item('importFolder', 'CmdOrCtrl+Shift+O'),
    separator,
    item('watchFolder'),
  ];

  const own: MenuItemConstructorOptions[] = isMac
    ? [
        {
          label: app.name,
          submenu: [item('about'), separator, settingsItem, separator, { role: 'hide' }, { role: 'unhide' }, quit],
        },
      ]
    : [];
  const developer: MenuItemConstructorOptions[] = app.isPackaged
    ? []
    : [separator, { role: 'reload', label: words.reload }, { role: 'toggleDevTools', label: words.developerTools }];
  return [
    ...own,
    { label: words.file, submenu: isMac ? importing : [...importing, separator, settingsItem, separator, quit] },
    {
      label: words.edit,
      submenu: [
        { role: 'undo', label: words.undo },
        { role: 'redo', label: words.redo },
        separator,
        { role: 'cut', label: words.cut },
        { role: 'copy', label: words.copy },
        { role: 'paste', label: words.paste },
        { role: 'selectAll', label: words.selectAll },
      ],
    },
    {
      label: words.view,
      submenu: [
        ...themes.map(
          (name): MenuItemConstructorOptions => ({
            id: `theme-${name}`,
            type: 'radio',
            label: words[name],
            checked: name === theme,
            click: () => settings.save({ theme: name }),
          }),
        ),
        separator,
        { role: 'resetZoom', label: words.actualSize },
        { role: 'zoomIn', label: words.zoomIn },
        { role: 'zoomOut', label: words.zoomOut },
        separator,
        { role: 'togglefullscreen', label: words.fullScreen },
        ...developer,
      ],
    },
    {
      label: words.help,
      role: 'help',
      submenu: [
        item('help', 'F1'),
        ...(isMac ? [] : [item('about')]),
        { id: 'openLogs', label: words.openLogs, click: () => void shell.openPath(logFolder) },
      ],
    },
  ];
}
