/** The sentence that stands in every report and every export. */
export const researchUseOnly = 'Research use only. Not for diagnosis.';
