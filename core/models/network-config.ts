/** What is trained: the method and the sizes of its network. Stored with every model. */
import type { KeptFeatures, Method } from '../contract/index.ts';
import type { LpmConfig } from './lpm-config.ts';

/** Sizes of the trained network. */
export interface NetworkConfig {
  readonly lpm: {
    readonly width: number;
    readonly heads: number;
    readonly patch: number;
    readonly eps: number;
    readonly channels: number;
  };
  readonly method: Method;
  /** L: layers of the LPM that are read, and blocks of the side network. */
  readonly layers: number;
  readonly classes: number;
  /** Side of the trained network's image in pixels, where it reads one: the side network's, or the LPM's where that is trained. */
  readonly sideSize: number;
  /** E: the width of the side network. */
  readonly sideWidth: number;
  /** P: prompts a layer, or a block. */
  readonly prompts: number;
  /** T: tokens of the LPM that are read, a head and layer: those kept as important, or all. */
  readonly tokens: number;
  /** How the features that it reads are kept, where it is not as 16-bit floats. */
  readonly keptAs?: KeptFeatures;
  /** The whole LPM; for methods whose network has it in it. */
  readonly encoder?: LpmConfig;
  /** Sizes of the methods that have them (`methodSizes` of the contract). */
  readonly rank?: number;
  readonly alpha?: number;
  readonly bottleneck?: number;
  readonly blocks?: number;
  /** Networks of these sizes, each with weights of its own, whose mean is the answer; absent where there is one. */
  readonly members?: number;
}

/** How many networks a configuration stands for. */
export function memberCount({ members = 1 }: Pick<NetworkConfig, 'members'>): number {
  return members;
}

/** The configuration of one of a network's members. */
export function memberOf({ members: _, ...member }: NetworkConfig): NetworkConfig {
  return member;
}

/** A network of so many members; of one, it is that member. */
export function withMembers(config: NetworkConfig, members: number): NetworkConfig {
  return members === 1 ? memberOf(config) : { ...memberOf(config), members };
}

/** What the parameters of a member are called, before their own names; nothing in a network of one. */
export function memberPrefixes(config: NetworkConfig): readonly string[] {
  const count = memberCount(config);
  return count === 1 ? [''] : Array.from({ length: count }, (_, k) => `members.${k}.`);
}
