/**
 * The one place that shortens what could identify a patient before it reaches a message or a log.
 * A path or UID keeps its last three characters, enough to tell two files of one folder apart by eye.
 */
export function redact(text: string): string {
  return text.length <= 3 ? '…' : `…${text.slice(-3)}`;
}

/** Names of folders and files as machines give them, which tell nobody's name: `images`, `IM000001`, `s1`, `series-3`. */
const machineName =
  /^(?:dicom(?:dir)?|dcm|images?|img|im|i|series|se|ser|s|study|studies|std|st|scans?|slices?|sl|frames?|f|files?|x|e|export|test|train|val|labels?|readme|autorun|thumbs|desktop|index|version|viewer|help)[-_ ]?\d{0,8}$/iu;

/**
 * A path of which each part keeps what tells nobody's name: names as machines give them stay, of others the last three characters, and
 * endings stay. `DICOM/MUELLER_ANNA/IM0001.dcm` is `DICOM/…NNA/IM0001.dcm`.
 */
export function redactPath(path: string): string {
  return path
    .split(/[\\/]/u)
    .filter((part) => part !== '')
    .map((part) => {
      const [, stem = part, ending = ''] =
        /^(.+?)(\.(?:dcm|dicom|ima|img|png|jpe?g|tiff?|zip|txt|csv|xml|pdf|html?|json|ini|inf|exe|db|gz|mp4|avi))?$/iu.exec(
          part,
        ) ?? [];
      return machineName.test(stem) ? part : `${redact(stem)}${ending}`;
    })
    .join('/');
}

/**
 * A message with every path in it shortened: for errors that are not ours (a system call's, a library's), which name files in full.
 * Quoted text with a slash inside counts as a path, and so does any word that begins at the root or at a drive.
 */
export function redactPaths(message: string): string {
  return message
    .replaceAll(
      /(['"`])(?=[^'"`\n]*[\\/])([^'"`\n]+)\1/g,
      (_, quote: string, path: string) => `${quote}${redact(path)}${quote}`,
    )
    .replaceAll(
      /(^|[\s(=])((?:[A-Za-z]:)?[\\/][^\s'"`)]+)/g,
      (_, before: string, path: string) => `${before}${redact(path)}`,
    );
}

/**
 * A message with the name of a file or folder shortened wherever it stands by itself. A name that may be a word (a folder called `data`)
 * counts only at the beginning of the message and in quotes, where names stand.
 */
export function redactName(message: string, name: string): string {
  const before = /^\p{Ll}+$/u.test(name) ? '(?:^|(?<=["“\'`]))' : '(?<![\\p{L}\\p{N}])';
  const literal = name.replaceAll(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
  return message.replaceAll(new RegExp(`${before}${literal}(?![\\p{L}\\p{N}])`, 'gu'), redact(name));
}
