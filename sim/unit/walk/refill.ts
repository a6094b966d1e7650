/** How an entry of the TCE cache gets its TCE, or its line of them: from a walk, a fetch or the line buffer. */
import { bigEndian, type PhysicalMemory } from '../../../models/memory/physical.ts';
import type { UnitConfig } from '../../../models/phb/unit-config.ts';
import type { TceCache } from '../lookup/tce-cache.ts';
import { TCES_OF_LINE, TceLine } from '../lookup/tce-line.ts';
import type { RequestAtHand } from '../request-at-hand.ts';
import type { Fetches } from './fetches.ts';
import type { Walker } from './walker.ts';

const TCE_BYTES = 8;

export class Refill {
  private readonly line = new TceLine();
  private readonly holdsLines: boolean;

  constructor(
    granule: UnitConfig['tceCache']['granule'],
    private readonly memory: PhysicalMemory,
    private readonly tceCache: TceCache,
    private readonly lineBuffer: TceCache,
  ) {
    this.holdsLines = granule === 'line';
  }

  /** The line buffer has the line in a slot of its own. */
  fromBuffer(slot: number, buffered: number, pageLow: number, arrives: number): void {
    const { tceCache, lineBuffer } = this;
    if (this.holdsLines) {
      lineBuffer.takeLine(buffered, this.line);
      tceCache.fillLine(slot, arrives, this.line);
    } else {
      const cell = lineBuffer.cellOf(buffered, pageLow);
      tceCache.fill(slot, arrives, lineBuffer.tceHigh[cell], lineBuffer.tceLow[cell]);
    }
  }

  /** (T16) A tag fetches the line: the TCEs are what memory holds now. */
  fromFetch(slot: number, fetches: Fetches, tag: number, pageLow: number): void {
    const upper = fetches.lineHigh[tag];
    const lower = fetches.lineLow[tag];
    const arrives = fetches.arrives[tag];
    if (this.holdsLines) {
      this.line.read(this.memory, upper, lower);
      this.tceCache.fillLine(slot, arrives, this.line);
    } else {
      const at = this.memory.find(upper, lower | ((pageLow & (TCES_OF_LINE - 1)) * TCE_BYTES));
      const { cells } = this.memory;
      this.tceCache.fill(slot, arrives, bigEndian(cells[at]), bigEndian(cells[at + 1]));
    }
  }

  /** A walk of its own brought the TCE, or found none. */
  fromWalk(slot: number, walker: Walker, arrives: number): void {
    if (this.holdsLines) {
      this.readLine(walker);
      this.tceCache.fillLine(slot, arrives, this.line);
    } else this.tceCache.fill(slot, arrives, walker.tceHigh, walker.tceLow);
  }

  /** (T18) The line that a walk brought goes to the line buffer, too. */
  keepLine(
    request: RequestAtHand,
    walker: Walker,
    pageHigh: number,
    pageLow: number,
    arrives: number,
  ): void {
    this.readLine(walker);
    const buffered = this.lineBuffer.place(request.tve, pageHigh, pageLow);
    this.lineBuffer.fillLine(buffered, arrives, this.line);
  }

  private readLine(walker: Walker): void {
    if (walker.isComplete) this.line.read(this.memory, walker.lineHigh, walker.lineLow);
    else this.line.clear();
  }
}
