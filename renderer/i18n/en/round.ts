import { countedInEnglish as n } from '../count.ts';

/** From a wrong answer to a better model; names, merging and deleting; what has ended. */
export const round = {
  walk: {
    title: 'Cases from Judge',
    place: (position: string, total: string, isWrong: boolean) =>
      isWrong ? `Wrong answer ${position} of ${total}` : `Case ${position} of ${total}`,
    said: (truth: string, answer: string) => `labelled ${truth}, answered ${answer}`,
    next: (total: number, isWrong: boolean) =>
      isWrong ? `Next of ${n(total, 'wrong answer', 'wrong answers')}` : `Next of ${n(total, 'case', 'cases')}`,
    back: 'Back to Judge',
    atEnd: 'That was the last one.',
    gone: 'This case is no longer in the data set.',
  },
  again: {
    changed: (model: string, parts: readonly string[]) => `Since “${model}” was trained: ${parts.join(', ')}.`,
    labels: (count: number) => `${n(count, 'label', 'labels')} changed`,
    added: (count: number) => `${n(count, 'image', 'images')} added`,
    removed: (count: number) => `${n(count, 'image', 'images')} left out`,
    moved: (count: number) => `${n(count, 'image', 'images')} filed under another patient or study`,
    other: 'the data set is another version',
    locked: (patients: number) =>
      `A training now makes a new version of the data set; the ${n(patients, 'test patient stays test patient', 'test patients stay test patients')}.`,
    train: 'Train again with the changed labels',
    trainOther: 'Train again on the data set as it is now',
    trainHelp: (model: string) => `With the settings of “${model}”, as a new model that names it.`,
  },
  on: {
    button: 'Train on …',
    title: (model: string) => `Train “${model}” on`,
    help: 'From the weights that it ended with, with the same settings, on the data set as it is now. A new model comes of it, which names this one. The optimiser and the learning rate begin anew: what the optimiser had gathered is not kept once a training has ended.',
    epochs: 'More epochs',
    start: 'Train on',
  },
  pair: {
    title: (other: string) => `Beside “${other}”, which it was trained from`,
    titles: {
      again: (other: string) => `Trained again from “${other}”`,
      on: (other: string) => `Trained on from “${other}”`,
    },
    compare: (other: string) => `Compare with “${other}”`,
    help: 'On the same test patients, patient by patient. What is true is taken from the newer labels.',
    evaluates: (names: string) => `Evaluates on the test cases first, which is counted: ${names}.`,
    better: 'Better',
    whoIsWho: (own: string, other: string) => `${own} (new) and ${other} (before)`,
  },
  edit: {
    open: 'Rename or delete …',
    modelTitle: (name: string) => `Model “${name}”`,
    name: 'Name',
    rename: 'Rename',
    renamed: (name: string) => `It is called “${name}” now.`,
    delete: 'Delete',
    deleteModel: 'Delete this model',
    goes: 'What goes',
    stays: 'What stays',
    modelGoes: (evaluations: number, watches: number) =>
      `The model with ${n(evaluations, 'evaluation', 'evaluations')}${watches === 0 ? '' : `; ${n(watches, 'watched folder stops', 'watched folders stop')}`}.`,
    modelStays: (dataset: string, batches: number) =>
      `Data set “${dataset}” with its labels, and the results of ${n(batches, 'classification', 'classifications')}.`,
    inUse: (dataset: string) =>
      `It is in use for “${dataset}”, which then has no model in use. Classify will propose another one.`,
    inUseConfirm: 'Delete it although it is in use',
    undoLater: 'It can be brought back.',
    deleted: (name: string) => `“${name}” is deleted.`,
    undo: 'Undo',
    restored: (name: string) => `“${name}” is back.`,
    watchedAgain: (watches: number) => `${n(watches, 'folder is', 'folders are')} watched again.`,
    stillStopped: (folders: readonly string[]) =>
      `${n(folders.length, 'folder is', 'folders are')} still stopped: ${folders.join(', ')}. Start what is to be watched in Classify, under “Watched folders”.`,
    restore: 'Bring back',
    restoreNamed: (name: string) => `Bring “${name}” back`,
    deletedThings: 'Deleted',
    deletedOn: (date: string) => `deleted ${date}`,
    left: (names: string) => `Not brought back, because others have the names: ${names}.`,
    deleteDataset: 'Delete …',
    datasetTitle: (name: string) => `Delete data set “${name}”?`,
    datasetGoes: (labels: number, comments: number, models: readonly string[]) =>
      `${n(labels, 'label', 'labels')}, ${n(comments, 'comment', 'comments')}, ${
        models.length === 0 ? 'no model' : `${n(models.length, 'model', 'models')} (${models.join(', ')})`
      }.`,
    datasetStays: (studies: number) => `Its ${n(studies, 'study', 'studies')}, in the library and in other data sets.`,
    datasetInUse: (model: string) => `“${model}” is in use for it.`,
    typeName: (name: string) => `To delete it, type its name: ${name}`,
    merge: 'Make part of another …',
    mergeOf: (name: string) => `Make ${name} part of another`,
    mergeTitle: (name: string) => `Make “${name}” part of another class`,
    mergeInto: 'Part of',
    mergeHelp: (labels: number, name: string, into: string) =>
      `${n(labels, 'label that counts and says', 'labels that count and say')} “${name}” will say “${into}”, by the same readers; history shows both. Versions and models that are there stay as they are.`,
    mergeNow: 'Make it part',
    merged: (name: string, into: string, labels: number) =>
      `“${name}” is part of “${into}” now: ${n(labels, 'label', 'labels')}.`,
    apart: (name: string) => `“${name}” is a class by itself again.`,
    merges: 'Made part of others',
    mergeLine: (name: string, into: string, labels: number) =>
      `“${name}” in “${into}”, ${n(labels, 'label', 'labels')}`,
    takeApart: (name: string) => `Take ${name} apart again`,
    removeTraining: 'Take out of the list',
    trainingRemoved: 'The training is out of the list.',
    noModel: (name: string) => `There is no model “${name}” any more.`,
  },
  ended: {
    classified: (model: string, studies: number, failed: number) =>
      `Classified by “${model}”: ${n(studies, 'study', 'studies')}${failed === 0 ? '' : `, ${n(failed, 'file', 'files')} failed`}.`,
    exported: (studies: number, skipped: number) =>
      `Exported: ${n(studies, 'study', 'studies')}${skipped === 0 ? '' : `, ${n(skipped, 'file', 'files')} left out`}.`,
    openResults: 'Open results',
    showInFolder: 'Show in folder',
  },
  apart: {
    only: 'Made by classifying',
    help: 'Classifying made this data set. It is kept apart: no screen chooses it by itself.',
    choose: 'Choose a data set',
    chooseHelp: 'The only data sets are those that classifying made; they are not opened by themselves.',
  },
} as const;
