/** A ZIP archive of stored members (PKWARE APPNOTE 4.3), for tests of reading them. */
import { crc32 } from 'node:zlib';

/** The bytes of an archive. `claimedBytes` lets a member lie about its unpacked size. */
export function makeZip(
  members: readonly {
    readonly name: string;
    readonly bytes: Uint8Array;
    readonly claimedBytes?: number;
    readonly flags?: number;
  }[],
): Buffer {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const { name, bytes, claimedBytes, flags = 0x0800 } of members) {
    const text = Buffer.from(name);
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0);
    common.writeUInt16LE(flags, 2);
    common.writeUInt16LE(claimedBytes === undefined ? 0 : 8, 4);
    common.writeUInt32LE(crc32(bytes), 10);
    common.writeUInt32LE(bytes.length, 14);
    common.writeUInt32LE(claimedBytes ?? bytes.length, 18);
    common.writeUInt16LE(text.length, 22);
    const local = Buffer.concat([Buffer.from('PK\x03\x04'), common, text, bytes]);
    const entry = Buffer.concat([Buffer.from('PK\x01\x02\x14\x00'), common, Buffer.alloc(14), text]);
    entry.writeUInt32LE(offset, 42);
    parts.push(local);
    directory.push(entry);
    offset += local.length;
  }
  const size = directory.reduce((sum, entry) => sum + entry.length, 0);
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06');
  end.writeUInt16LE(members.length, 8);
  end.writeUInt16LE(members.length, 10);
  end.writeUInt32LE(size, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...parts, ...directory, end]);
}
