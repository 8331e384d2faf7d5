/** Report data made up by formula, with every part filled and the awkward cases in it. */
import type { EpochRecord, EvaluateReport, Method, MetricsBlock } from '../../core/contract/index.ts';
import type { ReportData, ReportMethod } from '../../core/report/report-data.ts';

const classes = ['normal', 'specks', 'mass & <other>'];

/** A block whose ROC curves bend by `skill` (0.5 chance, 1 perfect). */
function block(skill: number, n: number): MetricsBlock {
  const bend = (1 - skill) * 2;
  const xs = Array.from({ length: 21 }, (_, i) => i / 20);
  return {
    n,
    patients: 60,
    auc: skill,
    aucInterval: [skill - 0.05, Math.min(1, skill + 0.04)],
    accuracy: skill - 0.1,
    accuracyInterval: [skill - 0.15, skill],
    f1: skill - 0.1,
    precision: skill - 0.1,
    recall: skill - 0.1,
    sensitivity: skill - 0.1,
    specificity: skill,
    kappa: skill - 0.2,
    averagePrecision: skill - 0.05,
    brier: 0.2,
    calibrationError: 0.04,
    figures: [],
    positiveClass: null,
    threshold: null,
    thresholdClass: null,
    confusion: [
      [30, 4, 1],
      [5, 28, 2],
      [0, 0, 0],
    ],
    perClass: classes.map((name, i) => ({
      name,
      n: i === 2 ? 0 : 35,
      auc: i === 2 ? null : skill,
      aucInterval: i === 2 ? null : [skill - 0.06, skill + 0.03],
      sensitivity: i === 2 ? null : skill - 0.1,
      specificity: skill,
      averagePrecision: i === 2 ? null : skill - 0.05,
      roc: i === 2 ? [] : xs.map((x) => [x, x ** bend] as [number, number]),
      pr: i === 2 ? [] : xs.map((x) => [x, 1 - (1 - skill) * x * 1.5] as [number, number]),
    })),
    calibration: [0.4, 0.6, 0.8, 1].map((high) => ({
      low: high - 0.2,
      high,
      n: Math.round(50 * high),
      confidence: high - 0.1,
      accuracy: high - 0.14,
    })),
    agreement: null,
    points: [],
    verdict: null,
  };
}

function method(name: Method, skill: number, learnable: number): ReportMethod {
  const epochs = Array.from(
    { length: 20 },
    (_, i): EpochRecord => ({
      epoch: i + 1,
      fold: null,
      attempt: 1,
      trainLoss: 1.1 * Math.exp((-i * skill) / 12),
      valLoss: 1.1,
      valAuc: 0.5 + (skill - 0.5) * (1 - Math.exp(-i / 4)),
      valAccuracy: 0.5,
      learningRate: 1e-4,
      gradientNorm: 1,
      seconds: 2,
    }),
  );
  const evaluation: EvaluateReport = {
    model: `demo-${name}`,
    split: 'test',
    dataset: 'demo',
    version: 1,
    method: name,
    target: 'class',
    classes,
    positiveClass: null,
    positiveClassSource: null,
    warnings: [],
    studyPooling: 'mean',
    seconds: 3,
    peakMb: 400,
    referral: [],
    referralFound: [],
    problems: [],
    image: block(skill, 110),
    study: block(skill + 0.01, 96),
  };
  return {
    method: name,
    trainsLpm: false,
    model: `demo-${name}`,
    evaluation,
    learnable,
    lpmParameters: 5_500_000,
    peakMb: 412.4,
    seconds: 41.3,
    bestEpoch: 17,
    epochs,
  };
}

export const sampleReport: ReportData = {
  title: 'Sidelight demo',
  createdAt: new Date('2026-11-24T08:00:00Z'),
  dataset: {
    name: 'demo',
    patients: 313,
    studies: 480,
    images: 550,
    classes: classes.map((name) => ({ name, images: 183 })),
  },
  lpm: { name: 'stand-in', hash: 'ab12'.repeat(16) },
  engine: 'onnxruntime 1.30.0 on cpu, 2 threads',
  warnings: ['The LPM is a stand-in with random weights.'],
  methods: [method('fpt+', 0.95, 41_003), method('side-only', 0.78, 30_003), method('linear', 0.7, 579)],
  examples: [
    {
      pictures: [
        {
          data: 'data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNoAAAAggCBd81ytgAAAABJRU5ErkJggg==',
          caption: 'whole image',
        },
      ],
      label: 'specks',
      classes,
      predictions: [
        { method: 'fpt+', probabilities: [0.1, 0.85, 0.05], decision: 'specks' },
        { method: 'side-only', probabilities: [0.6, 0.35, 0.05], decision: 'normal' },
      ],
    },
  ],
  timings: [{ name: 'Encoding with the LPM', seconds: 88, peakMb: 700 }],
};
