/** A PHB translates: the PE's TVE, and the tables that it names, in the simulated machine's memory. */
import { classifyAddress, tveIndex } from '../../models/address.ts';
import type { PhysicalMemory } from '../../models/memory/physical.ts';
import type { PhbSpec } from '../../models/phb/spec.ts';
import { decodeTveOf } from '../../models/tve.ts';
import { walk } from '../../models/walk.ts';
import type { Access, Translation, Translator } from './device.ts';

/** What the PHB reads. */
export interface PhbView {
  readonly phb: PhbSpec;
  readonly memory: PhysicalMemory;
  readonly registers: { tve(index: number): bigint };
}

/** Untranslated windows have no pages: an access is cut as if they were the smallest. */
const UNTRANSLATED_PAGE_SHIFT = 12;

export class PhbTranslator implements Translator {
  constructor(
    private readonly view: PhbView,
    private readonly pe: number,
  ) {}

  translate(busAddress: bigint, access: Access): Translation {
    const { ioda, parameters } = this.view.phb;
    const { window32, window64 } = parameters.msi;
    const kind = classifyAddress(busAddress, { msi32: window32.value, msi64: window64.value });
    if (kind === 'msi') return { refused: 'the address is an MSI, not memory' };
    if (kind === 'unsupported') return { refused: 'address bits 63:60 are not supported' };
    const index = tveIndex(this.pe, busAddress, parameters.pe.tveSelect.value);
    const word = this.view.registers.tve(index);
    const tve = decodeTveOf(word, { ioda, pageShifts: parameters.pageShifts.value });
    const { outcome } = walk(tve, busAddress, access, (at) => this.view.memory.read(at));
    if ('fault' in outcome) return { refused: outcome.reason };
    const pageShift = tve.kind === 'translated' ? tve.pageShift : UNTRANSLATED_PAGE_SHIFT;
    return { real: outcome.real, pageShift };
  }
}
