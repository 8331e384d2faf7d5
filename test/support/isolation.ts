/** A place without a network, and what a program asks of sockets: for the tests that nothing is sent anywhere. */
import { spawnSync } from 'node:child_process';

const works = (command: string, ...args: string[]): boolean => spawnSync(command, args).status === 0;

/** What runs a program in a network namespace of its own, without interfaces; undefined where the kernel allows none. */
export const isolated: readonly string[] | undefined = [
  // As an ordinary user where the kernel lets one make namespaces, else as root.
  ['unshare', '-rn'],
  ['unshare', '-n'],
].find(([command = '', ...args]) => works(command, ...args, 'true'));

/** Whether the loopback of such a namespace can be brought up: for what a test itself says to the program over it. */
export const hasLoopbackTool = works('ip', '-V');

export const hasStrace = works('strace', '-V') && works('strace', '-f', '-e', 'trace=%network', 'true');

/** System calls that make sockets, or name who is at their other end. */
export const socketCalls = [
  'socket',
  'socketpair',
  'bind',
  'listen',
  'connect',
  'sendto',
  'sendmsg',
  'sendmmsg',
] as const;

const lines = new RegExp(`\\b(${socketCalls.join('|')})\\(`);
const isLocal = (line: string): boolean =>
  /\bsocket(pair)?\(AF_(UNIX|LOCAL)\b/.test(line) || /sa_family=AF_(UNIX|LOCAL)\b/.test(line);

/** Lines of a trace in which a process asked for anything but local communication. */
export function outside(trace: string): string[] {
  return trace.split('\n').filter((line) => lines.test(line) && !isLocal(line) && /AF_[A-Z0-9]+/.test(line));
}

export interface Sockets {
  /** Sockets between processes of this machine (AF_UNIX), and to its kernel (AF_NETLINK). */
  readonly local: number;
  /** Sockets that do nothing but listen on 127.0.0.1. */
  readonly listening: number;
  /** Datagram sockets that are made and never used: Chromium asks the kernel the names of its interfaces through one. */
  readonly unused: number;
  /** Every other line that is about a socket. */
  readonly stray: readonly string[];
}

/** The sockets in a trace that names descriptors (strace -y). */
export function socketsOf(trace: string): Sockets {
  const all = wholeLines(trace);
  const made = new Map(
    all.flatMap((line) => {
      const [, family = '', socket] = /\bsocket\(AF_(\w+),.*= \d+<(.+)>$/.exec(line) ?? [];
      return socket === undefined ? [] : [[socket, family] as const];
    }),
  );
  const listens = new Set(all.flatMap((line) => /\blisten\(\d+<(.+?)>, \d+\)\s+= 0$/.exec(line)?.[1] ?? []));
  const isListening = (socket: string): boolean => {
    const own = all.filter((line) => line.includes(`<${socket}>`));
    return (
      listens.has(socket) &&
      own.some((line) => /\bbind\(.*sin_addr=inet_addr\("127\.0\.0\.1"\)/.test(line)) &&
      own.every((line) => !/\b(connect|send(to|msg|mmsg))\(.*sa_family=AF_INET/.test(line))
    );
  };
  const isUnused = (socket: string): boolean =>
    all.every((line) => !line.includes(`<${socket}>`) || /\bsocket\(AF_INET6?, SOCK_DGRAM\b/.test(line));
  const others = [...made].flatMap(([socket, family]) =>
    ['UNIX', 'LOCAL', 'NETLINK'].includes(family) ? [] : [socket],
  );
  const listening = others.filter(isListening);
  const unused = others.filter(isUnused);
  const known = [...listening, ...unused].map((socket) => `<${socket}>`);
  const isFine = (line: string): boolean =>
    isLocal(line) || /\bAF_NETLINK\b/.test(line) || known.some((socket) => line.includes(socket));
  return {
    local: all.filter(isLocal).length,
    listening: listening.length,
    unused: unused.length,
    stray: all.filter((line) => lines.test(line) && /\bAF_[A-Z0-9]+/.test(line) && !isFine(line)),
  };
}

/** Lines of a trace; a call during which another process was heard stands in two pieces there, which are joined. */
function wholeLines(trace: string): string[] {
  const begun = new Map<string, string>();
  return trace.split('\n').flatMap((line) => {
    const [, pid = '', text = ''] = /^(\d+)\s+(.*)$/.exec(line) ?? [];
    const start = /^(.*)<unfinished \.\.\.>$/.exec(text)?.[1];
    if (start !== undefined) {
      begun.set(pid, start.trimEnd());
      return [];
    }
    const rest = /^<\.\.\. \w+ resumed>(.*)$/.exec(text)?.[1];
    return rest === undefined ? [line] : [`${pid} ${begun.get(pid) ?? ''}${rest}`];
  });
}
