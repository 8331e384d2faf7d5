/**
 * Images that lie in a study and are none of what was examined: scout views, screens and pages of reports that a device stores as images,
 * segmentations and dose distributions. A label of the study or the patient counts for them too, so whoever gives one has to know of them.
 */
import type { DicomDataSet } from './data-set.ts';

const bySopClass: Readonly<Record<string, string>> = {
  '1.2.840.10008.5.1.4.1.1.66.4': 'a segmentation, drawn over other images',
  '1.2.840.10008.5.1.4.1.1.66.7': 'a segmentation, drawn over other images',
  '1.2.840.10008.5.1.4.1.1.481.2': 'a dose distribution of radiotherapy',
};

const localizer = 'a localizer (a scout view)';
const screen = 'a screen or a page of a report that was stored as an image';

/** Values of Image Type, as PS3.3 C.7.6.1.1.2 and C.8.2.1.1.1 define them and as devices write them. */
const byImageType: readonly (readonly [value: RegExp, kind: string])[] = [
  [/^LOCALI[ZS]ER$/, localizer],
  [/^(?:SCREEN[ _]?(?:SAVE|SHOT|CAPTURE)|DOSE[ _]?(?:INFO|REPORT)|REPORT)$/, screen],
];

/** What a series is called where Image Type does not tell; names of scouts count only where slices are planned on them. */
const byDescription: readonly (readonly [description: RegExp, kind: string, of?: ReadonlySet<string | undefined>])[] = [
  [
    /(?<![\p{L}\d])(?:locali[sz]ers?|scout|topogramm?|surview|lokali[sz]er)(?![\p{L}])/iu,
    localizer,
    new Set(['CT', 'MR', 'PT']),
  ],
  [
    /\b(?:dose (?:report|info|summary|record|sheet)|patient protocol|patientenprotokoll|dosisprotokoll|screen ?(?:save|shot|capture)s?)\b/i,
    screen,
  ],
];
/** "No localizer" is no localizer, and neither is what was planned on one. */
const withoutOne =
  /(?<!\p{L})(?:no|non|not|without|w\/o|ohne|kein|keine|nach|post|after|from)[\s_-]+(?:a[\s_-]+|the[\s_-]+)?(?:locali|scout|topogram|surview|lokali)/iu;

/** What the image is, where its header says that it is no image of what was examined; undefined for every other. */
export function otherKindOf(dataSet: DicomDataSet): string | undefined {
  const known = bySopClass[dataSet.uid('sopClassUID') ?? ''];
  if (known !== undefined) return known;
  const types = dataSet.texts('imageType').map((value) => value.trim().toUpperCase());
  const typed = byImageType.find(([value]) => types.some((type) => value.test(type)));
  if (typed !== undefined) return typed[1];
  const description = dataSet.text('seriesDescription') ?? '';
  if (withoutOne.test(description)) return undefined;
  const modality = dataSet.text('modality');
  return byDescription.find(([words, , of]) => words.test(description) && (of === undefined || of.has(modality)))?.[1];
}
