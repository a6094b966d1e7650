/**
 * The receive side of a network card: for each packet it reads a descriptor, writes the payload to the
 * buffer that the descriptor names, and writes a completion. The two rings stay hot while the buffers walk
 * through the window: a test of how well a cache keeps few hot pages among many cold ones. With
 * `strict=yes` the driver maps a fresh page for each packet and unmaps it afterwards, as Linux does for
 * every streaming mapping in its strict mode: kills and misses at the packet rate; the rings, as coherent
 * memory, it maps once at the start. Packets are whole: the number of requests is rounded up to a multiple
 * of three.
 */
import { InputError } from '../../models/input-error.ts';
import { parseSize } from '../../models/size.ts';
import { TCE_PCI_READ, TCE_PCI_WRITE } from '../../models/tce.ts';
import { Op } from '../format.ts';
import { wholeBetween, yesOrNo } from '../option-values.ts';
import { type RowBuffer, setWord } from '../row-buffer.ts';
import { RowWriter, type TraceGenerator } from './generator.ts';
import {
  type CommonValues,
  commonParameters,
  type GeneratorParameter,
  readCommon,
} from './parameters.ts';

/** Descriptor read, payload write, completion write. */
const REQUESTS_OF_PACKET = 3;
/** A descriptor and a completion of common cards (Intel 8254x and its successors). */
const DESCRIPTOR_BYTES = 16;

const OWN_PARAMETERS: readonly GeneratorParameter[] = [
  { name: 'descriptors', description: 'entries of each ring', preset: '1024' },
  { name: 'strict', description: 'map and unmap a page for each packet: yes or no', preset: 'no' },
  { name: 'memory', description: 'real address of the pages that strict maps', preset: '4G' },
];

export const ring: TraceGenerator = {
  name: 'ring',
  description: 'receive ring of a network card: hot rings among cold buffers; strict=yes: kills',
  parameters: [...commonParameters({ length: '1500' }, ['writes']), ...OWN_PARAMETERS],
  prepare(texts) {
    const values = readCommon({ ...texts, writes: '1' });
    const layout = layOut(values, texts);
    const packets = new Packets(values, layout);
    return {
      steps: Math.ceil(values.requests / REQUESTS_OF_PACKET),
      start: () => (rows, packet) => packets.emit(rows, packet),
    };
  },
};

/** The bytes of a mapping are a 32-bit number. */
const MAP_BYTES_MAX = 2 ** 32 - 1;

/** Real addresses that a TCE can name: 60 bits. */
const REAL_ADDRESSES = 1n << 60n;

/** Where things lie in the window of each device; offsets from its base. */
interface Layout {
  readonly descriptors: number;
  readonly completions: number;
  readonly buffers: number;
  readonly ringEntries: number;
  readonly bufferCount: number;
  readonly bufferBytes: number;
  /** Bytes that strict mapping maps for a packet; 0 where mappings stay. */
  readonly mapBytes: number;
  readonly memory: bigint;
}

function layOut(values: CommonValues, texts: Readonly<Record<string, string>>): Layout {
  const { pageBytes, windowBytes, length } = values;
  const ringEntries = wholeBetween('descriptors', texts, 1, 2 ** 20);
  const strict = yesOrNo('strict', texts);
  const toPages = (bytes: number) => Math.ceil(bytes / pageBytes) * pageBytes;
  const ringBytes = toPages(ringEntries * DESCRIPTOR_BYTES);
  const bufferBytes = strict ? toPages(length) : 2 ** Math.ceil(Math.log2(length));
  if (strict && Math.max(ringBytes, bufferBytes) > MAP_BYTES_MAX) {
    throw new InputError(
      `strict: expected less than 4G to map, got rings of ${ringBytes} bytes and buffers of ${bufferBytes}`,
    );
  }
  const bufferCount = Math.floor((windowBytes - 2 * ringBytes) / bufferBytes);
  if (bufferCount < 1) {
    throw new InputError(
      `window: expected room for two rings of ${ringBytes} bytes and a buffer of ${bufferBytes}, ` +
        `got '${texts.window}'`,
    );
  }
  return {
    descriptors: 0,
    completions: ringBytes,
    buffers: 2 * ringBytes,
    ringEntries,
    bufferCount,
    bufferBytes,
    mapBytes: strict ? bufferBytes : 0,
    memory: strict ? readMemory(values, texts) : 0n,
  };
}

/** The real address of the pages that strict maps, that of the window's first. */
function readMemory(values: CommonValues, texts: Readonly<Record<string, string>>): bigint {
  const { pageBytes, windowBytes } = values;
  const memory = parseSize(texts.memory as string, 'memory');
  if (memory % BigInt(pageBytes) !== 0n) {
    throw new InputError(`memory: expected a multiple of the page, got '${texts.memory}'`);
  }
  if (memory + BigInt(windowBytes) > REAL_ADDRESSES) {
    throw new InputError(`memory: expected a span that ends below 2^60, got '${texts.memory}'`);
  }
  return memory;
}

class Packets {
  private readonly writer: RowWriter;

  constructor(
    private readonly values: CommonValues,
    private readonly layout: Layout,
  ) {
    this.writer = new RowWriter(values);
  }

  emit(rows: RowBuffer, packet: number): void {
    const { layout, writer } = this;
    const turn = Math.floor(packet / this.values.devices);
    const device = packet - turn * this.values.devices;
    const entry = (turn % layout.ringEntries) * DESCRIPTOR_BYTES;
    const buffer = layout.buffers + (turn % layout.bufferCount) * layout.bufferBytes;
    const read = packet * REQUESTS_OF_PACKET;
    const { length } = this.values;

    if (layout.mapBytes > 0) {
      if (packet === 0) this.mapRings(rows);
      this.map(rows, read, device, buffer, layout.mapBytes, TCE_PCI_WRITE);
    }
    writer.add(rows, read, Op.read, device, layout.descriptors + entry, DESCRIPTOR_BYTES);
    writer.add(rows, read + 1, Op.write, device, buffer, length);
    writer.add(rows, read + 2, Op.write, device, layout.completions + entry, DESCRIPTOR_BYTES);
    if (layout.mapBytes > 0) {
      writer.add(rows, read + 2, Op.unmap, device, buffer, layout.mapBytes);
    }
  }

  /** Before the first packet: each device may read and write its rings. */
  private mapRings(rows: RowBuffer): void {
    const { descriptors, completions, buffers } = this.layout;
    const permission = TCE_PCI_READ | TCE_PCI_WRITE;
    for (let device = 0; device < this.values.devices; device += 1) {
      this.map(rows, 0, device, descriptors, completions - descriptors, permission);
      this.map(rows, 0, device, completions, buffers - completions, permission);
    }
  }

  private map(
    rows: RowBuffer,
    request: number,
    device: number,
    offset: number,
    bytes: number,
    permission: number,
  ): void {
    const row = this.writer.add(rows, request, Op.map, device, offset, bytes);
    setWord(rows.columns.value, row, (this.layout.memory + BigInt(offset)) | BigInt(permission));
  }
}
