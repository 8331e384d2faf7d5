/** What a report is made from. */
import type { EpochRecord, EvaluateReport, Method } from '../contract/index.ts';
import type { ReportExample } from './examples.ts';

/** One trained and evaluated method. */
export interface ReportMethod {
  readonly method: Method;
  /** Whether every weight of the LPM was trained: what the memory of the others is compared with. */
  readonly trainsLpm: boolean;
  readonly model: string;
  readonly evaluation: EvaluateReport;
  readonly learnable: number;
  readonly lpmParameters: number | null;
  readonly peakMb: number | null;
  readonly seconds: number;
  readonly bestEpoch: number | null;
  readonly epochs: readonly EpochRecord[];
}

/** Everything a report shows. */
export interface ReportData {
  readonly title: string;
  readonly createdAt: Date;
  readonly dataset: {
    readonly name: string;
    readonly patients: number;
    readonly studies: number;
    readonly images: number;
    readonly classes: readonly { readonly name: string; readonly images: number }[];
  };
  readonly lpm: { readonly name: string; readonly hash: string };
  readonly engine: string;
  /** What a reader must know before any number, for example that the LPM is a stand-in. */
  readonly warnings: readonly string[];
  readonly methods: readonly ReportMethod[];
  readonly examples: readonly ReportExample[];
  /** Steps with their time, for the last section. */
  readonly timings: readonly { readonly name: string; readonly seconds: number; readonly peakMb: number | null }[];
}
