/** Goes the whole way and writes what it leads to into the file given: for a network namespace, which only a process can have. */
import { readFileSync, writeFileSync } from 'node:fs';
import { wholeWay } from './whole-way.ts';

const interfaces = [...readFileSync('/proc/net/dev', 'utf8').matchAll(/^\s*(\S+):/gm)].map((match) => match[1]);
writeFileSync(process.argv[2] ?? '', JSON.stringify({ interfaces, way: await wholeWay() }));
