/** Files that are no images, in words that fit them. */
import { expect, test } from 'vitest';
import { AppError } from '../../../../core/base/errors.ts';
import { isNoImage, namedRefusal, packedDocument } from '../../../../core/services/files/no-image.ts';

const notDicom = new AppError('DICOM_NOT_DICOM', 'The file is not DICOM.');

test.each([
  ['readme.txt', 'a text file'],
  ['a/b/Befund.PDF', 'a document'],
  ['Thumbs.db', 'for itself'],
  ['__MACOSX/._x.dcm', 'macOS'],
  ['scan.nii', 'another format'],
  ['case_001/t1.nii.gz', 'another format'],
  ['study.tar.gz', 'an archive'],
  ['IMG_0001.AVIF', 'a picture of a kind'],
  ['x/autorun.inf', 'for itself'],
])('%s is said to be %s', (name, what) => {
  const named = namedRefusal(notDicom, name);
  expect([named.code, named.message.includes(what), isNoImage(named.code)]).toEqual(['NOT_AN_IMAGE', true, true]);
});

test('what may be a damaged image keeps its refusal, and so does any other failure', () => {
  const truncated = new AppError('DICOM_TRUNCATED', 'It ends.');
  for (const name of ['IM000001', 'a.dcm', 'png', 'txt']) expect(namedRefusal(notDicom, name)).toBe(notDicom);
  expect(namedRefusal(truncated, 'readme.txt')).toBe(truncated);
});

test('a file that is called a picture and holds none is a picture that is missing, not a study to be exported', () => {
  for (const name of ['x.png', 'a/b.JPG', 'slide.tif']) {
    const named = namedRefusal(notDicom, name);
    expect([named.code, isNoImage(named.code)], name).toEqual(['IMAGE_UNREADABLE', false]);
    expect(named.action, name).toContain('Copy or download it again');
  }
  expect(namedRefusal(notDicom, 'slide.tif').message).toContain('BigTIFF');
  const empty = new AppError('DICOM_NOT_DICOM', 'The file is not DICOM: it is empty.');
  expect(namedRefusal(empty, 'x.png')).toBe(empty);
});

test('documents of office programs are archives inside and are not gone through', () => {
  expect(packedDocument('Liste.xlsx')?.message).toContain('a table');
  expect(packedDocument('study.zip')).toBeNull();
});

test('a DICOMDIR is the table of contents of a medium', () => {
  const noPixels = new AppError('DICOM_NO_PIXELS', 'No image.');
  expect(namedRefusal(noPixels, 'CD/DICOMDIR').message).toContain('table of contents');
  expect(namedRefusal(noPixels, 'CD/SR000001')).toBe(noPixels);
});
