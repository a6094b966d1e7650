import { existsSync, readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { tableFromIPC } from 'apache-arrow';
import { describe, expect, test } from 'vitest';
import { ArrowWriter } from '../../traces/arrow/writer.ts';
import { BATCH_ROWS, OPERATIONS, Op, REFUSED } from '../../traces/format.ts';
import { openTrace } from '../../traces/open.ts';
import { OutputFile } from '../../traces/output-file.ts';
import type { TraceRow } from '../../traces/row-buffer.ts';
import { writeTrace } from '../../traces/write.ts';
import { rowsOf, sourceOf, temporaryFile, temporaryPath } from './rows.ts';

const SAMPLE: TraceRow[] = [
  { op: Op.read, timeNs: 5n, rid: 0x0100, pe: 1, length: 64, address: 0x0800_0000_0001_0040n },
  { op: Op.kill, timeNs: 5n, phb: 255, value: 0x8000_0000_0000_0000n },
  {
    op: Op.write,
    timeNs: 0xffff_ffff_ffff_ffffn,
    phb: 3,
    rid: 0xffff,
    pe: 511,
    length: 0xffff_ffff,
    address: 0xffff_ffff_ffff_fff8n,
    value: REFUSED,
  },
];

/** Columns of 8, 1, 1, 2, 2, 4, 8 and 8 bytes. */
const ROW_BYTES = 34;

async function written(rows = SAMPLE, metadata = {}): Promise<string> {
  const path = temporaryPath('trace.arrow');
  await writeTrace(sourceOf(rows, metadata), path);
  return path;
}

describe('a written trace', () => {
  test('brings back every cell, the largest 64-bit words included', async () => {
    const rows = await rowsOf(await openTrace(await written()));
    expect(rows).toEqual([
      {
        timeNs: 5n,
        op: 'read',
        phb: 0,
        rid: 256,
        pe: 1,
        length: 64,
        address: 0x800000000010040n,
        value: 0n,
      },
      { timeNs: 5n, op: 'kill', phb: 255, rid: 0, pe: 0, length: 0, address: 0n, value: 1n << 63n },
      {
        timeNs: (1n << 64n) - 1n,
        op: 'write',
        phb: 3,
        rid: 65535,
        pe: 511,
        length: 4294967295,
        address: (1n << 64n) - 8n,
        value: (1n << 64n) - 1n,
      },
    ]);
  });

  test('brings back its clock, source and parameters', async () => {
    const metadata = {
      clock: 'order',
      source: 'import:x',
      parameters: { seed: 'a b', page: '64K' },
    };
    expect((await openTrace(await written(SAMPLE, metadata))).metadata).toEqual(metadata);
  });

  test('reads the same twice from one opening', async () => {
    const source = await openTrace(await written());
    expect(await rowsOf(source)).toEqual(await rowsOf(source));
  });

  test('is read by the library as the published columns', async () => {
    const table = tableFromIPC(readFileSync(await written()));
    expect(table.schema.fields.map(({ name, type }) => `${name} ${type}`)).toEqual([
      'time_ns Uint64',
      'op Dictionary<Uint8, Utf8>',
      'phb Uint8',
      'rid Uint16',
      'pe Uint16',
      'length Uint32',
      'address Uint64',
      'value Uint64',
    ]);
    expect([...(table.getChild('op') ?? [])]).toEqual(['read', 'kill', 'write']);
    expect(table.getChild('address')?.get(0)).toBe(0x0800_0000_0001_0040n);
    expect(table.schema.metadata.get('tcesim.trace')).toBe('1');
  });

  test('keeps its order over more than two batches', async () => {
    const count = 2 * BATCH_ROWS + 7;
    const many = Array.from({ length: count }, (_, at) => ({
      op: at % OPERATIONS.length,
      timeNs: BigInt(at),
      address: BigInt(at) << 20n,
    }));
    const rows = await rowsOf(await openTrace(await written(many)));
    expect(rows).toHaveLength(count);
    expect(rows.every((row, at) => row.address === BigInt(at) << 20n)).toBe(true);
    expect(rows.every((row, at) => row.op === OPERATIONS[at % OPERATIONS.length])).toBe(true);
  });

  test('may be empty', async () => {
    expect(await rowsOf(await openTrace(await written([])))).toEqual([]);
  });

  test('may be a stream, without magic and footer', async () => {
    const path = temporaryPath('trace.stream');
    const file = new OutputFile(path);
    const source = sourceOf(SAMPLE);
    const writer = new ArrowWriter(file, source.metadata, 'stream');
    for await (const batch of source.batches()) writer.write(batch);
    writer.finish();
    file.finish();
    expect(readFileSync(path).subarray(0, 4).toString('hex')).toBe('ffffffff');
    expect(await rowsOf(await openTrace(path))).toEqual(
      await rowsOf(await openTrace(await written())),
    );
  });
});

describe('a file that breaks off', () => {
  test('is refused wherever it was cut: at every third byte, and just before its last', async () => {
    const whole = readFileSync(await written());
    const path = temporaryPath('cut.arrow');
    const cuts = [whole.length - 1];
    for (let bytes = 1; bytes < whole.length; bytes += 3) cuts.push(bytes);
    for (const bytes of cuts) {
      writeFileSync(path, whole.subarray(0, bytes));
      const reading = openTrace(path).then(rowsOf);
      await expect(reading, `cut at ${bytes}`).rejects.toThrow(/^.*cut\.arrow: /);
    }
  });

  test('names the byte and the rows before it', async () => {
    const rows = Array.from({ length: 2 * BATCH_ROWS }, () => ({ op: Op.read }));
    const path = await written(rows);
    const cut = Math.floor(1.5 * BATCH_ROWS * ROW_BYTES);
    truncateSync(path, cut);
    await expect(openTrace(path).then(rowsOf)).rejects.toThrow(
      `${path}: truncated at byte ${cut}, in the middle of a message; 65536 rows before it are whole`,
    );
  });
});

describe('an output file', () => {
  test('does not appear when its source fails, and leaves nothing beside', async () => {
    const path = temporaryPath('never.arrow');
    const failing = sourceOf(SAMPLE);
    async function* batches() {
      yield* failing.batches();
      throw new Error('the source broke');
    }
    await expect(writeTrace({ ...failing, batches }, path)).rejects.toThrow('the source broke');
    expect(readdirSync(dirname(path))).toEqual([]);
  });

  test('replaces an older one only when it is complete', async () => {
    const path = temporaryFile('old.arrow', 'old');
    await writeTrace(sourceOf(SAMPLE), path);
    expect(existsSync(path)).toBe(true);
    expect((await rowsOf(await openTrace(path))).length).toBe(SAMPLE.length);
    expect(readdirSync(dirname(path))).toEqual(['old.arrow']);
  });

  test('in a missing directory is refused by name', async () => {
    const path = `${temporaryPath('no')}/such/trace.arrow`;
    await expect(writeTrace(sourceOf(SAMPLE), path)).rejects.toThrow(
      `${path}: cannot be written (ENOENT)`,
    );
  });
});
