/**
 * A guest's TCEs in the host tables tied to its table: what a handler of one mode can do, with the kills
 * that it costs (kvmppc_tce_iommu_map, kvmppc_tce_iommu_unmap, kvmppc_clear_tce of arch/powerpc/kvm/
 * book3s_64_vio.c and their real mode twins). In real mode nothing can be allocated: a table level or a
 * page that is not there yet makes the call too hard.
 */
import { hex } from '../bits.ts';
import { RegionUse } from '../kernel/vfio/dma-mapping.ts';
import { entryOf } from '../kernel/vfio/dma-window.ts';
import type { PhysicalMemory } from '../memory/physical.ts';
import { formatSize } from '../size.ts';
import { TCE_PCI_READ_WRITE, TCE_PCI_WRITE, tcePermission } from '../tce.ts';
import { decodeTve, encodeTranslated } from '../tve.ts';
import { walk } from '../walk.ts';
import { H_PARAMETER, H_TOO_HARD, type HcallCode } from './hcall.ts';
import type { KvmFacts } from './kvm-facts.ts';
import type { KvmTceTable, TiedWindow } from './kvm-table.ts';
import type { KvmTranslation } from './kvm-translation.ts';

/** A refusal of one handler. */
export interface Problem {
  readonly code: HcallCode;
  readonly reason: string;
}

const PERMISSION_BITS = BigInt(TCE_PCI_READ_WRITE);

export class TiedTables {
  /** TCE kills so far. */
  kills = 0;
  private readonly translation: KvmTranslation;
  private readonly facts: KvmFacts;
  private readonly hostMemory: PhysicalMemory;
  private readonly isRealMode: boolean;
  private readonly use: RegionUse;

  constructor(
    translation: KvmTranslation,
    facts: KvmFacts,
    hostMemory: PhysicalMemory,
    isRealMode: boolean,
  ) {
    this.translation = translation;
    this.facts = facts;
    this.hostMemory = hostMemory;
    this.isRealMode = isRealMode;
    this.use = new RegionUse(translation.regions);
  }

  /** In virtual mode a list is looked through before any of it is written. */
  get checksListFirst(): boolean {
    return !this.isRealMode;
  }

  /** A guest page that real mode cannot allocate. */
  pageProblem(table: KvmTceTable, entry: bigint, isClearing: boolean): Problem | undefined {
    const isThere = this.facts.pages === 'atCreation' || table.hasPage(entry);
    if (!this.isRealMode || isThere || isClearing) return undefined;
    return { code: H_TOO_HARD, reason: "the page for the guest's TCE does not exist yet" };
  }

  /** kvmppc_tce_validate; of a guest page only the first host page is looked at. */
  tceProblem(table: KvmTceTable, tce: bigint): Problem | undefined {
    if (tcePermission(tce) === 0) return undefined;
    const { pageShift } = table.request;
    const guestAddress = tce & ~PERMISSION_BITS;
    if (guestAddress % (1n << BigInt(pageShift)) !== 0n) {
      const reason = `${hex(guestAddress)} is no multiple of ${formatSize(2 ** pageShift)}`;
      return { code: this.isRealMode ? H_PARAMETER : H_TOO_HARD, reason };
    }
    const processAddress = this.translation.processAddress(guestAddress);
    if (processAddress === undefined) {
      return { code: H_TOO_HARD, reason: `${hex(guestAddress)} is not in the guest's memory` };
    }
    for (const { window } of table.tied) {
      const hostShift = window.table.geometry.pageShift;
      if (this.translation.realPage(processAddress, hostShift) !== undefined) continue;
      return { code: H_TOO_HARD, reason: notRegistered(processAddress, hostShift) };
    }
    return undefined;
  }

  /** Maps or unmaps a guest TCE in every tied table; why not, if one of them failed. */
  write(table: KvmTceTable, entry: bigint, tce: bigint): string | undefined {
    if (tcePermission(tce) !== 0) return this.map(table, entry, tce);
    this.unmap(table, entry);
    return undefined;
  }

  /** Unmaps a guest TCE: holes are fine. */
  unmap(table: KvmTceTable, entry: bigint): void {
    for (const tied of table.tied) {
      const { first, count } = hostEntries(table, tied, entry);
      tied.window.table.clear(first, count, this.use);
      this.kill(tied, table, entry, count);
    }
  }

  /** Whether the page that a TCE names is the guest's. */
  isGuestMemory(tce: bigint): boolean {
    return this.translation.processAddress(tce & ~PERMISSION_BITS) !== undefined;
  }

  /** Maps a guest TCE as it is, one without permission too; stops at the first table that fails. */
  map(table: KvmTceTable, entry: bigint, tce: bigint): string | undefined {
    const processAddress = this.translation.processAddress(tce & ~PERMISSION_BITS);
    if (processAddress === undefined) return `${hex(tce)} is not in the guest's memory`;
    for (const tied of table.tied) {
      const { first, count } = hostEntries(table, tied, entry);
      const failure = this.mapHostPages(tied, first, count, processAddress, tcePermission(tce));
      this.kill(tied, table, entry, count);
      if (failure === undefined) continue;
      // The guest's page is cleared again, but what it had mapped is not counted down.
      tied.window.table.clear(first, count);
      return failure;
    }
    return undefined;
  }

  private mapHostPages(
    { window: { table } }: TiedWindow,
    first: number,
    count: number,
    processAddress: bigint,
    permission: number,
  ): string | undefined {
    const { pageShift } = table.geometry;
    // The host's tables let the device read what it may write.
    const stored = permission & TCE_PCI_WRITE ? TCE_PCI_READ_WRITE : permission;
    for (let at = 0; at < count; at += 1) {
      if (this.isRealMode && !this.hasLeaf(table, first + at)) return 'a table level is missing';
      if (table.growMirror(first + at) !== undefined) return 'no memory for a table level';
      const address = processAddress + (BigInt(at) << BigInt(pageShift));
      const page = this.translation.realPage(address, pageShift);
      if (page === undefined) return notRegistered(address, pageShift);
      const failure = table.set(first + at, page.real | BigInt(stored), this.use);
      if (failure !== undefined) return 'no memory for a table level';
      page.region.mappedEntries += 1;
    }
    return undefined;
  }

  /** Whether the levels down to an entry exist. */
  private hasLeaf(table: TiedWindow['window']['table'], entry: number): boolean {
    const { levels, levelShift, pageShift } = table.geometry;
    const tve = decodeTve(
      encodeTranslated({ root: table.root, levels, tableShift: levelShift, pageShift }),
    );
    const address = BigInt(entry) << BigInt(pageShift);
    const { reads } = walk(tve, address, 'read', (at) => this.hostMemory.read(at));
    return reads.length === levels;
  }

  private kill(tied: TiedWindow, table: KvmTceTable, entry: bigint, count: number): void {
    const { pageShift } = tied.window.table.geometry;
    tied.kill(pageShift, table.start + (entry << BigInt(table.request.pageShift)), count);
    this.kills += 1;
  }
}

/** The host entries of one guest TCE. */
function hostEntries(table: KvmTceTable, { window }: TiedWindow, entry: bigint) {
  const guestShift = table.request.pageShift;
  const address = table.start + (entry << BigInt(guestShift));
  const count = 2 ** (guestShift - window.table.geometry.pageShift);
  return { first: entryOf(window, address), count };
}

function notRegistered(processAddress: bigint, pageShift: number): string {
  return `${formatSize(2 ** pageShift)} at ${hex(processAddress)} are not registered in such pages`;
}
