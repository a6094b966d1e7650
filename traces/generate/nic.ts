/**
 * Both directions of a network card at full load. Receiving is the card of traces/device/nic.ts: a ring of
 * mapped buffers, for each packet a descriptor read, the payload, the descriptor written back, and a fresh
 * buffer in its place. Sending: the driver maps a burst of packets and posts them; the card reads each
 * descriptor and payload and writes the descriptor back; then the driver unmaps the burst. Frames are MTU
 * and Ethernet header; a received one that is larger than a buffer takes several.
 *
 * Rows make the window and map all that is used (policies: traces/device/iova-policy.ts), so that such a
 * trace replays without `--window` and without `--map`.
 */
import { InputError } from '../../models/input-error.ts';
import { formatSize } from '../../models/size.ts';
import { NIC_OPTIONS, type NicSettings, readNicOptions } from '../device/device-options.ts';
import { DeviceRows, deviceIdentity, TraceTime } from '../device/device-rows.ts';
import { DmaMemory, RealMemory } from '../device/iova-policy.ts';
import { NicReceiveRing } from '../device/nic.ts';
import { TransmitRing } from '../device/transmit-ring.ts';
import { requireRoom } from '../device/window-room.ts';
import { wholeBetween } from '../option-values.ts';
import { RowBuffer } from '../row-buffer.ts';
import type { TraceGenerator, Traffic } from './generator.ts';
import {
  type CommonValues,
  commonParameters,
  type GeneratorParameter,
  readCommon,
  timeAfter,
} from './parameters.ts';

type Texts = Readonly<Record<string, string>>;

const ETHERNET_HEADER_BYTES = 14;
/** Smallest MTU of IPv4 (RFC 791), largest of cards that are sold. */
const MTU_MIN = 68;
const MTU_MAX = 16_384;
/** Descriptor read, payload, descriptor written back. */
const REQUESTS_OF_BUFFER = 3;

/** Left out: what the device options say, what a card does not choose, and chance, which it does without. */
const LEFT_OUT = ['page', 'window', 'base', 'length', 'writes', 'seed'];
const PACKET_INTERVAL = 'ns between packets, fractions allowed; 121.1: 1514 bytes at 100 Gb/s';
/** Strict, as Linux on POWER maps what it receives and sends. */
const PRESETS: Readonly<Record<string, string>> = { iova: 'strict', interval: '121.1' };

const COMMON: readonly GeneratorParameter[] = [
  ...commonParameters({}, LEFT_OUT),
  { name: 'mtu', description: 'bytes of a packet without its Ethernet header', preset: '1500' },
  ...NIC_OPTIONS,
].map((parameter) => ({
  ...parameter,
  description: parameter.name === 'interval' ? PACKET_INTERVAL : parameter.description,
  preset: PRESETS[parameter.name] ?? parameter.preset,
}));

export const nicReceive: TraceGenerator = {
  name: 'nic-rx',
  description:
    'receive ring of a network card, mapped as Linux does: kills and misses at the packet rate, hot rings',
  parameters: COMMON,
  prepare(texts) {
    const { values, settings, frameBytes } = readCard(texts);
    const buffers = Math.ceil(frameBytes / settings.bufferBytes);
    const packets = Math.ceil(values.requests / (REQUESTS_OF_BUFFER * buffers));
    return cardTraffic(values, settings, { turns: packets, packets: 1 }, (rows, memory) => {
      const card = new NicReceiveRing(rows, memory, settings);
      return () => card.receive(frameBytes);
    });
  },
};

export const nicTransmit: TraceGenerator = {
  name: 'nic-tx',
  description:
    'transmit ring of a network card, packets mapped and unmapped by bursts: reads that wait for fresh TCEs',
  parameters: [
    ...COMMON.filter(({ name }) => name !== 'buffer'),
    { name: 'burst', description: 'packets that the driver posts together', preset: '8' },
  ],
  prepare(texts) {
    const { values, settings, frameBytes } = readCard({ ...texts, buffer: '2K' });
    const burst = wholeBetween('burst', texts, 1, settings.ringEntries);
    const bursts = Math.ceil(values.requests / (REQUESTS_OF_BUFFER * burst));
    return cardTraffic(values, settings, { turns: bursts, packets: burst }, (rows, memory) => {
      const card = new TransmitRing(rows, memory, settings, frameBytes);
      return () => card.send(burst);
    });
  },
};

function readCard(texts: Texts) {
  // The window is the device model's to read.
  const unused = { page: '4K', window: '4K', base: '0', length: '1', writes: '0', seed: '' };
  return {
    values: readCommon({ ...texts, ...unused }),
    settings: readNicOptions(texts),
    frameBytes: wholeBetween('mtu', texts, MTU_MIN, MTU_MAX) + ETHERNET_HEADER_BYTES,
  };
}

/** Does what a card does next; false where its window has no bus address for a buffer. */
type CardTurn = () => boolean;

/** Cards that take turns of so many packets; each maps what it needs before the first packet of all. */
function cardTraffic(
  values: CommonValues,
  settings: NicSettings,
  { turns, packets }: { readonly turns: number; readonly packets: number },
  createCard: (rows: DeviceRows, memory: DmaMemory) => CardTurn,
): Traffic {
  const { devices } = values;
  const begin = () => {
    const time = new TraceTime(true);
    const real = new RealMemory();
    const cards: CardTurn[] = [];
    return (rows: RowBuffer, step: number) => {
      if (step < devices) {
        const deviceRows = new DeviceRows(rows, time, deviceIdentity(step));
        cards.push(createCard(deviceRows, new DmaMemory(deviceRows, settings.iova, real)));
        return;
      }
      const turn = step - devices;
      time.moveTo(timeAfter(values, turn * packets));
      if (!cards[turn % devices]()) throw noRoom(settings);
    };
  };
  tryOut(settings, createCard);
  return { steps: devices + turns, start: begin };
}

/** Goes once round the ring: a window that is too small is refused before anything is written. */
function tryOut(
  settings: NicSettings,
  createCard: (rows: DeviceRows, memory: DmaMemory) => CardTurn,
): void {
  requireRoom(settings.iova, wantedRoom(settings), (iova) => {
    const buffer = new RowBuffer();
    const rows = new DeviceRows(buffer, new TraceTime(true), deviceIdentity(0));
    const turn = createCard(rows, new DmaMemory(rows, iova, new RealMemory()));
    for (let packet = 0; packet <= settings.ringEntries; packet += 1) {
      if (!turn()) throw noRoom(settings);
      buffer.take();
    }
  });
}

function wantedRoom({ ringEntries }: NicSettings): string {
  return `the ring, ${ringEntries} buffers and those that wait`;
}

function noRoom(settings: NicSettings): InputError {
  return new InputError(
    `window: expected room for ${wantedRoom(settings)}, got ${formatSize(settings.iova.windowBytes)}`,
  );
}
