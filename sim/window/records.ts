/**
 * A plan as plain records for programs that read it: bytes as numbers, addresses and the TVE as
 * hexadecimal text, null where there is nothing to tell.
 */
import { hex, hexRegister } from '../../models/bits.ts';
import { isRefusal } from '../../models/kernel/call-result.ts';
import type { NodeZone } from '../../models/memory/nodes.ts';
import { keptPages, MARKS } from '../../models/memory/watermark.ts';
import type { Attempt } from '../../models/policy/policy.ts';
import { ddwRoomOf } from '../host/partition.ts';
import { VERSION } from '../version.ts';
import type { WindowAttempt } from './attempt.ts';
import type { Plan } from './plan.ts';
import type { ProgramRun } from './program.ts';
import type { Circumstances, WindowSize } from './question.ts';

/** A field of a record. */
type Field = string | number | boolean | null;
export type FlatRecord = Readonly<Record<string, Field>>;

/** The host and the process as a record. */
export function hostRecord(circumstances: Circumstances) {
  const { kernel, phb, hypervisor, memory, memlockBytes, registeredBytes, backingShift, slot } =
    circumstances;
  const { freeBlocks, freeBytes, zones } = memory.fresh();
  return {
    kernel: kernel.name,
    era: kernel.era.name,
    platform: kernel.platform,
    kernelPageBytes: 2 ** kernel.basePageShift,
    phb: kernel.platform === 'pseries' ? null : phb.name,
    hypervisor: kernel.platform === 'pseries' ? hypervisor : null,
    ddw: kernel.platform === 'pseries' && kernel.hasWindows ? ddwRecord(circumstances) : null,
    ramBytes: memory.ramBytes === undefined ? null : Number(memory.ramBytes),
    buddyinfo: memory.buddyinfo?.source ?? null,
    freeBytes: Number(freeBytes),
    freeBlocks: [...freeBlocks],
    zones: zones?.map(zoneRecord) ?? null,
    keptFreeBytes: keptBytesOf(circumstances),
    memlockBytes: memlockBytes === undefined ? null : Number(memlockBytes),
    registeredBytes: Number(registeredBytes),
    backingPageBytes: 2 ** backingShift,
    slot,
  };
}

/** What a hypervisor has for windows beside the default one, and what of that is assumed. */
function ddwRecord({ hypervisor, memory, ddwTces }: Circumstances) {
  const room = ddwRoomOf(hypervisor, memory.ramBytes ?? 0n, ddwTces);
  return {
    blockTces: room.tces === undefined ? null : Number(room.tces),
    blockTcesAssumed: room.tcesAssumed,
    startAddress: hex(room.startAddress),
    startAddressAssumed: room.startAssumed,
  };
}

/** Zones stand in the order in which they are asked, the PHB's node first. */
function zoneRecord({ node, zone, memory }: NodeZone) {
  const { freeBytes, freeBlocks } = memory;
  return { node, zone, freeBytes: Number(freeBytes), freeBlocks };
}

/** What each zone keeps from a request for table memory; null: nothing is known to be kept. */
function keptBytesOf({ kernel, memory }: Circumstances): number | null {
  if (memory.watermark === undefined) return null;
  const [, last] = MARKS[kernel.era.tables.gfp];
  return keptPages(memory.watermark, last) * 2 ** kernel.basePageShift;
}

/** A window with one level count as a record. */
export function attemptRecord(each: WindowAttempt): FlatRecord {
  const { refusal, shape, placement } = each;
  const geometry = shape?.geometry;
  return {
    ...sizeRecord(each),
    levels: each.levels,
    result: each.notSimulated === undefined ? resultWord(refusal) : 'not simulated',
    rc: each.notSimulated === undefined ? (refusal?.rc ?? 0) : null,
    call: each.call,
    reason: each.notSimulated ?? refusal?.reason ?? null,
    order: geometry?.order ?? null,
    orderWanted: refusal?.allocation?.order ?? null,
    availableOrder: each.availableOrder ?? null,
    levelBytes: geometry?.levelBytes ?? null,
    entriesPerLevel: geometry?.entriesPerLevel ?? null,
    reachBits: geometry?.reachBits ?? null,
    tablesPerLevel: geometry?.nodesPerLevel.join('+') ?? null,
    createdBytes: Number(each.createdBytes),
    fullBytes: shape === undefined ? null : Number(shape.fullBytes),
    chargedBytes: Number(each.chargedBytes),
    leakedBytes: Number(each.leakedBytes),
    lockedBytes: Number(each.lockedBytes),
    busAddress: placement === undefined ? null : hex(placement.busAddress),
    effectiveBytes: placement === undefined ? null : Number(placement.effectiveBytes),
    reachBytes: placement === undefined ? null : Number(placement.reachBytes),
    tve: placement === undefined ? null : hexRegister(placement.tve),
    rootNodes: each.rootNodes.length === 0 ? null : each.rootNodes.join('+'),
  };
}

/** A plan as JSON. */
export function planRecord({ circumstances, windows }: Plan) {
  return {
    version: VERSION,
    host: hostRecord(circumstances),
    lines: windows.flatMap(({ attempts }) => attempts.map(attemptRecord)),
    programs: windows.flatMap(({ program }) => (program ? [programRecord(program)] : [])),
  };
}

/** `created`, or the error number's name. */
export function resultWord(refusal: WindowAttempt['refusal']): string {
  return refusal === undefined ? 'created' : (refusal.errno ?? String(refusal.rc));
}

function programRecord({ outcome, early, ...run }: ProgramRun) {
  const { window, attempts, messages } = outcome;
  return {
    program: run.program,
    ...sizeRecord(run),
    refusedBefore:
      early === undefined ? null : { call: early.call, ...answerRecord(early.refusal) },
    notSimulated: run.notSimulated ?? null,
    calls: attempts.map(callRecord),
    creates: attempts.filter(({ call }) => call === 'CREATE').length,
    lockedBytes: Number(run.lockedBytes),
    leakedBytes: Number(run.leakedBytes),
    window: window === undefined ? null : grantedRecord(window),
    messages: [...messages],
  };
}

function callRecord(attempt: Attempt) {
  const { call, result, lockedBytes, leakedBytes } = attempt;
  return {
    call,
    arguments: argumentsRecord(attempt),
    ...answerRecord(result),
    lockedBytes: Number(lockedBytes),
    leakedBytes: Number(leakedBytes),
  };
}

function argumentsRecord(attempt: Attempt): FlatRecord {
  switch (attempt.call) {
    case 'GET_INFO':
      return {};
    case 'REMOVE':
      return { startAddress: hex(attempt.startAddress) };
    case 'CREATE':
      return { ...sizeRecord(attempt), levels: attempt.levels };
  }
}

function answerRecord(result: Attempt['result']): FlatRecord {
  if (!isRefusal(result)) return { rc: 0, errno: null, reason: null };
  return { rc: result.rc, errno: result.errno ?? null, reason: result.reason };
}

function grantedRecord(window: NonNullable<ProgramRun['outcome']['window']>): FlatRecord {
  return { ...sizeRecord(window), levels: window.levels, busAddress: hex(window.startAddress) };
}

function sizeRecord({ windowBytes, pageShift }: WindowSize): FlatRecord {
  return { windowBytes: Number(windowBytes), pageBytes: 2 ** pageShift };
}
