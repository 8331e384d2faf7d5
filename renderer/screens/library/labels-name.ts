/** Whether a dropped file is a labels file by its name. A folder, an image or an archive is not. */
export function isLabelsFile(path: string): boolean {
  return /\.(?:csv|tsv|txt)(?:\.gz)?$/i.test(path);
}
