import { readFileSync } from 'node:fs';
import { deflateRawSync, gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { readLines } from '../../traces/lines.ts';
import { openTrace } from '../../traces/open.ts';
import { openFile } from '../../traces/open-file.ts';
import { tcesim } from '../cli/command.ts';
import { rowsOf, samplePath, temporaryFile, temporaryPath } from './rows.ts';

const LOG = readFileSync(samplePath('pseries-stock.qemu.log'));
/** `printf 'a compressed line\n' | zstd`: a frame with one raw block and a checksum. */
const ZSTD_LINE = Buffer.from('KLUv/QRYkQAAYSBjb21wcmVzc2VkIGxpbmUKUw9jsQ==', 'base64');
/** A frame to be skipped, of 4 bytes. */
const SKIPPABLE = Buffer.from([0x50, 0x2a, 0x4d, 0x18, 4, 0, 0, 0, 1, 2, 3, 4]);

function linesOf(content: Uint8Array): string[] {
  const input = openFile(temporaryFile('x', content));
  const lines = [...readLines(input)];
  input.close();
  return lines;
}

describe('gzip', () => {
  test('is read as what it holds, whatever the name', async () => {
    const packed = await openTrace(temporaryFile('x.log', gzipSync(LOG)));
    const plain = await openTrace(samplePath('pseries-stock.qemu.log'));
    expect(packed.metadata).toEqual(plain.metadata);
    expect(await rowsOf(packed)).toEqual(await rowsOf(plain));
    expect(await rowsOf(packed)).toHaveLength(650);
  });

  test('may have several members, cut anywhere, empty ones too', () => {
    const parts = [
      LOG.subarray(0, 1),
      LOG.subarray(1, 40_000),
      LOG.subarray(0, 0),
      LOG.subarray(40_000),
    ];
    const plain = linesOf(LOG);
    expect(linesOf(Buffer.concat(parts.map((part) => gzipSync(part))))).toEqual(plain);
    // Stored blocks, so that the compressed file is many pieces long.
    const stored = parts.map((part) => gzipSync(part, { level: 0 }));
    expect(linesOf(Buffer.concat(stored))).toEqual(plain);
  });

  test('that was cut off is refused in one line, wherever it was cut', () => {
    const whole = gzipSync(LOG);
    for (const left of [30, 1000, whole.length - 9, whole.length - 8, whole.length - 1]) {
      expect(() => linesOf(whole.subarray(0, left))).toThrow(
        /x: damaged or cut off gzip data at the end: [^\n]+$/,
      );
    }
  });

  test('with a changed byte is refused: its checksum differs', () => {
    const stored = gzipSync(LOG, { level: 0 });
    stored[1000] ^= 1;
    expect(() => linesOf(stored)).toThrow(/x: damaged or cut off gzip data at the end: checksum/);
    const second = Buffer.concat([stored, gzipSync(LOG)]);
    expect(() => linesOf(second)).toThrow(
      /x: damaged or cut off gzip data near byte \d+: checksum/,
    );
  });

  test('with bytes behind it that are no member is refused', () => {
    const packed = Buffer.concat([gzipSync('a\n'), Buffer.from('garbage behind the end')]);
    expect(() => linesOf(packed)).toThrow(/x: damaged or cut off gzip data near byte \d+: /);
  });

  test('of nothing is an empty file; a raw deflate stream is no gzip', async () => {
    await expect(openTrace(temporaryFile('x', gzipSync('')))).rejects.toThrow(/the file is empty$/);
    await expect(openTrace(temporaryFile('x', deflateRawSync(LOG)))).rejects.toThrow(
      /not a known trace/,
    );
  });
});

describe('zstd', () => {
  test('is read as what it holds, in one frame or several, skippable ones left out', () => {
    expect(linesOf(ZSTD_LINE)).toEqual(['a compressed line']);
    const frames = [SKIPPABLE, ZSTD_LINE, SKIPPABLE, ZSTD_LINE];
    expect(linesOf(Buffer.concat(frames))).toEqual(['a compressed line', 'a compressed line']);
  });

  test('that was cut off is refused in one line, wherever it was cut', () => {
    for (let left = 5; left < ZSTD_LINE.length; left += 1) {
      expect(() => linesOf(ZSTD_LINE.subarray(0, left))).toThrow(
        /x: damaged or cut off zstd data at the end: [^\n]+$/,
      );
    }
  });

  test('that wants a window of more than 128 MiB is refused before it gets one', () => {
    // Window descriptor: 2^(10 + 18) bytes.
    const large = Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x00, 18 << 3, 0x01, 0x00, 0x00]);
    expect(() => linesOf(large)).toThrow(
      /x: damaged or cut off zstd data near byte 0: it needs a window of 268435456 bytes, at most 134217728/,
    );
  });
});

test('an import of zstd reports that its checksums are not checked, of gzip and of plain text nothing', async () => {
  const text = 'time_ns,op,rid,address,length\n1,read,0x100,0x1000,64\n';
  const size = Buffer.byteLength(text);
  // One segment, whose size is a byte, of one raw block.
  const head = [0x28, 0xb5, 0x2f, 0xfd, 0x20, size, ((size << 3) | 1) & 0xff, size >> 5, 0];
  const zstd = Buffer.concat([Buffer.from(head), Buffer.from(text)]);
  const reports = [];
  for (const content of [zstd, gzipSync(text), Buffer.from(text)]) {
    const output = temporaryPath('out');
    const { stderr } = await tcesim('trace', 'import', temporaryFile('x', content), '-o', output);
    expect(stderr).toContain('rows: 1 ');
    reports.push(stderr.includes('\nnot checked: the checksums of zstd\n'));
  }
  expect(reports).toEqual([true, false, false]);
});

test('xz is refused by name', () => {
  const head = Buffer.from([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00, 0x00, 0x04]);
  expect(() => linesOf(head)).toThrow(/x: compressed with xz; gzip and zstd are read, xz is not$/);
});
