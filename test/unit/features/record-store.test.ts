import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  closeSync,
  existsSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { expect, test } from 'vitest';
import { PlacedReader } from '../../../core/disk/index.ts';
import {
  type IndexedRecord,
  MemoryBudget,
  type RecordIndex,
  RecordStore,
  type RecordStoreOptions,
} from '../../../core/features/index.ts';
import { repositoryRoot } from '../../support/shared.ts';
import { temporaryFolder } from '../../support/temporary.ts';

/** An index in memory. */
function memoryIndex(rows: readonly IndexedRecord[] = []): RecordIndex & { rows: Map<string, IndexedRecord> } {
  const map = new Map(rows.map((row) => [`${row.kind}/${row.key}`, row]));
  return {
    rows: map,
    list: () => [...map.values()],
    add: (records) => {
      for (const record of records) map.set(`${record.kind}/${record.key}`, record);
    },
    remove: (names) => {
      for (const { kind, key } of names) map.delete(`${kind}/${key}`);
    },
  };
}

function payload(n: number, length = 100 + n): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => (i * 31 + n * 7) & 255);
}

async function filled(count: number, options: Partial<RecordStoreOptions> = {}) {
  const folder = join(temporaryFolder(), 'store');
  const index = memoryIndex();
  const store = new RecordStore(folder, index, { mode: 'write', ...options });
  for (let n = 0; n < count; n++) store.append('k', String(n), payload(n));
  await store.close();
  return { folder, index };
}

test('what was appended is read back, also by a store opened later, from several shards', async () => {
  const { folder, index } = await filled(20, { shardBytes: 1000 });
  expect(readdirSync(folder).length).toBeGreaterThan(2);
  const store = new RecordStore(folder, index, { mode: 'read' });
  expect(store.recovery).toEqual({ tornBytes: 0, lost: [] });
  for (let n = 0; n < 20; n++) expect(await store.read('k', String(n))).toEqual(payload(n));
  expect([store.has('k', '20'), store.size]).toEqual([false, 20]);
  await store.close();
});

test('a payload begins at a multiple of 64 bytes, and an empty one is kept', async () => {
  const folder = temporaryFolder();
  const index = memoryIndex();
  const store = new RecordStore(folder, index, { mode: 'write' });
  store.append('empty', 'a', new Uint8Array(0));
  store.append('ü'.repeat(50), 'b', payload(1));
  store.flush();
  expect([...index.rows.values()].map((row) => row.offset % 64)).toEqual([0, 0]);
  expect(await store.read('empty', 'a')).toEqual(new Uint8Array(0));
  expect(await store.read('ü'.repeat(50), 'b')).toEqual(payload(1));
  await store.close();
});

test('a record appended twice is stored once', async () => {
  const { folder, index } = await filled(3);
  const before = statSync(join(folder, '0000.shard')).size;
  const store = new RecordStore(folder, index, { mode: 'write' });
  store.append('k', '1', payload(1));
  await store.close();
  expect(statSync(join(folder, '0000.shard')).size).toBe(before);
});

test('the index never gets a record before its bytes are written', async () => {
  const folder = temporaryFolder();
  const sizes: number[] = [];
  const index = memoryIndex();
  const watching: RecordIndex = {
    ...index,
    add: (records) => {
      const size = statSync(join(folder, '0000.shard')).size;
      for (const record of records) sizes.push(size - record.offset - record.length);
      index.add(records);
    },
  };
  const store = new RecordStore(folder, watching, { mode: 'write', pendingRecords: 3 });
  for (let n = 0; n < 7; n++) store.append('k', String(n), payload(n));
  expect(index.rows.size).toBe(6);
  await store.close();
  expect(index.rows.size).toBe(7);
  expect(sizes.every((left) => left >= 0)).toBe(true);
});

test('bytes that the index does not name are cut off when the store is opened for writing, and left alone for reading', async () => {
  const { folder, index } = await filled(3);
  const path = join(folder, '0000.shard');
  const whole = statSync(path).size;
  writeFileSync(path, Buffer.concat([readFileSync(path), Buffer.alloc(77, 1)]));
  writeFileSync(join(folder, '0001.shard'), 'never indexed');
  await new RecordStore(folder, index, { mode: 'read' }).close();
  expect(statSync(path).size).toBe(whole + 77);
  const store = new RecordStore(folder, index, { mode: 'write' });
  expect(store.recovery).toEqual({ tornBytes: 77 + 13, lost: [] });
  await store.close();
  expect([statSync(path).size, existsSync(join(folder, '0001.shard'))]).toEqual([whole, false]);
});

