/**
 * JSON lines: one event an array, the compact form in which this project keeps what it captured from QEMU.
 * powernv: tve, kill, dma with its reads. pseries: put, multi, stuff, clear, win, unwin, dma, xlate.
 * README.md of traces/ lists the fields. The order of the lines is the only clock.
 */
import { InputError } from '../../models/input-error.ts';
import { Op } from '../format.ts';
import type { RowBuffer } from '../row-buffer.ts';
import { Word, wordOf } from '../word.ts';
import { ASSUMED_DMA, assumedLength, assumedOperation } from './assumed-dma.ts';
import { word as bigWord, count, describeField, half } from './fields.ts';
import type { ImportLog, LineFormat, LineParser } from './import.ts';
import { PowernvRows, REFUSED_WORD } from './powernv-rows.ts';
import { PseriesRows } from './pseries-rows.ts';

/** A run of single H_PUT_TCE becomes a row each; a longer run is no capture. */
const CLEAR_COUNT_BITS = 22;
/** Fields of a powernv DMA; a pseries one has 8. */
const POWERNV_DMA_FIELDS = 11;

/** The TCE of a page that is not mapped. */
const UNMAPPED: Readonly<Word> = new Word();

type Fields = readonly unknown[];

export const captureFormat: LineFormat = {
  name: 'capture-jsonl',
  description: 'JSON lines of events such as ["kill",0,"0x.."]',
  clock: () => 'order',
  parameters: { assumed: ASSUMED_DMA },
  matches: (lines) => /^\["[a-z]+",/.test(lines[0] ?? ''),
  parser: (rows, log) => new CaptureParser(rows, log),
};

class CaptureParser implements LineParser {
  private readonly powernv: PowernvRows;
  private readonly pseries: PseriesRows;
  private readonly takers = new Map(
    Object.entries<(fields: Fields) => void>({
      tve: ([, phb, index, tve]) =>
        this.powernv.tve(count(phb, 'phb', 8), count(index, 'index', 16), word(tve, 'tve')),
      kill: ([, phb, register]) => this.powernv.kill(count(phb, 'phb', 8), word(register, 'kill')),
      dma: (fields) =>
        fields.length === POWERNV_DMA_FIELDS ? this.powernvDma(fields) : this.pseriesDma(fields),
      put: ([, liobn, ioba, tce, ret]) => {
        if (this.succeeded(ret)) {
          this.pseries.put(half(liobn, 'liobn'), word(ioba, 'ioba'), word(tce, 'tce'));
        }
      },
      multi: ([, liobn, ioba, tce, n, ret]) => {
        if (this.succeeded(ret)) this.pseries.indirect(...list(liobn, ioba, tce, n));
      },
      stuff: ([, liobn, ioba, tce, n, ret]) => {
        if (this.succeeded(ret)) this.pseries.stuff(...list(liobn, ioba, tce, n));
      },
      clear: (fields) => this.clear(fields),
      win: ([, liobn, pageShift, windowShift, start]) =>
        this.pseries.create(half(liobn, 'liobn'), {
          pageShift: count(pageShift, 'page shift', 6),
          bytes: wordOf(1n << BigInt(count(windowShift, 'window shift', 6))),
          start: word(start, 'start'),
        }),
      unwin: ([, liobn]) => this.pseries.remove(half(liobn, 'liobn')),
      xlate: (fields) => this.translation(fields),
    }),
  );

  constructor(
    private readonly rows: RowBuffer,
    private readonly log: ImportLog,
  ) {
    this.powernv = new PowernvRows(rows);
    this.pseries = new PseriesRows(rows, log);
  }

  accept(line: string, number: number): void {
    if (line.trim() === '') {
      this.log.expected('blank line');
      return;
    }
    try {
      const fields = parseArray(line);
      const take = this.takers.get(nameOf(fields));
      if (take) take(fields);
      else this.log.expected('other event');
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      this.log.malformed(number, error.message);
    }
  }

  finish(): void {}

  private succeeded(ret: unknown): boolean {
    if (ret === 0) return true;
    if (typeof ret !== 'number') {
      throw new InputError(`result: expected a number, got ${describeField(ret)}`);
    }
    this.log.expected('failed hypercall');
    return false;
  }

  private powernvDma(fields: Fields): void {
    const [, phb, devfn, pe, , address, length, access, real, reads] = fields;
    if (!Array.isArray(reads))
      throw new InputError(`reads: expected a list, got ${describeField(reads)}`);
    const dma = {
      phb: count(phb, 'phb', 8),
      devfn: count(devfn, 'devfn', 8),
      pe: count(pe, 'pe', 16),
      address: word(address, 'address'),
      length: count(length, 'length', 32),
      write: isWrite(access),
      real: realOrRefused(real),
    };
    const walk = reads.map(tableRead);
    for (const [at, tce] of walk) this.powernv.read(dma.phb, at, tce);
    this.powernv.dma(dma);
  }

  private pseriesDma([, liobn, offset, length, access, real]: Fields): void {
    this.pseries.dma(
      half(liobn, 'liobn'),
      isWrite(access) ? Op.write : Op.read,
      word(offset, 'address'),
      count(length, 'length', 32),
      realOrRefused(real),
    );
  }

  private translation([, liobn, offset, page, permission, mask]: Fields): void {
    const window = half(liobn, 'liobn');
    const at = word(offset, 'address');
    const within = word(mask, 'mask');
    const real = word(page, 'page');
    // Below the mask QEMU prints what stands in the TCE there: its permission bits.
    real.set(
      (real.high & ~within.high) | (at.high & within.high),
      (real.low & ~within.low) | (at.low & within.low),
    );
    const bits = count(permission, 'permission', 2);
    const op = assumedOperation(bits, this.log);
    const length = assumedLength(real.low);
    this.pseries.dma(window, op, at, length, bits === 0 ? REFUSED_WORD : real);
  }

  private clear([, liobn, ioba, n, step]: Fields): void {
    const window = half(liobn, 'liobn');
    const address = word(ioba, 'ioba');
    const stepBytes = wordOf(BigInt(count(step, 'step', 48)));
    const entries = count(n, 'count', CLEAR_COUNT_BITS);
    const before = this.rows.total;
    for (let entry = 0; entry < entries; entry += 1) {
      this.pseries.put(window, address, UNMAPPED);
      // A window without rows is counted, once a line.
      if (this.rows.total === before) return;
      address.add(stepBytes);
    }
  }
}

function parseArray(line: string): Fields {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    throw new InputError('expected a JSON array, got text that is no JSON');
  }
  if (Array.isArray(value)) return value;
  throw new InputError('expected a JSON array, got another value');
}

/** The name of an event. */
function nameOf([name]: Fields): string {
  if (typeof name === 'string') return name;
  throw new InputError(`expected the name of an event first, got ${describeField(name)}`);
}

function list(
  liobn: unknown,
  ioba: unknown,
  tce: unknown,
  n: unknown,
): [number, Word, Word, number] {
  return [half(liobn, 'liobn'), word(ioba, 'ioba'), word(tce, 'tce'), count(n, 'count', 32)];
}

function isWrite(access: unknown): boolean {
  if (access === 'r' || access === 'w') return access === 'w';
  throw new InputError(`access: expected r or w, got ${describeField(access)}`);
}

function word(text: unknown, what: string): Word {
  return wordOf(bigWord(text, what));
}

/** A table read of a walk: level, real address, TCE. */
function tableRead(read: unknown): readonly [address: Word, tce: Word] {
  if (!Array.isArray(read))
    throw new InputError(`reads: expected lists, got ${describeField(read)}`);
  return [word(read[1], 'read'), word(read[2], 'tce')];
}

/** A real address; null where the PHB refused the DMA. */
function realOrRefused(real: unknown): Word {
  return real === null ? REFUSED_WORD : word(real, 'real address');
}
