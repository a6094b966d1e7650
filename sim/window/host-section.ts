/** The host and the process that a question is about, in words, for the head of every answer. */
import { describeBytes, formatSize } from '../../models/size.ts';
import type { Section } from '../report/document.ts';
import type { Circumstances } from './question.ts';

/** The section. */
export function hostSection(circumstances: Circumstances): Section {
  const { kernel, phb, hypervisor, memlockBytes, registeredBytes, backingShift, slot } =
    circumstances;
  const rows = [
    [
      'kernel',
      `Linux ${kernel.name}: rules of ${kernel.era.name}, ${pageWords(kernel.basePageShift)}`,
    ],
    kernel.platform === 'pseries' ? ['hypervisor', hypervisor] : ['PHB', phb.title],
    ['memory', memoryWords(circumstances)],
    ['ulimit -l', memlockBytes === undefined ? 'none (CAP_IPC_LOCK)' : describeBytes(memlockBytes)],
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

function memoryWords({ memory }: Circumstances): string {
  const { freeBlocks, freeBytes } = memory.fresh();
  const total = describeBytes(memory.ramBytes);
  if (memory.buddyinfo === undefined) return `${total}, all of it free`;
  return `${describeBytes(freeBytes)} free of ${total}, blocks of order 0 up: ${freeBlocks.join(' ')}`;
}
