import { countedInEnglish as n } from '../count.ts';

export const evidence = {
  title: 'Evidence',
  lead: 'Which parts of the image the model’s answer rests on, as far as that can be told.',
  honest:
    'Attention is not proof. It shows which patches the model read, not why the answer came out as it did; where a method also reads a small side image, that speaks too and leaves no trace here. Trust it no further than the deletion check bears it out.',
  noModels: 'There is no trained model yet.',
  noModelsHelp:
    'Train one first: its images are listed here, those it answers wrongly first, with what its answers rest on.',
  goTrain: 'Go to Train',
  /** Why a model has no evidence. */
  obstacles: {
    'no-place': (name: string) =>
      `“${name}” attends to no place of the image, and so leaves no evidence of this kind. Choose a model of another method.`,
    mean: (name: string) =>
      `“${name}” answers from the pre-trained model’s summary of the image, and that is a mean of all patches: nothing attends, and so there is no evidence of this kind. Choose a model of FPT+, FPT or the attentive probe, or one on a pre-trained model whose summary is its class token or an attention pool.`,
    numbers: (name: string) =>
      `“${name}” answers a number. Evidence shows what speaks for a class or a finding; a number has none. Judge tells how far off the numbers are.`,
    int8: (name: string) =>
      `“${name}” answers from a pass of the pre-trained model in 8 bits, through which what spoke for a class cannot be followed; read exactly, its answer would be another one. Choose a model that reads exactly, or one of FPT+, FPT or the attentive probe.`,
  },
  model: 'Model',
  images: 'Images',
  splits: { train: 'Training', val: 'Validation', test: 'Test' },
  split: 'Cases',
  /** A row of the list: its number, its label and its answer. */
  image: (place: number) => `Image ${place}`,
  labelled: (label: string) => `labelled ${label}`,
  notLabelled: 'not labelled',
  answered: (answer: string) => `answered ${answer}`,
  /** What is said above the list. */
  wrongOf: (wrong: number, images: number) =>
    wrong === 0
      ? `None of ${n(images, 'image', 'images')} answered wrongly.`
      : `${n(wrong, 'wrong answer', 'wrong answers')} to ${n(images, 'image', 'images')}; they stand first.`,
  furthest: 'The largest error stands first.',
  notEvaluated: 'The model was not evaluated on these cases: which answers are wrong is not known.',
  goJudge: 'Evaluate in Judge',
  groups: { wrong: 'Wrong', off: 'Errors', right: 'Right', unlabelled: 'Not labelled', unanswered: 'Not answered' },
  states: { wrong: 'wrong', off: 'error', right: 'right', unlabelled: 'not labelled', unanswered: 'not answered' },
  /** Of grades, how far an answer lies from the label. */
  steps: (off: number) => `wrong by ${n(Math.abs(off), 'step', 'steps')}: ${off > 0 ? 'too high' : 'too low'}`,
  error: (off: string) => `off by ${off}`,
  wrongFinding: (name: string, isPresent: boolean) =>
    `${name}: ${isPresent ? 'labelled present, answered absent' : 'labelled absent, answered present'}`,
  noFinding: 'no finding present',
  listed: (shown: string, all: string) => `Listed: ${shown} of ${all}.`,
  more: 'List more',
  chooseImage: 'Choose an image on the left.',
  loading: 'Loading the image …',
  unreadable: 'The image cannot be shown: its file is not there, or it is damaged.',
  looking: 'Looking for evidence …',
  answer: 'Answer',
  label: 'Label',
  forClass: 'Evidence for',
  basis: 'What is shown',
  bases: { relevance: 'What spoke for this class', attention: 'Where the model looked' },
  basisHelp: {
    relevance:
      'Attention times how much more this token spoke for the class than the others did (by the gradient of its log-odds), summed over all that looks, in every head; what spoke against it counts as nothing. Shares of the total.',
    attention: 'The attention over the tokens, averaged over all that looks, in every head. The same for every class.',
  },
  /** What looks. */
  attends: {
    prompts: 'Learned prompts look, layer by layer, at the tokens that the pre-trained model itself found important.',
    queries: 'Learned queries look, at all tokens of several layers of the pre-trained model mixed.',
    'class-token':
      'The class token of the pre-trained model looks, in its last block; the answer is read off what it finds there and what it had gathered in the blocks before, which leaves no trace here. A patch stands there for what it took from other patches, too.',
    'pool-query':
      'The query of the pre-trained model’s attention pool looks, after its last block; the answer is read off what it finds there. A patch stands there for what it took from other patches, too.',
  },
  expert: 'Expert: layers and tokens',
  layer: 'Layer of the pre-trained model',
  allLayers: 'All together',
  layerName: (n: number) => `Layer ${n + 1}`,
  opacity: 'Overlay',
  hide: 'Hide overlay (H)',
  show: 'Show overlay (H)',
  brightness: 'Level',
  contrast: 'Window',
  resetWindow: 'Reset window',
  legendLow: 'little',
  legendHigh: 'much',
  classToken: (share: string) =>
    `${share} of it went to the class token, which stands for the whole image and has no place.`,
  /** What else has no place, by what looks. */
  registers: {
    prompts: (share: string) => `${share} went to register tokens, which have no place either.`,
    queries: (share: string) => `${share} went to register tokens, which have no place either.`,
    'class-token': (share: string) =>
      `${share} went to register tokens or learned prompts, which have no place either.`,
    'pool-query': (share: string) => `${share} went to register tokens, which have no place.`,
  },
  readOnly: 'The library is open for reading only: no evidence is computed.',
  nothing: 'Nothing in the tokens spoke for this class.',
  settled:
    'Small changes of single tokens hardly move this answer: the map divides next to nothing and may mean little. Whether the answer hangs on what is highlighted, the deletion check tells.',
  tokens: (kept: string, all: number) =>
    `It sees ${kept} of ${n(all, 'token', 'tokens')} a layer and head, those the pre-trained model itself found important.`,
  everyToken: (all: number) => `It sees all ${n(all, 'token', 'tokens')}.`,
  canvas: (answer: string) => `Image with the evidence for ${answer} laid over it`,
  canvasAlone: 'The image',
  check: 'Deletion check',
  checkHelp:
    'Hides the strongest patches (grey of the image’s mean, in every image the model reads) and asks again; then as many other patches, at random.',
  share: 'Hide',
  run: 'Run the check',
  running: 'Running …',
  stop: 'Stop',
  sentence: (share: string, moved: string, random: string, low: string, high: string, answer: string) =>
    `Hiding the highlighted ${share} lowers the probability of “${answer}” by ${moved}; hiding a random ${share} by ${random} (${low} to ${high}).`,
  verdicts: {
    explains:
      'The highlight explains the answer: hiding it costs more than every random draw, and at least 0.1 more than they do on average.',
    slight:
      'The highlight matters, but does not explain the answer: hiding it costs more than every random draw, but less than 0.1 more than they do on average. Most of the answer rests on something else.',
    unmoved:
      'The answer hardly moves, whatever is hidden: it rests on more than a few patches, and the highlight does not explain it.',
    fails: 'The highlight does not explain the answer: hiding other patches costs as much.',
  },
  plotX: 'Fall of the probability',
  highlighted: 'highlighted',
  random: 'random',
  openRead: 'Open in Read',
} as const;
