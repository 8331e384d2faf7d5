import { countedInEnglish as n } from '../count.ts';

export const welcome = {
  title: 'Welcome to Sidelight',
  what: [
    'Sidelight teaches a small network to tell apart what you label: a finding, a view, a quality.',
    'You import studies, label some, train for a few minutes, and see how well it does on patients it has never met.',
    'Everything stays on this computer; nothing is sent anywhere.',
  ],
  notice: 'Research use only. Not for diagnosis.',
  noticeText: 'No result of this program may decide about a patient.',
  acknowledge: 'I have read this and will use Sidelight for research only',
  acknowledgeFirst: 'Please confirm the sentence above first.',
  own: 'Import your studies',
  ownText: 'A folder, a CD, a ZIP archive. The files are read, never changed.',
  ownAction: 'Choose studies …',
  demo: 'Try it with the demo set',
  demoText: 'Made-up images with specks, a mass, or neither: the whole way from label to result in about five minutes.',
  demoAction: 'Make the demo set',
  making: 'Making the demo set',
  makingText: 'Pictures are painted, imported and labelled. This takes about a minute.',
  done: (studies: number, unlabelled: number) =>
    `${n(studies, 'study is', 'studies are')} in the library; without a label: ${unlabelled}.`,
  standIn:
    'This copy comes without a pre-trained model, so one with random weights stands in: good enough to see how everything works, not to judge the method.',
  next: 'What to do next',
  steps: {
    label: 'Label the studies that have no label yet: keys 1, 2, 3.',
    train: 'Train: choose the data set “demo” and press Start.',
    classify: (folder: string) => `Classify the new studies in ${folder}`,
  },
  way: 'The way through',
  progress: {
    import: 'Studies are in the library.',
    label: 'A data set is labelled throughout.',
    train: 'A model was trained.',
    classify: 'New studies were classified.',
  },
  isDone: 'done',
  isOpen: 'open',
  goLabel: 'Label',
  goTrain: 'Next: train',
  goLibrary: 'See the studies',
  goClassify: 'Classify',
  failed: 'The demo set could not be made.',
  again: 'Try again',
  notEmpty: 'The library holds studies already.',
} as const;
