/** Names of files made of what people call their models and data sets. */

/** What no name may hold on Windows, and what no name may hold anywhere. */
const refused = /[<>:"|?*\\/\p{Cc}]/gu;
/** Devices of Windows, whatever stands behind a dot. */
const device = /^(?:con|prn|aux|nul|com\d|lpt\d)(?=\.|$)/iu;

/** `text` as every system takes it in the name of a file: what one of them refuses becomes `_`, and dots and spaces at its end do. */
export function fileNamePart(text: string): string {
  return text.replaceAll(refused, '_').replace(/[. ]+$/u, '_');
}

/** `name` as the whole name of a file, ending and all. */
export function fileName(name: string): string {
  return fileNamePart(name).replace(device, '_$&');
}
