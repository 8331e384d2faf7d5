/** docs/pixels.md: how pixels become shades of grey, with the numbers and the tables that the code has. */
import { syntaxSupport, type TransferSyntaxUID, transferSyntaxes } from '../../core/dicom/index.ts';
import { kindRules, mostOutside, sampleKinds } from '../../core/images/sample-range.ts';
import { exceptions, lastPart, mostLookedAt } from '../../core/services/files/look.ts';

const where = {
  here: 'yes',
  worker: 'yes, in a thread that may be lost',
  refused: 'refused, with what to do',
} as const;

/** The page, generated. */
export function pixelsPage(): string {
  const kinds = sampleKinds.map(
    (kind) => `| ${kindRules[kind].found} | ${kindRules[kind].range} | ${kindRules[kind].stated} |`,
  );
  const syntaxes = (Object.keys(transferSyntaxes) as TransferSyntaxUID[]).map(
    (uid) => `| ${transferSyntaxes[uid]} | ${uid} | ${where[syntaxSupport(uid)]} |`,
  );
  const part = `1/${1 / lastPart}`;
  return `<!-- Written by \`npm run docs\`; do not edit. -->

# What is black and what is white

The same rules draw an image for the networks, for the viewport and for thumbnails. Values are never rounded to eight bits on the way.

## Pictures: PNG, JPEG, TIFF

| samples | what is drawn black and white | what a file may state itself |
|---|---|---|
| unsigned, 1 to 8 bits; JPEG of any precision | 0 and the largest number that the bits hold | - |
${kinds.join('\n')}

- **One range for a data set.** Where the format does not say what is white, the range is that of the data set's training images: from the smallest
  to the largest value of all of them (of what they state, where they state it). It is frozen with the version and stored with the model
  (\`preprocessing.ranges\`), so that two pictures of a data set, and a new one that is classified, can be compared.
- A new picture of which more than ${100 * mostOutside} % of the samples lie outside that range, or whose unsigned samples reach no more than a sixteenth of it,
  is of another scale. It is refused with both ranges (\`IMAGE_OTHER_RANGE\`), never cut to white or drawn black.
- A model that knows no pictures of a kind, the viewport and thumbnails draw each such picture by its own smallest and largest value, as a DICOM frame without
  a window is drawn.
- Models and versions of before there were ranges keep to what they learned: such pictures are drawn by the largest number of their format.
- sBIT: by the PNG specification the significant bits stand at the top, and white is 65535. Where the samples fit the bits that sBIT names,
  they were left at the bottom, and white is the largest number of those bits.
- MinSampleValue and MaxSampleValue of TIFF are statistics (TIFF 6.0) and play no part. A sample that is no number is black.
- **Orientation.** Exif in JPEG and PNG, and the Orientation tag of TIFF, are applied when a picture is read.
- Of a TIFF file the first page is read. TIFF may be in strips or tiles, in planes or not, uncompressed, LZW, deflate or PackBits, with the predictors
  for integers and floats.

## DICOM

Stored value, modality LUT or rescale, window or VOI LUT, inversion. The decisions, where files and standard (PS3.3, PS3.5) leave one:

| what is found | what is done |
|---|---|
| a decimal comma in DS or IS | it is the decimal sign: PS3.5 6.2 gives it no other meaning |
| rescale slope or intercept that is no number | the image is refused by the attribute's name |
| modality LUT or rescale of X-ray angiography and radiofluoroscopy (not of their enhanced successors) | it leads back to the intensity of the beam (C.8.7.1.1.2) and is not for display: the window works on stored values |
| a window that is no number | named at import; drawn as without a window |
| lists of windows with empty values | center, width and explanation pair by position (C.11.2.1.2); an empty value costs its own window |
| window width below 1 | LINEAR from 0 to 1 is drawn as LINEAR_EXACT; LINEAR_EXACT and SIGMOID take any width above 0; 0 and less is no window |
| an empty item in a LUT sequence or functional group | absent; half a table is refused |
| no window and no VOI LUT | 0 to 255 for plain 8-bit pixels, else the frame's smallest to largest value without padding |
| Pixel Padding Value under the wrong VR | the stored value with the same bits |
| first input of a look-up table under the wrong sign | the one of the two that values reach: -1024 is found as US 64512 |
| Presentation LUT Shape against Photometric Interpretation | the shape decides, because it defines the P-Values (C.8.11.3.1 wants both to agree); they never invert twice; named at import |
| a lossless stream of more bits than Bits Stored, of signed values without a bit above those stored | two's complement in the bits stored, as in the file before it was compressed |
| another stream of more bits than Bits Stored | it describes its samples (PS3.5 8.2): used whole where they do not fit the bits stored |
| lossy samples up to a sixteenth of the range outside Bits Stored | clamped to black and white |
| unused bits of plain, RLE and deflated cells, and overlays in cells | removed (PS3.5 8.1.1) |
| three components under a grey header | the luminance |
| a missing byte of padding at the end | nothing is missing |
| YBR_FULL_422 that is as long as 4:4:4, or as 4:2:2 | what the length shows, deflated frames too |
| more or fewer frames than Number of Frames | those that are there are given, by offset tables or by where each picture begins; others are refused |

| transfer syntax | UID | read |
|---|---|---|
${syntaxes.join('\n')}

## What an import says

- \`IMAGE_PARTLY_USED\`: pages of a TIFF file beyond the first, or frames beyond Number of Frames.
- \`IMAGE_LOOKS_EMPTY\`: all but ${1000 * exceptions} in 1000 samples lie in the lowest or the highest ${part} of the range that is drawn: the file is true to its format, but a person
  sees black or white. Pictures whose range is open are judged in the range of the whole data set.
- \`DICOM_HEADER_DOUBTFUL\`: a window that is no number, a display that contradicts itself, or samples that look signed under a header that says unsigned (at both ends
  of the range, with nothing between).
- \`IMAGE_OF_OTHER_KIND\`: a localizer, a screen or a page of a dose report stored as an image, a segmentation, a dose distribution (by SOP class, Image
  Type or the name of the series; scouts by name in CT, MR and PET alone), or a picture whose name or folder says that it is a mask. A label of the study, the patient or the class folder counts for it too.

- \`IMAGE_UNREADABLE\`, \`DICOM_TRUNCATED\`, \`DICOM_UNSUPPORTED_PIXELS\` and their like: the pixels cannot be read. Images that cannot be read are not used for training.

The image is imported nevertheless, and the report names its file. Looked into are PNG, TIFF and uncompressed DICOM (its middle frame) of up to ${mostLookedAt / 1024 / 1024} MiB; JPEG and compressed DICOM are judged by their
headers alone, because decoding them would make an import as slow as an encode. Encoding and training look at every image that they decode,
compressed ones too, and say the same in their reports.
`;
}
