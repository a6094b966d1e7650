/**
 * The reference traffic of HyperSIO, the simulator of HyperTRIO (Lavrov and Wentzlaff, "HyperTRIO", ISCA
 * 2020): packets of 1542 bytes arrive at 200 Gb/s, tenant after tenant, and each wants three translations:
 * a descriptor in a ring, the data, a mailbox. All tenants use the same bus addresses, so that caches that
 * do not tell tenants apart in their set index lose everything from some number of tenants on. The packet
 * takes 61.68 ns, a third of that for each request; HyperSIO itself cuts it to 61. With `wait=yes` a packet
 * waits for the one before it, as with a pending translation buffer of one packet: a kill of a page that nobody uses
 * stands between them, and in a closed loop with `kill.sync=all` it is complete when their DMA is.
 */
import { InputError } from '../../models/input-error.ts';
import { encodeKill } from '../../models/tce-kill.ts';
import { Op } from '../format.ts';
import { yesOrNo } from '../option-values.ts';
import { setWord } from '../row-buffer.ts';
import { RowWriter, type TraceGenerator } from './generator.ts';
import { commonParameters, readCommon } from './parameters.ts';

const REQUESTS_OF_PACKET = 3;
const RING_OFFSET = 0x3480_0000;
const MAILBOX_OFFSET = 0x3500_1000;
const DATA_OFFSET = 0xbbe0_0000;
const DATA_PAGE_BYTES = 2 ** 21;
const DATA_PAGES = 32;
/** A tenant's packets go to the next data page after so many. */
const PACKETS_OF_PAGE = 50;
/** What is read of the ring and written to the mailbox; HyperSIO knows pages only: assumed. */
const DESCRIPTOR_BYTES = 16;
const DATA_END = DATA_OFFSET + DATA_PAGES * DATA_PAGE_BYTES;
/** Packets lie one behind the other in their data page, each from a cache line on. */
const LINE_BYTES = 64;
const LENGTH_MAX = Math.floor(DATA_PAGE_BYTES / PACKETS_OF_PAGE / LINE_BYTES) * LINE_BYTES;

/** The page at bus address 0 of PE# 0, which is no tenant's. */
const KILL_OF_NOTHING = encodeKill({ scope: 'page', pe: 0, address: 0n, pageShift: 12 }, 'ioda3');

const PRESETS = {
  requests: '60000',
  page: '4K',
  window: '4G',
  length: '1542',
  interval: '20.56',
};

export const hypersio: TraceGenerator = {
  name: 'hypersio',
  description:
    "HyperSIO's reference packets: ring, data and mailbox at the same addresses in every tenant: set conflicts",
  parameters: [
    ...commonParameters(PRESETS, ['writes']),
    {
      name: 'wait',
      description:
        'a kill of an unused page behind each packet, which software waits for: yes or no',
      preset: 'no',
    },
  ],
  prepare(texts) {
    const waits = yesOrNo('wait', texts);
    const values = readCommon({ ...texts, writes: '0' });
    const { devices, length } = values;
    if (values.windowBytes < DATA_END) {
      throw new InputError(
        `window: expected room for the data pages, ${DATA_END} bytes, got '${texts.window}'`,
      );
    }
    if (length > LENGTH_MAX) {
      throw new InputError(
        `length: expected 1..${LENGTH_MAX} bytes, ${PACKETS_OF_PAGE} packets in 2M, got '${texts.length}'`,
      );
    }
    const spacing = Math.ceil(length / LINE_BYTES) * LINE_BYTES;
    const writer = new RowWriter(values);
    return {
      steps: Math.ceil(values.requests / REQUESTS_OF_PACKET),
      start: () => (rows, packet) => {
        const turn = Math.floor(packet / devices);
        const device = packet - turn * devices;
        const page = Math.floor(turn / PACKETS_OF_PAGE);
        const place = (turn - page * PACKETS_OF_PAGE) * spacing;
        const data = DATA_OFFSET + (page % DATA_PAGES) * DATA_PAGE_BYTES + place;
        const first = packet * REQUESTS_OF_PACKET;
        writer.add(rows, first, Op.read, device, RING_OFFSET, DESCRIPTOR_BYTES);
        writer.add(rows, first + 1, Op.write, device, data, length);
        writer.add(rows, first + 2, Op.write, device, MAILBOX_OFFSET, DESCRIPTOR_BYTES);
        if (waits) {
          const kill = writer.add(rows, first + 2, Op.kill, device, 0, 0);
          setWord(rows.columns.value, kill, KILL_OF_NOTHING);
        }
      },
    };
  },
};
