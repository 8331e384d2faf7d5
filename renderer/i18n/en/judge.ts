import type { TargetFigure, UncertainPolicy, UnjudgedReason } from '../../../core/contract/index.ts';
import { countedInEnglish as n } from '../count.ts';

export const judge = {
  title: 'Judge',
  lead: 'How good is this model, for whom, and at which threshold?',
  noModels: 'There is no trained model yet.',
  noModelsHelp: 'Train one first; then its answers can be judged here.',
  goTrain: 'Go to Train',
  model: 'Model',
  split: 'Cases',
  splits: { train: 'Training', val: 'Validation', test: 'Test', 'cross-validation': 'Cross-validation' },
  level: 'Count',
  levels: { study: 'Studies', image: 'Images' },
  pooling: 'Study answer from its images',
  poolings: { mean: 'mean', max: 'highest' },
  crossValidationHelp:
    'Every training and validation patient, answered by the network that did not learn from it. Test patients took no part.',
  notEvaluated: (split: string) => `This model has not been evaluated on the ${split.toLowerCase()} cases yet.`,
  testWarning:
    'Test cases answer one question once: how good is the finished model? Choose thresholds, calibration and methods on the validation cases. Every evaluation on the test cases is counted; opening it again is not.',
  evaluate: 'Evaluate',
  evaluating: 'Evaluating …',
  testEvaluations: (times: number) =>
    times === 1
      ? 'Evaluated on the test cases once.'
      : `Evaluated on the test cases ${n(times, 'time', 'times')}; each time is recorded.`,
  summary: (cases: number, patients: number, dataset: string, version: number) =>
    `${n(cases, 'case', 'cases')} of ${n(patients, 'patient', 'patients')}, data set “${dataset}” version ${version}`,
  mixed: (studies: number) =>
    `${n(studies, 'study is', 'studies are')} left out: images of one study carry different labels.`,
  intervalNote: 'In brackets: 95 % interval.',
  tabs: {
    overview: 'Figures',
    compare: 'Methods side by side',
    subgroups: 'Subgroups',
    trust: 'Calibration and referral',
    card: 'Model card',
  },
  figures: {
    auc: 'AUC',
    averagePrecision: 'Average precision',
    accuracy: 'Accuracy',
    sensitivity: 'Sensitivity',
    specificity: 'Specificity',
    ppv: 'PPV',
    npv: 'NPV',
    lrPositive: 'Likelihood ratio +',
    lrNegative: 'Likelihood ratio −',
    kappa: 'Kappa',
    brier: 'Brier score',
    calibrationError: 'Calibration error',
  },
  targetFigures: {
    kappaQuadratic: 'Kappa (quadratic weights)',
    meanAbsoluteError: 'Mean absolute error (grades)',
    absoluteError: 'Mean absolute error',
    rootMeanSquaredError: 'Root mean squared error',
    rSquared: 'R² (share of the variance explained)',
  } satisfies Record<TargetFigure, string>,
  findings: {
    finding: 'Finding',
    title: 'All findings',
    help: 'Each is judged on the cases where it is known, at its own threshold. Choose one to see its curves, threshold and cases below.',
    known: 'Known',
    present: 'Present',
    open: (name: string) => `Judge ${name}`,
    knownOf: (name: string) => `where “${name}” is known to be present or absent`,
    mean: (judged: string, all: string) => `Mean of the ${judged} of ${all} that can be judged`,
    right: 'Right answers to all that is known',
    unjudged: {
      unknown: 'cannot be judged: known for none of these cases',
      neverPresent: 'cannot be judged: present in none of these cases',
      neverAbsent: 'cannot be judged: absent in none of these cases',
    } satisfies Record<UnjudgedReason, string>,
  },
  numbers: {
    bias: 'Bias (answer minus label)',
    low: 'Lower limit of agreement',
    high: 'Upper limit of agreement',
    help: 'In the unit of the labels; below each figure its 95 % interval (bootstrap over patients). Between the limits of agreement lie 95 % of the differences, if they are spread evenly around the bias.',
    scatter: 'Answers beside the labels',
    scatterHelp: 'On the dashed line an answer is its label.',
    differences: 'Differences over the range',
    differencesHelp: 'Dashed: bias and limits of agreement (Bland and Altman).',
    label: (name: string) => `Label: ${name}`,
    answer: (name: string) => `Answer: ${name}`,
    mean: 'Mean of answer and label',
    difference: 'Answer minus label',
    worst: 'Furthest off first',
    off: (difference: string) => `${difference} off`,
    caseLabel: (n: number, truth: string, answer: string) => `Case ${n}: labelled ${truth}, answered ${answer}`,
    errorDifference: 'Difference in error',
  },
  kappaOrdered: (classes: string) => `Kappa (quadratic, in the order ${classes})`,
  ofClass: (figure: string, name: string) => `${figure} (“${name}”)`,
  ofGuessedClass: (figure: string, name: string) => `${figure} (“${name}”, not set by you)`,
  ofClassAgainstRest: (figure: string, name: string) => `${figure} (“${name}” against the rest)`,
  macro: (figure: string) => `${figure} (macro average)`,
  positiveIs: (name: string) => `positive class: “${name}”`,
  positiveGuessed: (name: string, other: string) =>
    `The names do not tell whether “${name}” or “${other}” is the positive class (the disease). Nobody said it, and “${name}” was chosen by the alphabet; if it is the other one, sensitivity and specificity are exchanged, and so are PPV and NPV. Say here which it is; no decision changes.`,
  mostProbable: 'the most probable class is answered',
  fromThreshold: (name: string, value: string) => `“${name}” is answered from a probability of ${value} on`,
  ownDecision: 'no threshold: the model’s own decision',
  backToOwn: 'Back to the model’s own decision',
  strip: {
    class: (name: string) => `“${name}”`,
    classAgainstRest: (name: string) => `“${name}” against the rest`,
    finding: (name: string) => `Presence of “${name}”`,
    own: (about: string, rule: string) => `${about}, at the model’s own decision (${rule})`,
    stored: (about: string, value: string) => `${about}, at the model’s own decision (threshold ${value})`,
    slider: (about: string, value: string) =>
      `${about}, at the threshold ${value} of the slider, which is not the model’s own decision`,
  },
  classTable: {
    title: 'Each class at the model’s own decision',
    help: (decision: string) =>
      `Each against the rest: ${decision}. In brackets: 95 % interval. The slider below changes nothing here.`,
    class: 'Class',
    answered: 'Answered',
    precision: 'Precision (PPV in these cases)',
    open: (name: string) => `Show ${name} against the rest`,
  },
  methodsNote:
    'AUC and accuracy: bootstrap over patients, exact where it never varies. Out-of-fold answers count as fewer patients. Sensitivity, specificity: Wilson. PPV and NPV: Bayes at your prevalence, logit interval (Mercaldo 2007). Likelihood ratios: log interval.',
  roc: 'ROC curve',
  rocHelp: 'Shaded: 95 % of resampled patients. Dot: the threshold below.',
  rocNoBand:
    'No band: whichever patients are drawn, the curve is the same. How sure that is, the exact interval of the AUC says. Dot: the threshold below.',
  rocX: '1 − specificity',
  rocY: 'Sensitivity',
  pr: 'Precision and recall',
  prX: 'Recall (sensitivity)',
  prY: 'Precision (PPV in these cases)',
  calibration: 'Calibration',
  calibrationHelp: 'On the diagonal, a probability of 0.8 is right in 80 of 100 cases.',
  calibrationX: 'Probability given',
  calibrationY: 'Share that was true',
  noCurve: 'Not defined: only one class occurs among these cases.',
  positiveClass: 'Class against the rest',
  threshold: 'Threshold',
  thresholdOf: (name: string) => `Threshold for “${name}”`,
  thresholdHelp: 'Arrow keys move it by 0.005, Page Up and Page Down by 0.05.',
  atPrevalence: (label: string, share: string) => `${label} at a prevalence of ${share}`,
  prevalence: 'Prevalence where it will be used (%)',
  prevalenceHelp: (observed: string) => `PPV and NPV depend on it. Among these cases it is ${observed}.`,
  storedThreshold: (name: string, value: string, split: string) =>
    `Stored with the model: “${name}” from ${value} on, chosen on ${split.toLowerCase()} cases.`,
  noThreshold:
    'With more than two classes the most probable class decides. The slider shows one class against the rest.',
  resetThreshold: 'Back to the stored one',
  saveThreshold: 'Store this threshold',
  thresholdSaved: 'Threshold stored with the model and noted in the audit trail.',
  testThresholdTitle: 'Chosen on test cases?',
  testThreshold:
    'A threshold chosen on the test cases fits these very cases; its sensitivity and specificity will look better than they are. Choose it on the validation cases instead. If you store it all the same, the model card says so.',
  saveAnyway: 'Store all the same',
  confusion: 'Labels and answers',
  confusionHelp: 'Choose a cell to see its cases.',
  confusionRows: 'Label',
  confusionColumns: 'Answer',
  cell: (cases: number, truth: string, decision: string) =>
    `${n(cases, 'case', 'cases')} labelled ${truth}, answered ${decision}`,
  cases: 'Cases',
  mistakes: 'Worst mistakes first',
  casesOf: (truth: string, decision: string) => `Labelled ${truth}, answered ${decision}`,
  showMistakes: 'Show all mistakes',
  noCases: 'No case here.',
  label: 'Label',
  answer: 'Answer',
  sure: (p: string, guessed: string) => `${p} sure (guessing: ${guessed})`,
  referred: 'to a reader',
  openRead: 'Open',
  openEvidence: 'Evidence',
  openAll: 'Open these in Read',
  caseLabel: (n: number, truth: string, decision: string) => `Case ${n}: labelled ${truth}, answered ${decision}`,
  more: 'Show more',
  shown: (n: string, total: string) => `${n} of ${total}`,
  compareHelp:
    'Models of the same data-set version on the same cases. The difference is to the model chosen above, with its interval from resampled patients; where the interval holds 0, the cases cannot tell the two apart.',
  method: 'Method',
  difference: 'Difference in AUC',
  learnable: 'Learnable parameters',
  memory: 'Peak memory',
  time: 'Training time',
  thisModel: 'this model',
  notYet: 'not evaluated',
  evaluateAll: 'Evaluate the missing ones',
  methods: {
    'fpt+': 'FPT+',
    fpt: 'FPT',
    attentive: 'Attentive probe',
    'side-only': 'Side network only',
    linear: 'Linear',
    full: 'Full fine-tuning',
    lora: 'LoRA',
    adapter: 'Adapters',
    'prompt-tuning': 'Prompt tuning',
    bitfit: 'BitFit',
    partial: 'Last blocks',
  },
  subgroupsHelp:
    'The same decision (the threshold, or the most probable class) in parts of the cases. Small groups have wide intervals; a difference is only worth a thought where the intervals hardly meet.',
  noSubgroups:
    'The library knows nothing that would split these cases: all have the same modality and manufacturer, or nothing is known.',
  attributes: {
    modality: 'Modality',
    manufacturer: 'Manufacturer',
    device: 'Device',
    institution: 'Institution',
    sex: 'Sex',
    age: 'Age',
  },
  unknown: 'not known',
  patients: 'Patients',
  positives: (name: string) => `Cases of “${name}”`,
  temperature: (value: string) => `Temperature of this model: ${value}`,
  temperatureHelp:
    'One number, fitted on the validation cases, that makes probabilities mean what they say. It changes no decision: the threshold moves along. A referral band must be set anew afterwards.',
  calibrate: 'Calibrate on the validation cases',
  calibrateOutOfFold: 'Calibrate on the out-of-fold answers',
  calibrated: 'The model is calibrated.',
  calibrateNeedsVal: 'Evaluate the model on the validation cases first.',
  calibrateFew: (patients: number, fewest: number) =>
    `${n(patients, 'patient is', 'patients are')} few to calibrate on: from fewer than ${fewest} the temperature is mostly chance, and probabilities may mean less than before.`,
  calibrateOneSided: (patients: number) =>
    `It cannot be calibrated: ${n(patients, 'patient has', 'patients have')} one label alone, and nothing tells how sure is too sure.`,
  referral: 'Refer to a reader',
  referralHelp:
    'Answers near the threshold are the least certain. Refer some of them to a reader, and fewer of the others are wrong. Set the share on the validation cases. Shaded is the two-sided 95 % interval of each share, wider where answers are out-of-fold; it may reach above what a rule promises, whose bound is one-sided.',
  coverageX: 'Share answered without a reader',
  coverageY: 'Wrong among the answered',
  referShare: 'Share to refer',
  bandNow: (share: string, error: string, name: string | null, low: string, high: string) =>
    `${share} referred; among the rest ${error} wrong. Band${name === null ? '' : ` (probability of “${name}”)`}: ${low} to ${high}.`,
  bandStored: (name: string, low: string, high: string) =>
    `Stored with the model: answers with a probability of “${name}” from ${low} to ${high} go to a reader.`,
  bandStoredMany: (high: string) => `Stored with the model: answers less than ${high} sure go to a reader.`,
  promise: {
    allowed: 'Allowed error among the answered (%)',
    find: 'Find the rule',
    help: 'Found on the cases that the model did not learn from: the fewest answers are referred for which, with 95 % certainty, at most this share of the others is wrong.',
    units: {
      study: (cases: number) => n(cases, 'study', 'studies'),
      image: (cases: number) => n(cases, 'image', 'images'),
    },
    kept: (
      allowed: string,
      of: {
        readonly referred: string;
        /** How many studies or images. */
        readonly cases: string;
        readonly accepted: string;
        readonly errors: string;
        readonly bound: string;
        /** Whose answers they are, where that is fewer. */
        readonly patients: number | null;
      },
    ) =>
      `Promised with 95 % certainty: at most ${allowed} of the answered are wrong. Found on ${of.cases}: ${of.referred} referred; of the other ${of.accepted}, ${of.errors} wrong (one-sided upper bound ${of.bound}${of.patients === null ? '' : ` over ${n(of.patients, 'patient', 'patients')} who count alike`}).`,
    ofFolds:
      "That was found on the networks of the folds. This model, a refit, learned from all these patients: how often it is wrong itself, only others' cases tell.",
    tooFew: (allowed: string, patients: number, fewest: string) =>
      `An error of at most ${allowed} cannot be promised from ${n(patients, 'patient', 'patients')}; even without a wrong answer it takes ${fewest}. Nothing was changed.`,
    tooManyWrong: (allowed: string, lowest: string) =>
      `An error of at most ${allowed} cannot be promised: too many of the surest answers are wrong (lowest upper bound ${lowest}). Allow a larger error. Nothing was changed.`,
  },
  noBand: 'No band is stored with this model: no answer is referred.',
  storeBand: 'Store this band',
  removeBand: 'Remove the band',
  bandSaved: 'Band stored with the model.',
  onlyOnVal: 'Shown for these cases; choose “Validation” above to set it.',
  printPdf: 'Save as PDF',
  saveHtml: 'Save as HTML',
  saveMarkdown: 'Save as Markdown',
  cardSaved: (path: string) => `Saved: ${path}`,
  card: {
    title: (name: string) => `Model card: ${name}`,
    notice: 'Research use only. Not for diagnosis.',
    what: 'What it is',
    whatText: (method: string, classes: string, lpm: string) =>
      `An image classifier that tells apart ${classes}. Method: ${method}, on top of the frozen pre-trained model “${lpm}”.`,
    howText: (input: number, learnable: string) =>
      `It reads each image at ${input} pixels, squeezed to a square, and has ${learnable} learnable parameters.`,
    int8Text:
      'The pre-trained model reads images in 8 bits, quicker and a little less exactly, in training as in classifying.',
    keptInt8Text:
      'What the pre-trained model says of an image is rounded to 8 bits for each head and channel, in training as in classifying.',
    data: 'What it was trained on',
    dataText: (dataset: string, version: number, date: string) =>
      `Data set “${dataset}”, version ${version}; trained on ${date}.`,
    trainingText: (epochs: number, time: string, memory: string) =>
      `${n(epochs, 'epoch', 'epochs')} in ${time}, peak memory ${memory}.`,
    labelledBy: (names: string) => `Labels by: ${names}.`,
    splitOrigins: (parts: string) => `Patients by part: ${parts}.`,
    origins: {
      given: (count: string) => `${count} given by the labels file`,
      drawn: (count: string) => `${count} dealt`,
      cut: (count: string) =>
        `${count} taken from the training patients that the file gives, which gives none for validation`,
    },
    splitText: 'No patient is in more than one part.',
    part: 'Part',
    class: 'Class',
    studies: 'Studies',
    images: 'Images',
    results: 'How good it is',
    resultsText: (name: string, threshold: string, split: string) =>
      `“${name}” is answered from a probability of ${threshold} on, chosen on ${split.toLowerCase()} cases. In brackets: 95 % interval.`,
    resultsMany: 'The most probable class decides. In brackets: 95 % interval.',
    resultsFindings: (thresholds: string) =>
      `Each finding is called present from its own probability on: ${thresholds}. In brackets: 95 % interval; sensitivity and specificity of all together are means.`,
    resultsNumbers: 'The answer is a number, in the unit of the labels. In brackets: 95 % interval.',
    allFindings: 'all that can be judged (mean)',
    whatFindings: (method: string, findings: string, lpm: string) =>
      `An image classifier that says of each of several findings whether it is present: ${findings}. Method: ${method}, on top of the frozen pre-trained model “${lpm}”.`,
    whatNumber: (method: string, name: string, lpm: string) =>
      `A model that reads a number from an image: ${name}. Method: ${method}, on top of the frozen pre-trained model “${lpm}”.`,
    uncertain: {
      unknown: 'Marks of “uncertain” count as not known.',
      present: 'Marks of “uncertain” count as present.',
      absent: 'Marks of “uncertain” count as absent.',
    } satisfies Record<UncertainPolicy, string>,
    bandOf: (name: string, low: string, high: string) =>
      `Answers about “${name}” with a probability from ${low} to ${high} are to be referred to a reader.`,
    limitQuestions: [
      'It knows what is named above and nothing else: of every image it answers that, whatever the image shows.',
      'It was judged on images from the same sources as it was trained on. Elsewhere it may do worse.',
      'What a reader did not say is not known; a finding that nobody looked for is no absence.',
    ],
    noResults: 'It has not been evaluated yet.',
    testEvaluations: (times: number) =>
      times === 1
        ? 'It was evaluated on the test cases once.'
        : `It was evaluated on the test cases ${n(times, 'time', 'times')}.`,
    positive: (name: string, other: string) =>
      `Positive class: “${name}”. Sensitivity is the share of “${name}” that was found, specificity the share of “${other}” that was left alone.`,
    intervals:
      'AUC and accuracy: bootstrap over patients, exact where it never varies. Sensitivity and specificity: Wilson score interval. Out-of-fold answers know of each other and count as fewer patients, so their intervals are wider. Studies: mean of the probabilities of their images.',
    calibrated: (t: string) => `Probabilities are calibrated (temperature ${t}, fitted on validation cases).`,
    calibratedOutOfFold: (t: string) =>
      `Probabilities are calibrated (temperature ${t}, fitted on the answers of the cross-validation).`,
    foldsText: (networks: number, repeats: number, isRefit: boolean) =>
      [
        isRefit
          ? `It is one network, which learned from all training and validation patients. The figures of cross-validation are not its own: they are those of ${n(networks, 'other network', 'other networks')} of the same recipe, each of which learned without another fold of these patients.`
          : `It is the mean of ${n(networks, 'network', 'networks')}, each of which learned from the training and validation patients without another fold of them.`,
        repeats === 1
          ? 'Under cross-validation every patient is answered by the network that did not learn from it.'
          : `Patients were dealt to folds ${n(repeats, 'time', 'times')}; under cross-validation every one is answered by the mean of the ${n(repeats, 'network that did not learn from them', 'networks that did not learn from them')}.`,
      ].join(' '),
    notCalibrated: 'Probabilities are not calibrated.',
    band: (name: string | null, low: string, high: string) =>
      `Answers with a ${name === null ? 'highest probability' : `probability of “${name}”`} from ${low} to ${high} are to be referred to a reader.`,
    noBand: 'No answer is referred to a reader.',
    limits: 'Limits',
    limitList: [
      'It knows the classes above and no others: every image gets one of them, whatever it shows.',
      'It was judged on images from the same sources as it was trained on. Elsewhere it may do worse.',
      'Predictive values depend on prevalence; those of these cases do not carry over.',
      'Attention shows where the model looked. It does not prove why it answered as it did.',
    ],
    identity: 'Identity',
    weights: (hash: string) => `Weights SHA-256 ${hash}`,
    lpm: (hash: string) => `Pre-trained model SHA-256 ${hash}`,
  },
} as const;