test('a shard cut at any byte loses exactly the records that do not fit, and takes them again', async () => {
  const { folder, index } = await filled(4);
  const path = join(folder, '0000.shard');
  const whole = readFileSync(path);
  const rows = [...index.rows.values()];
  for (let size = 0; size < whole.length; size++) {
    writeFileSync(path, whole.subarray(0, size));
    const cutIndex = memoryIndex(rows);
    const store = new RecordStore(folder, cutIndex, { mode: 'write' });
    const expected = rows.filter((row) => row.offset + row.length > size).map((row) => row.key);
    if (store.recovery.lost.map(({ key }) => key).join() !== expected.join()) {
      throw new Error(`cut at ${size}: lost ${store.recovery.lost.map(({ key }) => key)}, expected ${expected}`);
    }
    for (const key of expected) store.append('k', key, payload(Number(key)));
    store.flush();
    for (let n = 0; n < 4; n++) {
      if (!Buffer.from(await store.read('k', String(n))).equals(payload(n)))
        throw new Error(`cut at ${size}: record ${n}`);
    }
    await store.close();
  }
});

test('a changed byte in the last record is found when opening, in an earlier one when reading; both can be stored again', async () => {
  const { folder, index } = await filled(3);
  const flip = (key: string) => {
    const row = index.rows.get(`k/${key}`);
    if (row === undefined) throw new Error('no row');
    const handle = openSync(join(folder, '0000.shard'), 'r+');
    writeSync(handle, Uint8Array.of((payload(Number(key))[5] ?? 0) ^ 1), 0, 1, row.offset + 5);
    closeSync(handle);
  };
  flip('0');
  flip('2');
  const store = new RecordStore(folder, index, { mode: 'write' });
  expect(store.recovery.lost.map(({ key }) => key)).toEqual(['2']);
  await expect(store.read('k', '0')).rejects.toMatchObject({ code: 'FEATURES_DAMAGED' });
  expect([store.has('k', '0'), index.rows.has('k/0')]).toEqual([false, false]);
  for (const n of [0, 2]) store.append('k', String(n), payload(n));
  for (const n of [0, 1, 2]) expect(await store.read('k', String(n))).toEqual(payload(n));
  await store.close();
});

test('a shard that was deleted loses its records, in reading mode too', async () => {
  const { folder, index } = await filled(20, { shardBytes: 1000 });
  const inFirst = [...index.rows.values()].filter((row) => row.shard === 0).length;
  rmSync(join(folder, '0000.shard'));
  const store = new RecordStore(folder, index, { mode: 'read' });
  expect(store.recovery.lost).toHaveLength(inFirst);
  expect(index.rows.size).toBe(20);
  await store.close();
});

test('when the index cannot commit, the records count as absent and can be appended again', async () => {
  const folder = temporaryFolder();
  const index = memoryIndex();
  let full = true;
  const failing: RecordIndex = {
    ...index,
    add: (records) => {
      if (full) throw new Error('index full');
      index.add(records);
    },
  };
  const store = new RecordStore(folder, failing, { mode: 'write' });
  store.append('k', '1', payload(1));
  expect(() => store.flush()).toThrow('index full');
  expect(store.has('k', '1')).toBe(false);
  full = false;
  store.append('k', '1', payload(1));
  await store.close();
  const again = new RecordStore(folder, index, { mode: 'write' });
  expect(await again.read('k', '1')).toEqual(payload(1));
  await again.close();
});

