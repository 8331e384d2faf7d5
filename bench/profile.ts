/**
 * `npm run bench -- --profile [--device cpu|webgpu|dml|coreml|cuda] [--workload small|real] [--json]`
 *
 * Which execution provider of ONNX Runtime computes each node of an LPM's pass and of a training step: how many nodes, what share, and the
 * names of those that a device leaves to the processor. Each of these waits for the device, and a copy there and back stands beside it.
 * The networks are those that a device is timed with; what runs where depends on their ops, not on their sizes.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { silentLogger } from '../core/base/logger.ts';
import { type DeviceName, type Engine, openEngine } from '../core/engine/index.ts';
import { type TimedNetwork, timedNetworks, type Workload } from '../core/services/devices/timing.ts';
import { commandLine } from '../scripts/command-line.ts';

interface ProviderShare {
  readonly provider: string;
  readonly nodes: number;
  /** Of the nodes. */
  readonly share: number;
  /** As the provider tells it; a GPU's is the time of handing the work over, unless it waits. */
  readonly milliseconds: number;
}

/** What a profile says about one network. */
export interface NetworkProfile {
  readonly providers: readonly ProviderShare[];
  /** Ops that the processor computes though a device was asked for, with their places in the network. */
  readonly onProcessor: readonly string[];
  /** Copies between device and processor that a run makes between nodes, those of inputs and outputs included. */
  readonly copies: number;
}

interface TraceEvent {
  readonly cat: string;
  readonly name: string;
  readonly dur: number;
  readonly args?: { readonly provider?: string; readonly op_name?: string };
}

const kernel = '_kernel_time';
const processor = 'CPUExecutionProvider';

/** Reads a trace of ONNX Runtime of one run. */
export function profileOf(trace: string): NetworkProfile {
  const events = (JSON.parse(trace) as TraceEvent[]).filter(({ cat, name }) => cat === 'Node' && name.endsWith(kernel));
  const isCopy = ({ args }: TraceEvent): boolean => /^Memcpy/.test(args?.op_name ?? '');
  const nodes = events.filter((event) => !isCopy(event));
  const names = [...new Set(nodes.map(({ args }) => args?.provider ?? 'unknown'))].sort();
  return {
    providers: names.map((provider) => {
      const own = nodes.filter(({ args }) => args?.provider === provider);
      const milliseconds = own.reduce((sum, { dur }) => sum + dur / 1000, 0);
      return { provider, nodes: own.length, share: own.length / nodes.length, milliseconds };
    }),
    onProcessor: nodes
      .filter(({ args }) => args?.provider === processor && names.length > 1)
      .map(({ name, args }) => `${args?.op_name} (${name.slice(0, -kernel.length)})`),
    copies: events.filter(isCopy).length,
  };
}

/** The profile of one run, the one that compiles. The engine was opened with this profile directory. */
export async function profileNetwork(
  engine: Engine,
  network: TimedNetwork,
  directory: string,
): Promise<NetworkProfile> {
  const { graph, inputs, weights, carried } = network;
  const before = new Set(readdirSync(directory));
  const executable = await engine.compile(graph, weights, carried === undefined ? {} : { carried });
  await executable.run(inputs);
  await executable.dispose();
  const written = readdirSync(directory).find((name) => !before.has(name));
  if (written === undefined) throw new Error(`${engine.info.name} on ${engine.info.device} writes no profile.`);
  return profileOf(readFileSync(join(directory, written), 'utf8'));
}

/** Prints the profiles of an LPM's pass and a training step. */
export async function benchProfile(): Promise<void> {
  const { values } = commandLine(import.meta.filename, {
    options: {
      profile: { type: 'boolean', default: true },
      device: { type: 'string', default: 'cpu' },
      workload: { type: 'string', default: 'small' },
      json: { type: 'boolean', default: false },
    },
  });
  const directory = mkdtempSync(join(tmpdir(), 'sidelight-profile-'));
  const engine = await openEngine({
    engine: 'onnxruntime',
    device: values.device as DeviceName,
    movesToCpu: false,
    profileDirectory: directory,
    log: silentLogger,
  });
  try {
    const profiles: Record<string, NetworkProfile> = {};
    for (const [name, network] of Object.entries(timedNetworks(values.workload as Workload))) {
      profiles[name] = await profileNetwork(engine, network, directory);
    }
    if (values.json) console.log(JSON.stringify({ device: engine.info.device, profiles }, null, 1));
    else for (const line of linesOf(engine.info.device, profiles)) console.log(line);
  } finally {
    await engine.dispose();
    rmSync(directory, { recursive: true });
  }
}

function linesOf(device: string, profiles: Readonly<Record<string, NetworkProfile>>): string[] {
  return [
    `Device: ${device}`,
    ...Object.entries(profiles).flatMap(([name, { providers, onProcessor, copies }]) => [
      `\n${name === 'encode' ? 'One image through an LPM' : 'One training step'}; ${copies} copies between device and processor`,
      ...providers.map(
        ({ provider, nodes, share, milliseconds }) =>
          `  ${provider.padEnd(26)} ${String(nodes).padStart(5)} nodes ${(100 * share).toFixed(1).padStart(5)} % ${milliseconds.toFixed(0).padStart(7)} ms`,
      ),
      ...onProcessor.map((node) => `  on the processor: ${node}`),
    ]),
  ];
}
