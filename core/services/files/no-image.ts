/** Files that are no images and were never meant to be: told apart from images that are damaged, and named with a word. */
import { AppError } from '../../base/errors.ts';

/** What files of these endings are; asked only after their content turned out to be no image. */
const kinds: readonly (readonly [what: string, endings: string])[] = [
  ['a text file', 'txt, md, log, ini, cfg, inf, nfo, rtf'],
  ['a table', 'csv, tsv, xls, xlsx, ods'],
  ['a document', 'pdf, doc, docx, odt, ppt, pptx, odp, epub'],
  ['a web page or data file', 'html, htm, css, js, json, xml, xsl, xsd, yaml, yml, sql, sqlite, db'],
  ['a program', 'exe, dll, bat, cmd, sh, msi, jar, app, so, dylib, class, py, ico, icns, lnk, url, desktop, apk'],
  ['an archive that is not read (only ZIP is)', '7z, rar, tar, gz, tgz, bz2, xz, zst, iso, dmg, cab'],
  ['a film or a sound', 'mp4, avi, mov, mkv, wmv, mp3, wav'],
  [
    'a picture of a kind that is not read (PNG, JPEG and TIFF are)',
    'gif, bmp, webp, heic, heif, avif, jxl, svg, psd, jp2, j2k, tga, pgm, ppm',
  ],
  [
    'an image file of another format (DICOM, PNG, JPEG and TIFF are read)',
    'nii, nii.gz, mgz, mgh, mha, mhd, nrrd, hdr, raw, npy, npz, mat, h5, svs, ndpi, mrxs, czi',
  ],
  ['what the system keeps for itself', 'thumbs.db, .ds_store, desktop.ini, autorun.inf, folder.jpg.tmp'],
];

const byEnding: ReadonlyMap<string, string> = new Map(
  kinds.flatMap(([what, endings]) => endings.split(', ').map((ending) => [ending, what] as const)),
);

/**
 * The refusal of a file in words that fit it: one that is no image at all is said to be that, with what it is; any other refusal stays.
 * @param name of the file, or path of the member
 */
export function namedRefusal(refusal: AppError, name: string): AppError {
  const file = (name.split('/').at(-1) ?? '').toLowerCase();
  if (file === 'dicomdir' && ['DICOM_NO_PIXELS', 'DICOM_NOT_DICOM'].includes(refusal.code)) {
    return noImage('the table of contents of a medium (DICOMDIR); the images it lists are read by themselves');
  }
  if (refusal.code !== 'DICOM_NOT_DICOM') return refusal;
  if (file.startsWith('._') || name.includes('__MACOSX/')) return noImage('what macOS keeps beside a file');
  const endings = file.split('.');
  const ending = endings.at(-1) ?? '';
  // `.nii.gz` is a volume before it is an archive.
  const what = byEnding.get(file) ?? byEnding.get(endings.slice(-2).join('.')) ?? byEnding.get(ending);
  if (endings.length > 1 && pictures.has(ending) && !/empty/u.test(refusal.message)) return noPicture(ending);
  if (what === undefined || !file.includes('.')) return refusal;
  return noImage(
    what,
    /not read|another format/u.test(what)
      ? 'Convert or unpack it with another program and import the result.'
      : undefined,
  );
}

const pictures: ReadonlySet<string> = new Set(['png', 'jpg', 'jpeg', 'tif', 'tiff']);

/** A file that is called a picture and holds none: it is missing, and nobody is to export it as DICOM. */
function noPicture(ending: string): AppError {
  const big = ending.startsWith('tif') ? ' (BigTIFF is not read)' : '';
  return new AppError(
    'IMAGE_UNREADABLE',
    `The file is called .${ending} and is neither PNG, JPEG nor TIFF${big}, nor DICOM.`,
    {
      action:
        'Copy or download it again: a download that failed leaves a web page under the name of the picture, and a repository with Git LFS a text of three lines. A picture of another kind: save it as PNG.',
    },
  );
}

/** The refusal of a document that is a ZIP archive inside, as those of office programs are; null for any other archive. */
export function packedDocument(name: string): AppError | null {
  const isPacked = /\.(docx|xlsx|pptx|odt|ods|odp|jar|apk|epub|npz)$/iu.test(name);
  return isPacked ? namedRefusal(new AppError('DICOM_NOT_DICOM', 'Neither DICOM nor a picture.'), name) : null;
}

/** Whether a refusal says that the file is no image, rather than one that cannot be used. */
export function isNoImage(code: string): boolean {
  return code === 'NOT_AN_IMAGE' || code === 'DICOM_NO_PIXELS';
}

function noImage(what: string, action?: string): AppError {
  return new AppError('NOT_AN_IMAGE', `Not an image: ${what}.`, action === undefined ? {} : { action });
}
