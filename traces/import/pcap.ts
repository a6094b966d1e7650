/**
 * Packet captures (libpcap's file format: draft-ietf-opsawg-pcap), times in microseconds or nanoseconds, in
 * the byte order of the machine that wrote them. Every packet counts as received, whole (its original
 * length), by one network card with a receive ring (traces/device/nic.ts); what is in it does not matter.
 * pcapng, another format, is refused.
 */
import { InputError } from '../../models/input-error.ts';
import { formatSize } from '../../models/size.ts';
import { NIC_OPTIONS, readNicOptions } from '../device/device-options.ts';
import { DeviceRows, deviceIdentity, TraceTime } from '../device/device-rows.ts';
import { DmaMemory, RealMemory } from '../device/iova-policy.ts';
import { NicReceiveRing } from '../device/nic.ts';
import { SourceTime } from '../device/source-time.ts';
import { requireRoom } from '../device/window-room.ts';
import { RowBuffer } from '../row-buffer.ts';
import { BinaryRecords } from './binary-records.ts';
import type { BinaryFormat, BinaryParser, ImportLog } from './import.ts';

const FILE_HEADER_BYTES = 24;
const PACKET_HEADER_BYTES = 16;
/** Magic numbers and the nanoseconds of their fraction's unit. */
const UNIT_NS = new Map([
  [0xa1b2c3d4, 1000],
  [0xa1b23c4d, 1],
]);
const PCAPNG_MAGIC = 0x0a0d0d0a;
/** libpcap's MAXIMUM_SNAPLEN is 256 KiB; USB captures may go far beyond. What is longer is damaged. */
const CAPTURED_BYTES_MAX = 2 ** 27;
/** The longest packet that any network card hands on as one. */
const PACKET_BYTES_MAX = 2 ** 20;
const SECOND_NS = 1_000_000_000n;

/** What the file's header tells. */
interface PcapForm {
  readonly isLittle: boolean;
  readonly unitNs: number;
}

export const pcapFormat: BinaryFormat = {
  name: 'pcap',
  description: 'packet capture of tcpdump (pcap, not pcapng)',
  options: NIC_OPTIONS,
  clock: () => 'time',
  parameters: {
    device: 'a network card with one receive ring, made by the importer',
    assumed: 'all packets are received',
    time: 'since the first record of the source',
  },
  matches: (head) => head.length >= 4 && (formOf(viewOf(head)) !== undefined || isPcapng(head)),
  parser: (rows, log, place, options) => new PcapParser(rows, log, place, options),
};

class PcapParser implements BinaryParser {
  private readonly ring: NicReceiveRing;
  private readonly clock = new TraceTime(true);
  private readonly time = new SourceTime();
  private readonly records = new BinaryRecords((view, at) => this.take(view, at));
  private form: PcapForm | undefined;
  private count = 0;
  private isBroken = false;

  constructor(
    rows: RowBuffer,
    private readonly log: ImportLog,
    private readonly place: string,
    options: Readonly<Record<string, string>>,
  ) {
    const settings = readNicOptions(options);
    const { iova, ringEntries, bufferBytes } = settings;
    const wanted = `a ring of ${ringEntries} buffers of ${formatSize(bufferBytes)}`;
    requireRoom(iova, wanted, (tried) => {
      const aside = new DeviceRows(new RowBuffer(), this.clock, deviceIdentity(0));
      new NicReceiveRing(aside, new DmaMemory(aside, tried, new RealMemory()), settings);
    });
    const deviceRows = new DeviceRows(rows, this.clock, deviceIdentity(0));
    const memory = new DmaMemory(deviceRows, settings.iova, new RealMemory());
    this.ring = new NicReceiveRing(deviceRows, memory, settings);
  }

  accept(chunk: Uint8Array): void {
    if (!this.isBroken) this.records.accept(chunk);
  }

  finish(): void {
    if (!this.form) {
      throw new InputError(
        `${this.place}: expected a pcap header of ${FILE_HEADER_BYTES} bytes, the file is shorter`,
      );
    }
    if (!this.isBroken && this.records.isCut) {
      this.log.malformed(this.count + 1, 'the file ends within a packet');
    }
  }

  private take(view: DataView, at: number): number {
    if (this.form) return this.packet(view, at, this.form);
    if (view.byteLength - at < FILE_HEADER_BYTES) return 0;
    this.form = formOf(view);
    if (this.form) return FILE_HEADER_BYTES;
    const magic = view.getUint32(0, true);
    throw new InputError(
      magic === PCAPNG_MAGIC
        ? `${this.place}: expected pcap, got pcapng; convert it with editcap -F nsecpcap`
        : `${this.place}: expected the header of a pcap file, got 0x${magic.toString(16)}`,
    );
  }

  private packet(view: DataView, at: number, { isLittle, unitNs }: PcapForm): number {
    if (view.byteLength - at < PACKET_HEADER_BYTES) return 0;
    this.count += 1;
    const seconds = BigInt(view.getUint32(at, isLittle));
    const fraction = view.getUint32(at + 4, isLittle);
    const capturedBytes = view.getUint32(at + 8, isLittle);
    const bytes = view.getUint32(at + 12, isLittle);
    if (capturedBytes > CAPTURED_BYTES_MAX) {
      // Nobody knows where the next packet begins.
      this.isBroken = true;
      this.log.malformed(
        this.count,
        `expected at most ${CAPTURED_BYTES_MAX} captured bytes, got ${capturedBytes}; the rest of the file is left out`,
      );
      return view.byteLength - at;
    }
    this.receive(seconds * SECOND_NS + BigInt(fraction) * BigInt(unitNs), bytes);
    return PACKET_HEADER_BYTES + capturedBytes;
  }

  private receive(time: bigint, bytes: number): void {
    const timeNs = this.time.sinceFirst(time);
    if (timeNs === undefined) {
      this.log.malformed(this.count, 'time: expected within 104 days of the first packet');
      return;
    }
    if (bytes > PACKET_BYTES_MAX) {
      this.log.malformed(
        this.count,
        `expected a packet of at most ${PACKET_BYTES_MAX} bytes, got ${bytes}`,
      );
      return;
    }
    if (bytes === 0) {
      this.log.expected('packet of no bytes');
      return;
    }
    if (!this.clock.moveTo(timeNs)) this.log.assume('time of a packet that came too late');
    if (!this.ring.receive(bytes)) this.log.expected('packet without a bus address for its buffer');
  }
}

/** What a header that begins with a known magic number tells. */
function formOf(view: DataView): PcapForm | undefined {
  for (const isLittle of [true, false]) {
    const unitNs = UNIT_NS.get(view.getUint32(0, isLittle));
    if (unitNs !== undefined) return { isLittle, unitNs };
  }
  return undefined;
}

function isPcapng(head: Uint8Array): boolean {
  return viewOf(head).getUint32(0, true) === PCAPNG_MAGIC;
}

function viewOf(head: Uint8Array): DataView {
  return new DataView(head.buffer, head.byteOffset, head.length);
}