/** Appends until killed; the index is a file of JSON lines, flushed before a line is acknowledged on standard output. */
const appendForever = `
  import { closeSync, existsSync, fsyncSync, openSync, readFileSync, writeSync } from 'node:fs';
  const { RecordStore } = await import(process.argv[1]);
  const [folder, indexPath] = process.argv.slice(2);
  const handle = openSync(indexPath, 'a');
  const rows = readFileSync(indexPath, 'utf8').split('\\n').filter((line) => line.endsWith('}')).map((line) => JSON.parse(line));
  const index = {
    list: () => rows,
    add: (records) => { for (const record of records) writeSync(handle, JSON.stringify(record) + '\\n'); fsyncSync(handle); },
    remove: () => { throw new Error('a kill must not lose an indexed record'); },
  };
  const store = new RecordStore(folder, index, { mode: 'write', pendingRecords: 4, shardBytes: 200000 });
  try {
    for (let n = rows.length; ; n++) {
      store.append('k', String(n), new Uint8Array(5000).fill(n));
      if (n % 4 === 3) console.log(n);
    }
  } catch (error) { console.log(JSON.stringify({ code: error.code })); process.exit(3); }
`;

const indexUrl = `file://${join(repositoryRoot, 'core/features/index.ts')}`;
const script = ['--input-type=module', '-e', appendForever, indexUrl];

test('kill -9 while appending loses nothing indexed and leaves a store that goes on', async () => {
  const folder = temporaryFolder();
  const indexPath = join(folder, 'index');
  for (let round = 0; round < 4; round++) {
    const child = spawn(process.execPath, [...script, join(folder, 'store'), indexPath], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let acknowledged = -1;
    child.stdout.on('data', (data) => {
      acknowledged = Number(String(data).trim().split('\n').at(-1));
    });
    await once(child.stdout, 'data');
    await new Promise((done) => setTimeout(done, 37 * round));
    child.kill('SIGKILL');
    await once(child, 'exit');
    // Only whole lines of the index count, as only committed transactions do.
    const text = readFileSync(indexPath, 'utf8');
    writeFileSync(indexPath, text.slice(0, text.lastIndexOf('\n') + 1));
    const rows = readFileSync(indexPath, 'utf8')
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line) as IndexedRecord);
    expect(rows.length).toBeGreaterThan(acknowledged - 4);
    const store = new RecordStore(join(folder, 'store'), memoryIndex(rows), { mode: 'read' });
    expect(store.recovery.lost).toEqual([]);
    for (const { key } of rows) expect((await store.read('k', key))[0]).toBe(Number(key) & 255);
    await store.close();
  }
});

test.skipIf(process.platform === 'win32')(
  'a full disk is one clear error and loses nothing indexed (needs ulimit)',
  async () => {
    const folder = temporaryFolder();
    const indexPath = join(folder, 'index');
    const limited = ['-c', 'ulimit -f 100 && exec "$@"', 'bash', process.execPath];
    const result = spawnSync('bash', [...limited, ...script, join(folder, 'store'), indexPath], { encoding: 'utf8' });
    expect(result.stdout).toContain('{"code":"DISK_FULL"}');
    const rows = readFileSync(indexPath, 'utf8')
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line) as IndexedRecord);
    expect(rows.length).toBeGreaterThan(4);
    const store = new RecordStore(join(folder, 'store'), memoryIndex(rows), { mode: 'write' });
    expect(store.recovery.lost).toEqual([]);
    for (const { key } of rows) expect((await store.read('k', key))[0]).toBe(Number(key));
    await store.close();
  },
);

test('a cut header is damage too: the payload after it is not trusted', async () => {
  const { folder, index } = await filled(1);
  const path = join(folder, '0000.shard');
  const bytes = readFileSync(path);
  bytes.fill(0, 0, 24);
  writeFileSync(path, bytes);
  const store = new RecordStore(folder, index, { mode: 'write' });
  expect(store.recovery.lost.map(({ key }) => key)).toEqual(['0']);
  await store.close();
});

test.skipIf(process.platform !== 'linux')(
  'a read that comes after the store was closed leaves no file open (needs /proc)',
  async () => {
    // A cancelled training closes its store while the next batch is already on its way; Node then found open files to collect.
    const { folder, index } = await filled(3);
    const store = new RecordStore(folder, index, { mode: 'read' });
    await store.close();
    expect(await store.read('k', '1')).toEqual(payload(1));
    const open = readdirSync('/proc/self/fd').flatMap((fd) => {
      const target = join('/proc/self/fd', fd);
      return existsSync(target) ? [readlinkSync(target)] : [];
    });
    expect(open.filter((path) => path.startsWith(folder))).toEqual([]);
  },
);

