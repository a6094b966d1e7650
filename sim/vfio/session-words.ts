/** A session's machine and container as a user words them, on the command line or in a program. */
import { log2Exact } from '../../models/bits.ts';
import { InputError } from '../../models/input-error.ts';
import { DEFAULT_KERNEL, type Kernel, parseKernel } from '../../models/kernel/kernel.ts';
import type { ContainerType } from '../../models/kernel/vfio/calls.ts';
import { DEFAULT_PHB } from '../../models/phb/presets.ts';
import { parseSize } from '../../models/size.ts';
import { KernelHost } from '../host/kernel-host.ts';
import { specOf } from '../scenario/phb.ts';
import { type HostMemoryFlags, readHostMemory, refuseUnknownRam } from '../window/host-memory.ts';
import { ScriptMachine, scriptPhb } from './machine.ts';
import { Session } from './session.ts';

export interface SessionWords extends HostMemoryFlags {
  /** As `6.12-64k`, or under QEMU `6.12-pseries-64k`. */
  readonly kernel: string;
  /** On powernv. */
  readonly phb?: string;
  /** Open when the session begins. */
  readonly container: ContainerType;
  /** RLIMIT_MEMLOCK of each process, or `unlimited`. */
  readonly memlock?: string;
  /** Huge pages of the program. */
  readonly huge?: string;
  /** Size of the default window on powernv. */
  readonly dma32?: string;
}

/** What a session has when nobody says another. */
export const SESSION_PRESETS = { kernel: DEFAULT_KERNEL, container: 'v2' } as const;

const CONTAINERS: readonly ContainerType[] = ['v1', 'v2'];

/** Log2 of the huge pages of a program when nobody says: what the captures' hosts have. */
const HUGE_PAGE_SHIFT = { powernv: 24, pseries: 21 } as const;

/** The largest page that Linux has on POWER, 16 GiB. */
const HUGE_PAGE_SHIFT_MAX = 34;
/** Of a default window: firmware ends it where the 32-bit MMIO space begins. */
const DMA32_MIN = 1n << 20n;
const DMA32_MAX = 1n << 31n;
/** Stands where nobody knows the machine's memory, and its kernel does not ask. */
const RAM_NOT_ASKED = 1n << 50n;

/** A session before its first call. Throws InputError with the flag. */
export function sessionOf(words: SessionWords): Session {
  const { container } = words;
  if (!CONTAINERS.includes(container)) {
    throw new InputError(`--container: expected ${CONTAINERS.join(' or ')}, got '${container}'`);
  }
  const machine = machineOf(words);
  const { kernel } = machine.host;
  const pageShifts = { ordinary: kernel.basePageShift, huge: hugePageShift(words.huge, kernel) };
  return new Session(machine, pageShifts, container);
}

/** What stands in a partition's hypervisor is not the kernel's to choose, or to look at. Throws InputError. */
export function refuseOnPseries(
  flags: Readonly<Record<string, string | undefined>>,
  { platform }: Kernel,
): void {
  const found = Object.entries(flags).find(([, value]) => value !== undefined);
  if (platform !== 'pseries' || found === undefined) return;
  const [name, value] = found;
  throw new InputError(`${name}: expected with a powernv kernel only, got '${value}'`);
}

function machineOf(words: SessionWords): ScriptMachine {
  const { phb, dma32, memlock = 'unlimited' } = words;
  const kernel = parseKernel(words.kernel);
  refuseOnPseries({ '--phb': phb, '--dma32': dma32 }, kernel);
  const memory = readHostMemory(words, kernel);
  refuseUnknownRam(memory, kernel);
  const host = new KernelHost({
    kernel,
    phb: scriptPhb(specOf(phb ?? DEFAULT_PHB, '--phb')),
    ramBytes: memory.ramBytes ?? RAM_NOT_ASKED,
    allocator: memory.fresh(),
    ...(dma32 !== undefined && { dma32Bytes: dma32BytesOf(dma32) }),
  });
  const limit = memlock === 'unlimited' ? {} : { memlockBytes: parseSize(memlock, '--memlock') };
  return new ScriptMachine(host, limit);
}

function dma32BytesOf(text: string): bigint {
  const bytes = parseSize(text, '--dma32');
  if (bytes >= DMA32_MIN && bytes <= DMA32_MAX && !Number.isNaN(log2Exact(bytes))) return bytes;
  throw new InputError(`--dma32: expected a power of two from 1M to 2G, got '${text}'`);
}

function hugePageShift(size: string | undefined, kernel: Kernel): number {
  if (size === undefined) return HUGE_PAGE_SHIFT[kernel.platform];
  const shift = log2Exact(parseSize(size, '--huge'));
  if (shift > kernel.basePageShift && shift <= HUGE_PAGE_SHIFT_MAX) return shift;
  throw new InputError(
    `--huge: expected a power of two above the kernel's page, at most 16G, got '${size}'`,
  );
}
