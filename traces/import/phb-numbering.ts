/**
 * PHB numbers for PCI domains. A trace has 256: a domain below that is its PHB's number; others, such as
 * those of a driver that makes up domains (0x10000 of Intel VMD), get the highest that are free.
 */
import { InputError } from '../../models/input-error.ts';

const PHBS = 256;

export class PhbNumbering {
  private readonly phbOf = new Map<number, number>();
  private readonly taken = new Set<number>();

  /** The number of a domain. Throws InputError for the 257th. */
  number(domain: number): number {
    const known = this.phbOf.get(domain);
    if (known !== undefined) return known;
    const phb = domain < PHBS && !this.taken.has(domain) ? domain : this.highestFree(domain);
    this.phbOf.set(domain, phb);
    this.taken.add(phb);
    return phb;
  }

  private highestFree(domain: number): number {
    for (let phb = PHBS - 1; phb >= 0; phb -= 1) if (!this.taken.has(phb)) return phb;
    throw new InputError(`domain: expected at most ${PHBS}, got one more: ${domain.toString(16)}`);
  }
}
