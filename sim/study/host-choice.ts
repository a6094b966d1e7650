/**
 * The memory of a study's hosts: all free, a past that a generator makes page by page, or what /proc/buddyinfo
 * of a machine counted. A generated past has the plan's seed: all points meet the same host.
 */
import { InputError } from '../../models/input-error.ts';
import type { Kernel } from '../../models/kernel/kernel.ts';
import { orderMaxOf, pageShiftOfOrders } from '../../models/memory/buddy.ts';
import type { Buddyinfo } from '../../models/memory/buddyinfo.ts';
import { FRAGMENT_GENERATORS, generateNode } from '../../models/memory/fragment/hosts.ts';
import { formatSize, parseSize } from '../../models/size.ts';
import { suggest } from '../../traces/nearest.ts';
import { randomOf } from '../../traces/random.ts';
import { readBuddyinfoFile } from '../memory/buddyinfo-file.ts';
import { countedMemory, freeMemory, type HostMemory } from '../window/host-memory.ts';

/** A host as a plan has it; neither a past nor a file: all of its memory is free. */
export interface HostChoice {
  /** A generator of models/memory/fragment, and its parameters. */
  readonly past?: string;
  readonly set?: Readonly<Record<string, number>>;
  /** Path of a copy of /proc/buddyinfo, and the digest of its bytes. */
  readonly buddyinfo?: string;
  readonly sha256?: string;
}

/** The host whose memory is all free. */
export const FREE_HOST = 'free';

/** The hosts that need no definition. */
export const PASTS = FRAGMENT_GENERATORS.map(({ name }) => name);

/** Pages times steps: half a minute (70 ns each, Node 20). */
const PAGE_STEPS_MAX = 2 ** 29;

/** Checks a host's past and parameters. Throws InputError that names what is unknown. */
export function checkHost({ past, set = {} }: HostChoice, what: string): void {
  if (past === undefined) return;
  const generator = FRAGMENT_GENERATORS.find(({ name }) => name === past);
  if (!generator) throw new InputError(`${what}: unknown past '${past}'${suggest(past, PASTS)}`);
  const names = generator.parameters.map(({ name }) => name);
  const unknown = Object.keys(set).find((name) => !names.includes(name));
  if (unknown !== undefined) {
    throw new InputError(`${what}.set.${unknown}: unknown parameter${suggest(unknown, names)}`);
  }
}

/** The memory of a host under a kernel, `ram` of it, made with a seed. Throws InputError. */
export function memoryOfHost(
  { past, set = {}, buddyinfo }: HostChoice,
  kernel: Kernel,
  ram: string,
  seed: string,
): HostMemory {
  const ramBytes = parseSize(ram, 'ram');
  const { basePageShift } = kernel;
  if (buddyinfo !== undefined) {
    const info = readBuddyinfoFile(buddyinfo, basePageShift);
    refuseOtherPages(info, basePageShift);
    return countedMemory(info, { ramBytes }, kernel);
  }
  if (past === undefined) return freeMemory(ramBytes, basePageShift);
  const node = { pageShift: basePageShift, bytes: Number(ramBytes) };
  refuseEndless(node, set);
  const orderMax = orderMaxOf(basePageShift);
  const freeBlocks = generateNode(past, node, set, randomOf(seed)).freeBlocks(orderMax);
  const zones: Buddyinfo['zones'] = [{ node: 0, zone: 'Normal', freeBlocks }];
  return countedMemory({ source: past, basePageShift, orderMax, zones }, { ramBytes }, kernel);
}

/** Throws InputError where the number of orders tells another page size than the kernel's. */
function refuseOtherPages({ source, orderMax }: Buddyinfo, basePageShift: number): void {
  const told = pageShiftOfOrders(orderMax) ?? basePageShift;
  if (told === basePageShift) return;
  throw new InputError(
    `${source}: expected a host with pages of ${formatSize(2 ** basePageShift)}, as the kernel has, got ${orderMax + 1} orders, as with ${formatSize(2 ** told)}`,
  );
}

function refuseEndless(
  { pageShift, bytes }: { pageShift: number; bytes: number },
  { steps = 10, rounds = 1 }: Readonly<Record<string, number>>,
): void {
  if (bytes % 2 ** pageShift !== 0 || bytes === 0) {
    throw new InputError(
      `ram: expected a multiple of ${formatSize(2 ** pageShift)}, got ${formatSize(bytes)}`,
    );
  }
  if ((bytes / 2 ** pageShift) * Math.max(steps, rounds, 1) <= PAGE_STEPS_MAX) return;
  throw new InputError(`host: ${formatSize(bytes)} in so many steps would take minutes to age`);
}
