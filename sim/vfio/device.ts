/**
 * The device of a group: DMA as far as its data goes, through the tables that the calls left behind. No
 * time and no cache; a refused access freezes nothing, because the captures come from QEMU, whose PHBs
 * do not freeze either.
 */

/** Where a device's access goes. */
export type Translation =
  | { readonly real: bigint; readonly pageShift: number }
  | { readonly refused: string };

export type Access = 'read' | 'write';

/** The way of a device's bus addresses to memory, whoever translates them. */
export interface Translator {
  translate(busAddress: bigint, access: Access): Translation;
}

/** What became of one DMA. */
export interface DmaOutcome {
  /** Bytes that went through before the first refusal. */
  readonly passedBytes: bigint;
  /** Whether any of the bytes that the program looks at went through. */
  readonly reachesMemory: boolean;
  /** Why not all of it went through. */
  readonly refused?: string;
}

/** The program compares so much of the memory behind a write. */
const LOOKED_AT_BYTES = 64n;
/** No IO page is smaller, so that a refusal holds as far as this. */
const REFUSED_PAGE_SHIFT = 12;

/** One DMA, page by page. Behind a refused page it goes on while the program looks, as QEMU's does. */
export function transfer(
  translator: Translator,
  access: Access,
  busAddress: bigint,
  bytes: bigint,
): DmaOutcome {
  let passedBytes = 0n;
  let reachesMemory = false;
  let refused: string | undefined;
  let at = 0n;
  while (at < bytes && (refused === undefined || at < LOOKED_AT_BYTES)) {
    const answer = translator.translate(busAddress + at, access);
    const isRefused = 'refused' in answer;
    const rest = restOfPage(busAddress + at, isRefused ? REFUSED_PAGE_SHIFT : answer.pageShift);
    const piece = rest < bytes - at ? rest : bytes - at;
    if (isRefused) refused ??= answer.refused;
    else reachesMemory ||= at < LOOKED_AT_BYTES;
    at += piece;
    if (refused === undefined) passedBytes = at;
  }
  return { passedBytes, reachesMemory, ...(refused !== undefined && { refused }) };
}

function restOfPage(address: bigint, pageShift: number): bigint {
  const page = 1n << BigInt(pageShift);
  return page - (address & (page - 1n));
}
