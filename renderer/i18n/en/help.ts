export const help = {
  title: 'Help',
  says: 'These pages come with Sidelight and need no network.',
  pages: 'Pages',
  search: 'Search the pages',
  nothingFound: 'No page has these words.',
  button: 'Help (F1)',
} as const;
