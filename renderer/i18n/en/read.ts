export const read = {} as const;
