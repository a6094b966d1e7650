/**
 * MAP calls before any device runs: millions of them, each of a run of pages of one window, to real memory that
 * lies as the window does. What holds for all of them is looked at once. No call kills anything, for the PHB can
 * have cached nothing; that a level of the table finds no block is all that can stop one.
 */
import type { RunWriter } from '../../table/run-writer.ts';
import type { TceTable } from '../../table/tce-table.ts';
import { TCE_PCI_READ_WRITE } from '../../tce.ts';
import { type CallResult, isRefusal } from '../call-result.ts';
import type { VfioFacts } from '../era.ts';
import { clearPages, type MappingResult, RegionUse } from './dma-mapping.ts';
import { contains, type DmaWindow, entryOf } from './dma-window.ts';
import { RegisteredPages } from './page-source.ts';
import type { PreregisteredMemory, Region } from './preregistered.ts';
import { mapProblem } from './range-check.ts';
import type { MapRequest } from './requests.ts';

const HALF = 2 ** 32;
const MAPPED: CallResult = { rc: 0 };

/** The pages that can be mapped so; they are read and written. */
export interface FillRange {
  readonly table: TceTable;
  /** Number of the table's entry for page 0. */
  readonly firstEntry: number;
  readonly pages: number;
  /** Real address behind page 0, a multiple of the page. */
  readonly realAddress: number;
  /** The registered memory behind all of them. */
  readonly region: Region;
}

/** The pages of a request, or undefined where a MAP of some of them could be refused for what they are. */
export function fillRange(
  window: DmaWindow,
  request: MapRequest,
  regions: PreregisteredMemory,
  facts: VfioFacts,
): FillRange | undefined {
  const { table } = window;
  const { processAddress, busAddress, bytes, read, write } = request;
  if (!read || !write || !contains(window, busAddress + bytes - 1n)) return undefined;
  if (mapProblem(window, request, facts) !== undefined) return undefined;
  const { pageShift } = table.geometry;
  const memory = new RegisteredPages(regions).pagesAt(processAddress, pageShift);
  if (isRefusal(memory) || memory.region === undefined || memory.bytes < bytes) return undefined;
  const firstEntry = entryOf(window, busAddress);
  const pages = Number(bytes >> BigInt(pageShift));
  if (firstEntry + pages > table.reachEntries) return undefined;
  const realAddress = Number(memory.realAddress);
  return { table, firstEntry, pages, realAddress, region: memory.region };
}

export class WindowFill {
  private readonly use: RegionUse;
  private readonly writer: RunWriter;
  private readonly pageBytes: number;

  constructor(
    private readonly range: FillRange,
    regions: PreregisteredMemory,
    /** Answers the call whose first page it is. */
    private readonly answer: (result: MappingResult, page: number) => CallResult,
  ) {
    this.use = new RegionUse(regions);
    this.pageBytes = 2 ** range.table.geometry.pageShift;
    this.writer = range.table.writer(this.pageBytes, this.use);
  }

  /** Pages from 0 on that can be mapped. */
  get pages(): number {
    return this.range.pages;
  }

  /** Maps `pages` pages from `page` on, all or none. */
  map(page: number, pages: number): CallResult {
    const { table, firstEntry, realAddress, region } = this.range;
    const entry = firstEntry + page;
    const address = realAddress + page * this.pageBytes;
    const lower = (address >>> 0) + TCE_PCI_READ_WRITE;
    const done = this.writer.write(entry, pages, Math.floor(address / HALF), lower);
    region.mappedEntries += done;
    if (this.writer.failure === undefined) return MAPPED;
    clearPages(table, entry, done, this.use);
    return this.answer({ done, beyondTable: 0, problem: this.writer.failure }, page);
  }
}