test('what was viewed is held as far as the memory goes and is not read again; closing gives the memory back', async () => {
  const { folder, index } = await filled(3, { shardBytes: 1 });
  // Two of 100, 101 and 102 bytes.
  const budget = new MemoryBudget(210);
  const store = new RecordStore(folder, index, { mode: 'read', memory: budget.holder() });
  for (const key of ['0', '1', '2']) expect(await store.view('k', key)).toEqual(payload(Number(key)));
  for (const name of readdirSync(folder))
    writeFileSync(join(folder, name), new Uint8Array(statSync(join(folder, name)).size));
  expect(await store.view('k', '0')).toEqual(payload(0));
  expect(await store.view('k', '0')).toBe(await store.view('k', '0'));
  expect(await store.view('k', '1')).toEqual(payload(1));
  // Read from the disk, and so are those that a caller wants for himself: what became zeros since is not given.
  await expect(store.view('k', '2')).rejects.toMatchObject({ code: 'FEATURES_DAMAGED' });
  await expect(store.read('k', '0')).rejects.toMatchObject({ code: 'FEATURES_DAMAGED' });
  const other = budget.holder();
  expect(other.keep('a', new Uint8Array(100))).toBe(false);
  await store.close();
  expect(other.hasRoomFor(211)).toBe(false);
  expect(other.keep('a', new Uint8Array(210))).toBe(true);
  expect(other.keep('b', new Uint8Array(1))).toBe(false);
});

/** Reads a record at the place that the store tells, as a thread does; gives what is wrong with it, or that it was not summed. */
function readAt(store: RecordStore, reader: PlacedReader, key: string): string | null {
  const place = store.placeOf('k', key);
  const into = new Uint8Array(place.length);
  const what = reader.read(place, [into]);
  if (what === null) store.verified({ kind: 'k', key }, place);
  return what ?? (crc32(into) === place.checksum ? null : 'trusted unread');
}

/** Overwrites a record in its file, which keeps its size, at a time that the clock of its disk tells from that before. */
function overwrite(path: string, offset: number): void {
  const bytes = readFileSync(path);
  bytes[offset] = (bytes[offset] as number) ^ 1;
  const before = statSync(path).mtimeMs;
  writeFileSync(path, bytes);
  utimesSync(path, new Date(), new Date(before + 5000));
}

test('a file overwritten after one reader verified it is not trusted by another that opens it first afterwards', async () => {
  const { folder, index } = await filled(3);
  const store = new RecordStore(folder, index, { mode: 'read' });
  const [training, validation] = [new PlacedReader(), new PlacedReader()];
  for (const key of ['0', '1', '2']) expect(readAt(store, training, key)).toBeNull();
  const { path, offset, isVerified } = store.placeOf('k', '1');
  expect(isVerified).toBe(true);
  overwrite(path, offset);
  expect(readAt(store, validation, '1')).toBe('has a wrong checksum');
  // The same reader, once it has closed its files and opens them again.
  training.close();
  expect(readAt(store, training, '1')).toBe('has a wrong checksum');
  // What is right is right, wherever it lies in that file.
  for (const reader of [training, validation]) expect(readAt(store, reader, '2')).toBeNull();
  for (const reader of [training, validation]) reader.close();
  await store.close();
});

test('a record that was verified, found damaged and computed again is verified anew', async () => {
  const { folder, index } = await filled(2);
  const store = new RecordStore(folder, index, { mode: 'write' });
  const reader = new PlacedReader();
  expect(readAt(store, reader, '0')).toBeNull();
  store.damaged('has a wrong checksum', { kind: 'k', key: '0' });
  store.append('k', '0', payload(0));
  store.flush();
  expect(store.placeOf('k', '0').isVerified).toBe(false);
  expect(readAt(store, reader, '0')).toBeNull();
  expect(store.placeOf('k', '0').isVerified).toBe(true);
  reader.close();
  await store.close();
});

test('a record that was verified in a file that grows is summed once more, and verified as the file is then', async () => {
  const { folder, index } = await filled(2);
  const store = new RecordStore(folder, index, { mode: 'write' });
  const reader = new PlacedReader();
  expect(readAt(store, reader, '0')).toBeNull();
  store.append('k', 'more', payload(7));
  store.flush();
  expect(store.placeOf('k', '0').isVerified).toBe(false);
  expect(readAt(store, reader, '0')).toBeNull();
  expect(store.placeOf('k', '0').isVerified).toBe(true);
  reader.close();
  await store.close();
});
