import { expect, test } from 'vitest';
import { ProtoWriter } from '../../../core/graph/onnx/proto.ts';

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');

test('messages are the bytes of the encoding guide', () => {
  expect(hex(new ProtoWriter().int(1, 150).finish())).toBe('089601');
  expect(hex(new ProtoWriter().string(2, 'testing').finish())).toBe('120774657374696e67');
  expect(hex(new ProtoWriter().message(3, (w) => w.int(1, 150)).finish())).toBe('1a03089601');
});

test('negative integers take ten bytes, floats four, text is UTF-8', () => {
  expect(hex(new ProtoWriter().int(1, -1).finish())).toBe('08ffffffffffffffffff01');
  expect(hex(new ProtoWriter().float(2, 1).finish())).toBe('150000803f');
  for (const text of ['é', '漢', '🫁']) {
    expect(hex(new ProtoWriter().string(1, text).finish()).slice(4)).toBe(Buffer.from(text).toString('hex'));
  }
});
