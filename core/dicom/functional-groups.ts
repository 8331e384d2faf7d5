/** Attributes of one frame: per-frame functional group first, then the shared one, then the data set itself (PS3.3 C.7.6.16). */
import type { DicomDataSet, Keyword } from './data-set.ts';

/**
 * The data set in which to look for a macro's attributes for `frame`: the macro's item when the instance has one, else the data
 * set itself. `macro` is the sequence that holds them, such as `frameVOILUTSequence`.
 */
export function frameAttributes(dataSet: DicomDataSet, macro: Keyword, frame: number): DicomDataSet {
  const own = dataSet.items('perFrameFunctionalGroupsSequence')[frame];
  const shared = dataSet.items('sharedFunctionalGroupsSequence')[0];
  return macroItem(own, macro) ?? macroItem(shared, macro) ?? dataSet;
}

/** An item without any element says nothing, so it does not stand before what is said elsewhere. */
function macroItem(group: DicomDataSet | undefined, macro: Keyword): DicomDataSet | undefined {
  return group?.items(macro).find((item) => item.elements.size > 0);
}
