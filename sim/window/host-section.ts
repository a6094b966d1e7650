/** The host and the process that a question is about, in words, for the head of every answer. */
import { hex } from '../../models/bits.ts';
import { keptPages, MARKS } from '../../models/memory/watermark.ts';
import { describeBytes, formatSize } from '../../models/size.ts';
import { ddwRoomOf } from '../host/partition.ts';
import type { Section } from '../report/document.ts';
import { formatBase, formatCount } from '../report/numbers.ts';
import type { Circumstances } from './question.ts';

/** The section. */
export function hostSection(circumstances: Circumstances): Section {
  const { kernel, registeredBytes, backingShift, slot } = circumstances;
  const rows = [
    [
      'kernel',
      `Linux ${kernel.name}: rules of ${kernel.era.name}, ${pageWords(kernel.basePageShift)}`,
    ],
    ...platformRows(circumstances),
    ...memoryRows(circumstances),
    ['ulimit -l', memlockWords(circumstances)],
    ['registered', `${describeBytes(registeredBytes)}, ${pageWords(backingShift)} behind it`],
    ['window slot', SLOT_WORDS[slot]],
  ];
  return { title: 'Host', tables: [{ head: [], rows, left: [1] }], remarks: [] };
}

const SLOT_WORDS = {
  0: '0: the default window is removed first',
  1: '1: slot 0 is taken, by the default window or one of a guest',
} as const;

function pageWords(shift: number): string {
  return `pages of ${formatSize(2 ** shift)}`;
}

/** The PHB; or the hypervisor, and what is only assumed of it. */
function platformRows({ kernel, phb, hypervisor, memory, ddwTces }: Circumstances): string[][] {
  if (kernel.platform !== 'pseries') return [['PHB', phb.title]];
  if (!kernel.hasWindows) return [['hypervisor', hypervisor]];
  const room = ddwRoomOf(hypervisor, memory.ramBytes ?? 0n, ddwTces);
  const isAssumed = (assumed: boolean) => (assumed ? ' [assumed]' : '');
  const tces =
    room.tces === undefined
      ? 'TCEs are not counted'
      : `${formatCount(Number(room.tces))} TCEs${isAssumed(room.tcesAssumed)}`;
  const place = `${formatBase(hex(room.startAddress))}${isAssumed(room.startAssumed)}`;
  const more = room.tcesAssumed ? '; --ddw-tces sets it' : '';
  return [
    ['hypervisor', hypervisor],
    ['DDW block', `${tces}, window at ${place}${more}`],
  ];
}

/** One row for all zones, or one for each where there are several, in the order in which they are asked. */
function memoryRows(circumstances: Circumstances): string[][] {
  const { memory } = circumstances;
  const { freeBlocks, freeBytes, zones = [] } = memory.fresh();
  const total = memory.ramBytes === undefined ? '' : ` of ${describeBytes(memory.ramBytes)}`;
  const kept = ['must stay free', keptWords(circumstances)];
  if (memory.buddyinfo === undefined) {
    return [['memory', `${describeBytes(freeBytes)}, all of it free`], kept];
  }
  if (zones.length <= 1) {
    return [
      ['memory', `${describeBytes(freeBytes)} free${total}, ${blockWords(freeBlocks)}`],
      kept,
    ];
  }
  const perZone = zones.map(({ node, zone, memory: its }, at) => {
    const home = at === 0 ? "the PHB's, " : '';
    const words = `${home}${describeBytes(its.freeBytes)} free, ${blockWords(its.freeBlocks)}`;
    return [`node ${node} ${zone}`, words];
  });
  const all = `${describeBytes(freeBytes)} free${total}; zones are asked in this order`;
  return [['memory', all], ...perZone, kept];
}

function blockWords(freeBlocks: readonly number[]): string {
  return `blocks of order 0 up: ${freeBlocks.join(' ')}`;
}

/** What the last attempt of a request for a table must leave. */
function keptWords({ kernel, memory }: Circumstances): string {
  const { watermark, buddyinfo } = memory;
  if (watermark === undefined) return 'not known without --ram: tables may take the last page';
  const [, mark] = MARKS[kernel.era.tables.gfp];
  const bytes = BigInt(keptPages(watermark, mark)) << BigInt(kernel.basePageShift);
  const where = buddyinfo === undefined ? '' : ' in each zone';
  return `about ${describeBytes(bytes)}${where} (watermark)`;
}

function memlockWords({ memlockBytes, isMemlockDoubtful }: Circumstances): string {
  if (memlockBytes === undefined) return 'none (CAP_IPC_LOCK)';
  const words = describeBytes(memlockBytes);
  if (!isMemlockDoubtful) return words;
  return `${words}: a bare number is bytes. ulimit -l prints KiB, that is --memlock ${memlockBytes}K`;
}
