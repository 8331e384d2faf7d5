export const evidence = {
  title: 'Evidence',
  lead: 'Which parts of the image the model’s answer rests on, as far as that can be told.',
  honest:
    'Attention is not proof. It shows which patches the model read, not why the answer came out as it did; where a method also reads a small side image, that speaks too and leaves no trace here. Trust it no further than the deletion check bears it out.',
  noModels: 'There is no model yet that attends to places of the image.',
  noModelsHelp:
    'The recommended method leaves such evidence. The side network alone, the linear baseline and full fine-tuning do not.',
  goTrain: 'Go to Train',
  noEvidenceOfNumbers: (model: string) =>
    `“${model}” answers a number. Evidence shows what speaks for a class or a finding; a number has none. Judge tells how far off the numbers are.`,
  noEvidence: (name: string) =>
    `“${name}” attends to no place of the image, and so leaves no evidence of this kind. Choose a model of another method.`,
  model: 'Model',
  images: 'Images',
  splits: { train: 'Training', val: 'Validation', test: 'Test' },
  split: 'Cases',
  image: (n: number, label: string) => `Image ${n}, labelled ${label}`,
  chooseImage: 'Choose an image on the left.',
  looking: 'Looking for evidence …',
  answer: 'Answer',
  label: 'Label',
  forClass: 'Evidence for',
  basis: 'What is shown',
  bases: { relevance: 'What spoke for this class', attention: 'Where the model looked' },
  basisHelp: {
    relevance:
      'Attention times how much more this token spoke for the class than the others did (by the gradient of its log-odds), summed over all that looks (prompts or queries, and heads); what spoke against it counts as nothing. Shares of the total.',
    attention:
      'The attention over the tokens, averaged over all that looks (prompts or queries, and heads). The same for every class.',
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
  registers: (share: string) => `${share} went to register tokens, which have no place either.`,
  nothing: 'Nothing in the tokens spoke for this class.',
  weak: 'Hardly anything of this answer hangs on single tokens here: the map divides next to nothing and means little.',
  tokens: (kept: string, all: string) =>
    `It sees ${kept} of ${all} tokens a layer and head, those the pre-trained model itself found important.`,
  everyToken: (all: string) => `It sees all ${all} tokens, several layers of the pre-trained model mixed.`,
  canvas: (answer: string) => `Image with the evidence for ${answer} laid over it`,
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
