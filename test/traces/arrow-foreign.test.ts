import {
  CompressionType,
  compressionRegistry,
  Dictionary,
  Int16,
  RecordBatchStreamWriter,
  type Table,
  tableFromArrays,
  tableFromJSON,
  tableToIPC,
  Uint32,
  Uint64,
  Utf8,
  vectorFromArray,
} from 'apache-arrow';
import { expect, test } from 'vitest';
import { OPERATIONS } from '../../traces/format.ts';
import { openTrace } from '../../traces/open.ts';
import { rowsOf, temporaryFile } from './rows.ts';

const REQUIRED = {
  time_ns: new BigUint64Array([1n, 2n, 2n]),
  op: new Uint8Array([0, 1, 4]),
  rid: new Uint16Array([8, 16, 8]),
  length: new Uint32Array([64, 128, 0]),
  address: new BigUint64Array([0x1000n, 0x2000n, 0n]),
};

type Columns = Parameters<typeof tableFromArrays>[0];

function fileOf(table: Table): string {
  return temporaryFile('foreign.arrow', tableToIPC(table, 'stream'));
}

async function read(columns: Columns) {
  return rowsOf(await openTrace(fileOf(tableFromArrays(columns))));
}

test('missing phb and value are 0; missing PE numbers count the RIDs as they appear', async () => {
  const rows = await read(REQUIRED);
  expect(rows.map(({ op, pe, phb, value }) => [op, pe, phb, value])).toEqual([
    ['read', 1, 0, 0n],
    ['write', 2, 0, 0n],
    ['kill', 0, 0, 0n],
  ]);
});

test('columns may stand in any order, among others that nobody asked for', async () => {
  const { address, op, rid, time_ns, length } = REQUIRED;
  const rows = await read({
    comment: ['a', 'b', 'c'],
    address,
    weight: new Float64Array([1, 2, 3]),
    op,
    flags: vectorFromArray([true, null, false]),
    value: new BigUint64Array([7n, 8n, 9n]),
    rid,
    pe: new Uint16Array([30, 20, 10]),
    time_ns,
    length,
  } as unknown as Columns);
  expect(
    rows.map(({ address, value, pe, rid, length }) => [address, value, pe, rid, length]),
  ).toEqual([
    [0x1000n, 7n, 30, 8, 64],
    [0x2000n, 8n, 20, 16, 128],
    [0n, 9n, 10, 8, 0],
  ]);
});

test.each([
  ['16-bit signed', new Int16()],
  ['32-bit unsigned', new Uint32()],
])('operations may be a dictionary with %s indices and names in its own order', async (_, index) => {
  const op = vectorFromArray(['kill', 'write', 'read'], new Dictionary(new Utf8(), index));
  const rows = await read({ ...REQUIRED, op } as unknown as Columns);
  expect(rows.map((row) => row.op)).toEqual(['kill', 'write', 'read']);
});

test('operations may be plain text', async () => {
  const op = vectorFromArray(['write', 'unmap', 'read'], new Utf8());
  const rows = await read({ ...REQUIRED, op } as unknown as Columns);
  expect(rows.map((row) => row.op)).toEqual(['write', 'unmap', 'read']);
});

test('a record batch of 150,000 rows comes in pieces of at most 65,536', async () => {
  const rows = 150_000;
  const op = vectorFromArray(
    Array.from({ length: rows }, (_, at) => (at % 3 === 0 ? 'write' : 'read')),
    new Utf8(),
  );
  const columns = {
    time_ns: BigUint64Array.from({ length: rows }, (_, at) => BigInt(at)),
    op,
    rid: new Uint16Array(rows).fill(9),
    length: new Uint32Array(rows).fill(4),
    address: BigUint64Array.from({ length: rows }, (_, at) => BigInt(at) * 4096n),
  };
  const source = await openTrace(fileOf(tableFromArrays(columns as unknown as Columns)));
  const sizes: number[] = [];
  for await (const batch of source.batches()) sizes.push(batch.rows);
  expect(sizes).toEqual([65_536, 65_536, 18_928]);
  const all = await rowsOf(source);
  expect(all.every((row, at) => row.address === BigInt(at) * 4096n)).toBe(true);
  expect(all.every((row, at) => row.op === (at % 3 === 0 ? 'write' : 'read'))).toBe(true);
});

const WRONG: [string, Columns, RegExp][] = [
  [
    'a narrow address',
    { ...REQUIRED, address: new Int32Array([1, 2, 3]) },
    /column address: expected uint64, got int32$/,
  ],
  [
    'a signed time',
    { ...REQUIRED, time_ns: new BigInt64Array(3) },
    /column time_ns: expected uint64, got int64$/,
  ],
  [
    'numbers for names',
    { ...REQUIRED, op: new Float32Array(3) },
    /column op: expected dictionary of utf8, utf8 or uint8, got float32$/,
  ],
  [
    'a decreasing time',
    { ...REQUIRED, time_ns: new BigUint64Array([1n, 1n << 33n, 5n]) },
    /row 2: column time_ns: expected at least 8589934592, got 5$/,
  ],
  [
    'an operation code beyond the last',
    { ...REQUIRED, op: new Uint8Array([0, OPERATIONS.length, 0]) },
    /row 1: column op: expected an operation, got an index without a name$/,
  ],
];

test.each(WRONG)('%s is refused by column', async (_, columns, message) => {
  await expect(read(columns)).rejects.toThrow(message);
});

test('an unknown operation is refused with the nearest name', async () => {
  const op = vectorFromArray(['read', 'wirte', 'read']);
  await expect(read({ ...REQUIRED, op } as unknown as Columns)).rejects.toThrow(
    /row 1: column op: expected an operation, got 'wirte', did you mean 'write'\?$/,
  );
});

test('a missing column is refused by name', async () => {
  const { rid: _, ...rest } = REQUIRED;
  await expect(read(rest)).rejects.toThrow(/column rid: missing$/);
});

test('nulls are refused and counted', async () => {
  const value = vectorFromArray([1n, null, null], new Uint64());
  await expect(read({ ...REQUIRED, value } as unknown as Columns)).rejects.toThrow(
    /column value: expected no nulls, got 2 in the batch from row 0 on$/,
  );
});

test('compressed bodies are refused with the way out', async () => {
  compressionRegistry.set(CompressionType.ZSTD, {
    encode: () => Uint8Array.of(0x28, 0xb5, 0x2f, 0xfd, 0, 0),
    decode: (bytes) => bytes,
  });
  const writer = new RecordBatchStreamWriter({ compressionType: CompressionType.ZSTD });
  writer.write(tableFromArrays(REQUIRED));
  writer.finish();
  const path = temporaryFile('compressed.arrow', await writer.toUint8Array());
  await expect(openTrace(path).then(rowsOf)).rejects.toThrow(
    /compressed .* compression='uncompressed'/,
  );
});

test('an Arrow table of other things is refused at the first missing column', async () => {
  const path = fileOf(tableFromJSON([{ city: 'Rochester' }]));
  await expect(openTrace(path)).rejects.toThrow(/column time_ns: missing$/);
});

test('a file with its schema only in the footer is refused with the way out', async () => {
  const path = temporaryFile('footer.arrow', tableToIPC(tableFromArrays(REQUIRED), 'file'));
  await expect(openTrace(path)).rejects.toThrow(/must be written as a stream/);
});

test('bytes that only begin like a stream are refused', async () => {
  const path = temporaryFile('noise', new Uint8Array(64).fill(255));
  await expect(openTrace(path)).rejects.toThrow(/expected an Arrow message at byte 0/);
});
