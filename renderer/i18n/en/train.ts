/** Length: the words of one screen, as its other languages have them. */
import { countedInEnglish as n } from '../count.ts';

export const train = {
  intro: 'A small network learns your classes from what a large frozen model sees. Your images stay here.',
  loading: 'Loading …',
  newTraining: 'New training',
  runs: 'Trainings',
  noRuns: 'None yet.',
  paused: 'paused',
  noDatasetTitle: 'No data set yet',
  noDatasetText: 'Import studies and give them labels first; the Library does both.',
  openLibrary: 'Open the Library',
  noLpmTitle: 'No large pre-trained model yet',
  noLpmText:
    'The small network learns from a large one. Add it in the Settings: a folder or file as it was downloaded.',
  openSettings: 'Open the Settings',
  stepData: 'Data and large model',
  stepCheck: 'Look at the data',
  stepMethod: 'Method',
  stepStart: 'Time and start',
  dataset: 'Data set',
  datasetHelp: 'Its labelled images are used; the rest stays out.',
  lpm: 'Large pre-trained model',
  lpmHelp: 'Reads every image once and is not changed.',
  lpmEmbedded:
    'This one comes with Sidelight and was trained on drawn shapes and textures alone. It sees fine detail and small findings; for others, one trained on real images often does better. Add one in the Settings.',
  lpmOwn: 'You added this one. Train with the one that comes with Sidelight as well, and compare.',
  checking: 'Looking at the data …',
  balance: 'Images and patients of each class',
  class: 'Class',
  images: 'Images',
  share: 'Share of the images',
  patientsTrain: 'Training patients',
  patientsVal: 'validation',
  patientsTest: 'test',
  all: 'All',
  nothingFound: 'No problems found. Every patient is in one split only.',
  patientsSplit:
    'Every patient is in one split only: training (the network learns from it), validation (it chooses the best epoch) or test.',
  showCases: (count: number) => `Show ${n(count, 'study', 'studies')}`,
  severities: { blocks: 'Blocking.', serious: 'Warning.', note: 'Note.' },
  splitNames: { train: 'training', val: 'validation', test: 'test' },
  positive: {
    label: 'Positive class',
    question: 'Which class is the disease?',
    choose: 'Choose …',
    help: {
      chosen: (name: string) =>
        `You said so. Sensitivity, specificity, predictive values and threshold of models trained from now on are about “${name}”.`,
      recognised: (name: string) =>
        `Read from the names. Sensitivity, specificity, predictive values and threshold are about “${name}”.`,
      alphabet: (name: string) =>
        `Nothing in the names tells. Until you say so “${name}” is taken, and every figure says that nobody chose it; if it is the other one, sensitivity and specificity are exchanged.`,
    },
  },
  asked: 'Asked for',
  marksHelp: 'Patients in whom a finding is present / absent; images of which it is known.',
  findings: {
    nothingKnown: {
      title: 'Nothing is known of any image.',
      advice: 'Label images under “Read and label”, or import a labels file.',
    },
    emptyPart: {
      title: 'No patients for {splits}.',
      advice:
        '{patients:patient has|patients have} labels. At least 3 are needed, one each for training, validation and test; a split that was given may leave one empty.',
    },
    notTaught: {
      title: 'Nothing is known of “{name}” for any training patient.',
      advice: 'It cannot be learned. Label some training patients for it, or take it out of the list of the data set.',
    },
    oneKindTaught: {
      title: '“{name}” is only present, or only absent, in all training patients.',
      advice: 'There is nothing to tell apart. Label patients of the other kind, too.',
    },
    notJudged: {
      title: '“{name}” cannot be judged in {splits}.',
      advice:
        'There it is known only as present, only as absent, or not at all, so there is no AUC. More labelled patients help; other findings are not affected.',
    },
    neverSaid: {
      title: 'Nothing was said of {names}.',
      advice: 'They are left out of the training. Label some images for them, or take them out of the list.',
    },
    unknownMarks: {
      title: '{unknown} of {all:mark is|marks are} not known.',
      advice: 'They count nowhere: each finding is learned and judged on the images where it is known.',
    },
    uncertainMarks: {
      title: '{uncertain} of {all:mark says|marks say} uncertain.',
      advice: 'They count as not known, unless “Uncertain marks” under expert settings says otherwise.',
    },
    numberRange: {
      title: '“{name}” goes from {least} to {most}, {mean} on average.',
      advice: 'A slipped decimal point or another unit would show here.',
    },
    oneNumber: {
      title: '“{name}” is {mean} in all images.',
      advice: 'There is nothing to learn from one number. Label images with others, too.',
    },
    sharedPatient: {
      title: '{studies} of {all:study or picture counts|studies or pictures count} as {patients:patient|patients}.',
      advice:
        'They carry one patient ID, or have their folder for a patient. Give the patients in a column patientID beside the path, correct the files where they lie and import again, or choose another rule for pictures in the import.',
    },
    validationCut: {
      title:
        '{cut:validation patient is|validation patients are} taken from the {training:training patient|training patients} of the file.',
      advice: 'The file gives no validation patients. The seed chooses them, by patient; the test set is untouched.',
    },
    testAlsoDrawn: {
      title: '{drawn:patient stands|patients stand} in test besides the {given} that the file gives.',
      advice:
        'They were dealt to it before the file came. For figures on the official test set alone, make a new data set.',
    },
    testGiven: {
      title: 'The test set is the {given:patient|patients} that the file gives.',
      advice:
        'The {others:patient without a split is|patients without a split are} dealt to training and validation only.',
    },
    picturesAlone: {
      title: '{images:picture counts|pictures count} as one patient each.',
      advice:
        'Nothing says whose they are. If one person has several, give a column patientID, or choose folder or name in the import: otherwise that person may stand in training and test at once.',
    },
    alikePatients: {
      title: '{patients:patient has|patients have} IDs that differ only in case, blanks or leading zeros.',
      advice:
        'They count as different people and may stand in training and test at once. If they are one, give one ID in a column patientID, or correct the files where they lie and import again.',
    },
    sharedIds: {
      title: '{patients:patient has|patients have} an ID that two issuers gave.',
      advice:
        'Two hospitals may number their patients alike: they count as one patient each, and a label by patientID is given to both. The details of their studies name the issuer. If they are two people, give each an ID of its own in a column patientID beside the study or the path; if one, nothing is to be done.',
    },
    imagesGone: {
      title: '{images:image is|images are} in no file any more; with a label: {labelled}.',
      advice:
        'Where they lay lie other images now, for example after new UIDs. They are not trained on. Import their former files again, or label what lies there now.',
    },
    filesAway: {
      title:
        '{images:image that is still to be read lies|images that are still to be read lie} in files that are not there ({looked} of {unread} checked).',
      advice:
        'A training leaves them out. Connect the drive or share on which they lie, or import the folder where they are now: they are recognised by their content.',
    },
    filesSilent: {
      title: 'The drive or share of {images:image that is|images that are} still to be read does not answer.',
      advice: 'A training waits for it, and leaves out what it does not give. Connect it, or wait until it answers.',
    },
    tooFewClasses: {
      title: 'Only {classes:labelled class|labelled classes}.',
      advice: 'Label images of at least two classes: {labelled:image has|images have} a label now.',
    },
    classTooSmall: {
      title: 'Class “{name}” has {patients:patient|patients}.',
      advice:
        'At least 3 are needed, one each for training, validation and test. Label more, or join this class with another.',
    },
    splitGap: {
      title: 'Class “{name}” has no patients for {splits}.',
      advice: 'The split was given with the labels. Move patients of this class, or leave the split to Sidelight.',
    },
    sameImageAcrossSplits: {
      title: '{images:image is|images are} the same picture in different splits.',
      advice:
        'The model would be tested on what it was trained on. Probably one patient under two IDs: remove one of each.',
    },
    sameImageAcrossPatients: {
      title: '{images:image is|images are} the same picture under different patients.',
      advice: 'Probably one patient under two IDs. Remove one of each, or a later split may separate them.',
    },
    sameImageTwice: {
      title: '{images:image is|images are} the same picture twice within a patient.',
      advice: 'They count double. Harmless, but tidy data is better.',
    },
    imbalance: {
      title: '“{most}” has {mostImages:image|images}, “{least}” only {leastImages}.',
      advice:
        'Set “Class weights” to balanced under expert settings, and judge by AUC and sensitivity, not by accuracy.',
    },
    fewTestPatients: {
      title: 'Only {patients:test patient|test patients}, {positives} with “{name}”.',
      advice: 'An AUC of {auc} could then be off by ± {halfWidth}. More labelled patients narrow that.',
    },
    positiveClassGuessed: {
      title: '“{name}” is taken as the positive class, which nobody has said.',
      advice:
        'Nothing in the names tells whether “{name}” or “{other}” is the disease. If it is “{other}”, sensitivity and specificity will be exchanged: say which it is above.',
    },
    classesDifferInCase: {
      title: 'Names that differ only in case or blanks are classes of their own: {names}.',
      advice:
        'If they are one class, give the cases of one of them the other name under “Read and label”, or import the labels into a new data set and say there that they are one.',
    },
    oddClassNames: {
      title: 'Not the names of classes: {names}.',
      advice:
        'Such values come from tables of several findings. Rename the class under Library, or import the labels anew with one word a row.',
    },
    mixedStudies: {
      title: '{studies:study has|studies have} images with different labels.',
      advice: 'Right where you label images. Such studies have no label of their own and are left out at study level.',
    },
    unlabelled: {
      title: '{images:image|images} of {studies:study|studies} {images?has|have} no label.',
      advice: 'They are left out of the training.',
    },
    smallImages: {
      title: '{images:image is|images are} much smaller than {inputSize} pixels (down to {smallest}).',
      advice: 'Enlarging adds no detail. A smaller input size under expert settings is faster and may do as well.',
    },
    stretchedImages: {
      title: '{images:image is|images are} long and narrow.',
      advice: 'Every image is squeezed to a square; shapes change. Best where all classes have the same proportions.',
    },
    mixedModalities: {
      title: 'Several modalities: {modalities}.',
      advice: 'A model may learn to tell the device instead of the finding. Check that each class has each modality.',
    },
    laterality: {
      title: 'Images are flipped at random during training.',
      advice: 'If left and right matter for your finding, switch “Horizontal flip” off under expert settings.',
    },
  },
  recipe: {
    question: 'Who chooses method, learning rate and length?',
    choices: {
      auto: {
        name: 'Found on your data',
        text: 'Several recipes are tried on your training and validation patients; the best is trained in five networks that answer together. The test patients are not touched.',
      },
      published: {
        name: 'As published, or your own',
        text: 'The settings of the method’s authors, and whatever you change of them.',
      },
    },
    howLong: 'How long may the search take?',
    budgets: {
      quick: { name: 'Quick', text: 'Seven recipes: some minutes for a few hundred images.' },
      thorough: { name: 'Thorough', text: 'Eighteen recipes and longer trainings: about five times as long.' },
      overnight: { name: 'Overnight', text: 'Still more of both: about thirty times as long.' },
    },
    methods: (names: string) => `Methods to search: ${names}`,
    methodsHelp: 'Tick others to have them tried, too. The promise below says what that takes.',
    throughLpm: 'Runs the large model in every step: takes long.',
    takes: (time: string) => `About ${time} of the search.`,
    asked: (names: string) => `Asked for were: ${names}.`,
    found: 'Recipe found on your data',
    tried: (trainings: number, folds: number, images: number) =>
      `${n(trainings, 'training', 'trainings')} on ${n(folds, 'fold', 'folds')} of ${n(images, 'image', 'images')} decided.`,
    why: (method: string, skill: string) =>
      `${method} won: on patients that it did not learn from it took away ${skill} of the loss of guessing, more than any other.`,
    seed: (seed: string) => `Seed: ${seed}.`,
    afresh: 'Search afresh …',
    afreshHelp:
      'With the same settings and another seed, which deals the patients to folds anew: the same seed would find the same recipe. The best of several searches is better than it deserves by chance: judge it on the test patients.',
    skillHelp:
      'Skill: the share of the loss of guessing that the answers take away, on patients that were not learned from. 1 is best, 0 is guessing.',
    columns: {
      method: 'Method',
      rate: 'Learning rate',
      decay: 'Weight decay',
      augment: 'Changed images',
      steps: 'Steps',
      round: 'Round',
      folds: 'Folds',
      skill: 'Skill',
      auc: 'AUC',
    },
    yes: 'yes',
    no: 'no',
    diverged: 'diverged',
    won: 'won',
    plot: 'Skill of each recipe',
    description: (recipes: number, best: string) =>
      `${n(recipes, 'recipe', 'recipes')}, a dot for each, by steps; the best has a skill of ${best}.`,
  },
  methodsHelp: 'Tick several to train them one after the other and compare them.',
  recommended: 'recommended',
  methods: {
    'fpt+': {
      name: 'FPT+',
      text: 'A small network that is shown the important places of the large model. Best for its time and memory.',
    },
    fpt: { name: 'FPT', text: 'The predecessor of FPT+: reads all layers, needs more time and memory.' },
    attentive: {
      name: 'Attentive probe',
      text: 'A handful of learned questions to every place the large model saw. Quick, with few numbers to learn; wants a learning rate near 0.005.',
    },
    'side-only': {
      name: 'Small network alone',
      text: 'Without the large model. Tells how much the large model adds.',
    },
    linear: { name: 'Linear', text: 'One layer on the large model’s summary. Fastest; a floor to compare with.' },
    full: {
      name: 'Full fine-tuning',
      text: 'Changes every weight of the large model. Very slow without a graphics card, and needs much memory.',
    },
    lora: {
      name: 'LoRA',
      text: 'Changes the large model’s attention by a little. Reads every image through it in every epoch: slow without a graphics card.',
    },
    adapter: {
      name: 'Adapters',
      text: 'Puts a small network after every block of the large model. As slow as LoRA.',
    },
    'prompt-tuning': {
      name: 'Prompt tuning',
      text: 'Gives the large model learned places to look at, in every block. As slow as LoRA.',
    },
    bitfit: { name: 'BitFit', text: 'Changes the biases of the large model alone. As slow as LoRA.' },
    partial: { name: 'Last blocks', text: 'Changes the last blocks of the large model, and no others.' },
  },
  method: 'Method',
  otherMethods: (count: number) => `Compare with other methods (${count})`,
  expertTitle: 'Expert settings',
  changed: 'changed',
  reset: 'Back to the authors’ settings',
  expert: {
    epochs: { name: 'Epochs', text: 'How often every image is shown.' },
    batch: { name: 'Batch size', text: 'Images shown before the weights change.' },
    lr: {
      name: 'Learning rate',
      text: 'Size of a step. The authors use 0.00005 to 0.005; linear wants 0.001 or more.',
    },
    optimiser: {
      name: 'Optimiser',
      text: 'How the weights follow their gradient. AdamW: the authors’ way. SGD wants larger steps, about 0.01, and less decay.',
    },
    weightDecay: { name: 'Weight decay', text: 'Pulls weights towards zero, against overfitting.' },
    folds: {
      name: 'Folds (cross-validation)',
      text: 'For few patients. With 5, five networks learn, each without a fifth of the training and validation patients, and predict those; the model answers with their mean. Takes five times as long. 1: one network.',
    },
    repeats: {
      name: 'Deals into folds',
      text: 'With 3, the patients are dealt to folds three times, and figures depend less on how they were dealt. Intervals stay as wide. Takes three times as long.',
    },
    deliver: {
      name: 'Model of the folds',
      text: 'The mean is made of the very networks that were judged. A refit is one network more, trained on all training and validation patients; it is smaller, and has no figures of its own.',
    },
    earlyStop: {
      name: 'Stop after idle epochs',
      text: 'Empty: never. Otherwise after so many epochs without a better validation (AUC; of grades, kappa).',
    },
    seed: { name: 'Seed', text: 'Same seed, same data, same machine: the same model, bit for bit.' },
    inputSize: {
      name: 'Input size',
      text: 'Pixels that the large model reads. Larger sees finer detail and takes longer.',
    },
    tokenRatio: { name: 'Share of tokens', text: 'Part of the image places that are handed on; 0.2 is the authors’.' },
    microBatch: {
      name: 'Images at a time',
      text: 'For full fine-tuning, LoRA and the like, which run the large model: fewer need less memory.',
    },
    rank: { name: 'Rank', text: 'Of LoRA: how much the changes can express. Empty: 16.' },
    alpha: { name: 'Alpha', text: 'Of LoRA: how much the changes count, over the rank. Empty: 16.' },
    bottleneck: { name: 'Adapter width', text: 'Numbers in the middle of an adapter. Empty: 64.' },
    prompts: { name: 'Prompts', text: 'Of prompt tuning: learned places in each block. Empty: 50.' },
    blocks: { name: 'Trained blocks', text: 'Of “Last blocks”: how many, counted from the last. Empty: 1.' },
    criterion: {
      name: 'Loss',
      text: 'What training makes small. Cross-entropy: the authors’ way. Label smoothing: surer is not better, for labels that are not certain. Focal: hard examples count more.',
    },
    uncertain: {
      name: 'Uncertain marks',
      text: 'Of findings: what counts where a reader was not sure. Unknown leaves these marks out.',
    },
    classWeights: {
      name: 'Class weights',
      text: 'Balanced: a rare class counts as much as a frequent one; of findings, present as much as absent. Dynamic: so at first, and less with every epoch.',
    },
    tokens: { name: 'Token score', text: 'Which attention decides which places of the image are important.' },
    normalisation: {
      name: 'Normalisation',
      text: 'Whose mean brightness counts. The data set: the authors’ way. The large model: several data sets share its work.',
    },
    augment: { name: 'Augmentation', text: 'Small crops and changes of brightness, new in each epoch.' },
    flip: { name: 'Horizontal flip', text: 'Off where left and right matter: side markers, heart, lobes.' },
  },
  moreThan: (least: string) => `Must be more than ${least}.`,
  choices: {
    unknown: 'unknown',
    present: 'present',
    absent: 'absent',
    none: 'none',
    balanced: 'balanced',
    dynamic: 'dynamic',
    global: 'of all places',
    class_token: 'of the summary',
    dataset: 'the data set',
    lpm: 'the large model',
    'cross-entropy': 'cross-entropy',
    'label-smoothing': 'cross-entropy with label smoothing',
    focal: 'focal',
    kappa: 'kappa, for grades',
    'binary-cross-entropy': 'binary cross-entropy, for findings',
    'mean-squared-error': 'mean squared error, for numbers',
    l1: 'mean absolute error, for numbers',
    'smooth-l1': 'smooth absolute error, for numbers',
    folds: 'mean of their networks',
    refit: 'trained again on all patients',
    adamw: 'AdamW',
    adam: 'Adam',
    sgd: 'SGD with momentum',
    'sgd-nesterov': 'SGD with Nesterov momentum',
  },
  blocked: 'Training cannot start before the blocking problems above are solved.',
  about: (time: string) => `About ${time}`,
  someSeconds: 'Some seconds',
  someMinutes: 'Some minutes',
  someHours: 'Some hours',
  invalid: 'A setting above is no valid value; correct it, and the time is promised.',
  between: (low: string, high: string) => `(${low} to ${high} on this machine)`,
  disk: (needed: string, free: string | null) =>
    `Takes ${needed} of disk space; ${free === null ? 'the disk does not say how much is free' : `free: ${free}`}.`,
  diskFull: 'The disk is too small. Free some space, or choose a smaller input size.',
  busy: 'Another job runs now: the time counts from its end.',
  measuring: 'Timing a few images and steps on this machine …',
  measuringWaits: 'Waiting for other work to end; then a few images and steps are timed.',
  noPromise: 'The time is not known yet.',
  startTraining: (count: number) => (count === 1 ? 'Start training' : `Start ${n(count, 'training', 'trainings')}`),
  state: 'State of the training',
  progress: 'Progress',
  waiting: 'Waiting: other work comes first.',
  starting: 'Starting …',
  epochOf: (epoch: string, total: string) => `Training: epoch ${epoch} of ${total}`,
  foldOf: (fold: string, folds: string, epoch: string, total: string) =>
    `Training: network ${fold} of ${folds}, epoch ${epoch} of ${total}`,
  foldLegend: (fold: number, deal: number | null) =>
    deal === null ? `without fold ${fold}` : `without fold ${fold}, deal ${deal}`,
  refitLegend: 'from all patients',
  foldLossDescription: (network: string, epoch: number, trainLoss: string) =>
    `Network ${network}, after epoch ${epoch}: loss ${trainLoss} on its training images.`,
  foldsHelp:
    'One line for each network; each learns from all patients but those of its fold. No epoch is chosen: the weights after the last one count. What they say of the patients that they did not learn from stands in Judge, under cross-validation.',
  stages: {
    decoding: (done: string, total: string) => `Reading images: ${done} of ${total}`,
    statistics: (done: string, total: string) => `Measuring brightness: image ${done} of ${total}`,
    encoding: (done: string, total: string) => `The large model reads image ${done} of ${total}`,
    searching: (done: string, total: string) => `Searching for a recipe: step ${done} of about ${total}`,
  },
  ran: (time: string) => `ran ${time}`,
  promised: (time: string) => `promised: ${time}`,
  slower: (share: string) => `${share} longer than promised, restarts included.`,
  faster: (share: string) => `Done ${share} sooner than promised.`,
  retried: (count: number) =>
    `The computing process stopped and was started again (${n(count, 'time', 'times')}); training went on from its last checkpoint.`,
  crashed: 'The application ended twice during this training, so it was not started again by itself. Nothing is lost.',
  pausedText: 'Paused. “Resume” continues from the last finished epoch, also after a restart.',
  stalled: (epochs: number) =>
    `Validation has not become better for ${n(epochs, 'epoch', 'epochs')}: you can stop now; the best weights are kept.`,
  stalledAtGuessing: (epochs: number) =>
    `Validation has not become better for ${n(epochs, 'epoch', 'epochs')} and is where guessing is: so far nothing was learned. Stopped now, the model guesses; let it go on, or try a larger learning rate, more epochs or another method.`,
  best: (epoch: string, auc: string, isOver: boolean) =>
    isOver
      ? `The model has the weights of the best epoch: ${epoch}, validation AUC ${auc}.`
      : `Best so far: epoch ${epoch}, validation AUC ${auc}. These weights become the model.`,
  noEpochs: 'Curves appear after the first epoch.',
  pause: 'Pause',
  judge: 'Judge the model',
  classify: 'Classify with it',
  epoch: 'Epoch',
  loss: 'Loss (lower is better)',
  trainLoss: 'training',
  valLoss: 'validation',
  auc: 'Validation AUC (higher is better)',
  aucHelp: 'circle: best epoch; dotted: chance',
  guessedLoss: 'guessing (validation)',
  lossDescription: (epoch: number, trainLoss: string, valLoss: string, guessed: string | null) =>
    `After epoch ${epoch}: loss ${trainLoss} on training images, ${valLoss} on validation images${guessed === null ? '' : `, where guessing has ${guessed}`}.`,
  aucDescription: (epoch: number, auc: string) => `After epoch ${epoch}: validation AUC ${auc}.`,
} as const;
