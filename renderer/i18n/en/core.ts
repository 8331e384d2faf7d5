/** What the core says in English texts that the window shows: stages and units of jobs. A text without a row is shown as it is. */
export const core = {
  stages: {
    'Adding LPM': 'Adding the model',
    Checking: 'Checking',
    Classifying: 'Classifying',
    Decoding: 'Decoding',
    'Deletion check': 'Deletion check',
    Encoding: 'Encoding',
    Evaluating: 'Evaluating',
    Evidence: 'Looking for evidence',
    Importing: 'Importing',
    'Mean and deviation': 'Mean and deviation',
    Measuring: 'Measuring',
    'Reading the image': 'Reading the image',
    Training: 'Training',
    export: 'Exporting',
  },
  units: {
    files: 'files',
    images: 'images',
    records: 'records',
    parts: 'parts',
    runs: 'runs',
    steps: 'steps',
    epochs: 'epochs',
    studies: 'studies',
  },
} as const;
