/**
 * The TCE kill register (0x210 of a PHB): software's only way to make the PHB forget a translation.
 * PHB3 after Linux arch/powerpc/platforms/powernv/pci-ioda.c, PHB4 and PHB5 after skiboot
 * hw/phb4.c phb4_tce_kill: [0] all, [1] a PE, [2] one page of a PE; PHB4 adds [3] PSEL, with which
 * address bits 13:12 give the page size.
 */
import { hex, ibmBit, ibmField } from './bits.ts';
import { InputError } from './input-error.ts';
import type { Ioda } from './tve.ts';

export type Kill =
  | { readonly scope: 'all' }
  | { readonly scope: 'pe'; readonly pe: number }
  | {
      readonly scope: 'page';
      readonly pe: number;
      /** Bus address of the page, the TVE select bit included. */
      readonly address: bigint;
      readonly pageShift: number;
    };

const KILL_ALL = 1n << 63n;
const KILL_PE = 1n << 62n;
const KILL_ONE = 1n << 61n;
const KILL_PSEL = 1n << 60n;
const ADDRESS_LIMIT = 1n << 60n;
/** PHB4's page sizes by the code in address bits 13:12; 4K needs no code. */
const PSEL_SHIFTS = [0, 16, 21, 30] as const;

/** The register value of a kill. Throws InputError on a page that the register cannot name. */
export function encodeKill(kill: Kill, ioda: Ioda): bigint {
  if (kill.scope === 'all') return KILL_ALL;
  if (kill.scope === 'pe') return KILL_PE | BigInt(kill.pe);
  const { pe, address, pageShift } = kill;
  if (pe > (ioda === 'ioda2' ? 0xff : 0x1ff)) {
    throw new InputError(`TCE kill: expected a PE# of the PHB, got ${pe}`);
  }
  if (address >= ADDRESS_LIMIT || (address & ((1n << BigInt(pageShift)) - 1n)) !== 0n) {
    throw new InputError(
      `TCE kill: expected a bus address below 2^60 aligned to 2^${pageShift}, got ${hex(address)}`,
    );
  }
  if (ioda === 'ioda2' || pageShift === 12) return KILL_ONE | address | BigInt(pe);
  const code = (PSEL_SHIFTS as readonly number[]).indexOf(pageShift);
  if (code < 1) {
    throw new InputError(`TCE kill: expected a page shift of 12, 16, 21 or 30, got ${pageShift}`);
  }
  return KILL_ONE | KILL_PSEL | address | (BigInt(code) << 12n) | BigInt(pe);
}

/**
 * What a register value kills, or undefined for one that names nothing. PHB3 names a page without its
 * size: `pageShift` is then 12, and the address's page of whatever size holds it is meant.
 */
export function decodeKill(register: bigint, ioda: Ioda): Kill | undefined {
  if (ibmBit(register, 0)) return { scope: 'all' };
  const pe = Number(ioda === 'ioda2' ? ibmField(register, 56, 63) : ibmField(register, 55, 63));
  if (ibmBit(register, 1)) return { scope: 'pe', pe };
  if (!ibmBit(register, 2)) return undefined;
  const address = ibmField(register, 4, 51) << 12n;
  if (ioda === 'ioda2' || !ibmBit(register, 3))
    return { scope: 'page', pe, address, pageShift: 12 };
  const pageShift = PSEL_SHIFTS[Number(ibmField(register, 50, 51))];
  if (pageShift === 0) return undefined;
  const page = (address >> BigInt(pageShift)) << BigInt(pageShift);
  return { scope: 'page', pe, address: page, pageShift };
}
