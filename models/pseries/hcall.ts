/**
 * The hypercalls with which a PAPR guest fills its TCE tables: numbers and return codes of Linux
 * arch/powerpc/include/asm/hvcall.h, which are those of LoPAR "Hypervisor Call Functions".
 */

/** Numbers of the calls, as the guest puts them into r3. */
export const HCALL_NUMBERS = {
  H_GET_TCE: 0x1c,
  H_PUT_TCE: 0x20,
  H_STUFF_TCE: 0x138,
  H_PUT_TCE_INDIRECT: 0x13c,
} as const;

export type HcallName = keyof typeof HCALL_NUMBERS;

const HCALL_CODES = {
  H_SUCCESS: 0,
  H_HARDWARE: -1,
  H_PARAMETER: -4,
  H_NOT_ENOUGH_RESOURCES: -44,
  /** Never seen by a guest: KVM's handler hands the call on to the next one. */
  H_TOO_HARD: 9999,
} as const;

export const { H_SUCCESS, H_PARAMETER, H_NOT_ENOUGH_RESOURCES, H_TOO_HARD } = HCALL_CODES;

/** A return code of these calls. */
export type HcallCode = (typeof HCALL_CODES)[keyof typeof HCALL_CODES];

/** LoPAR: the list of H_PUT_TCE_INDIRECT is one page of 4 KiB. */
export const TCE_LIST_ENTRIES_MAX = 512;
export const TCE_LIST_BYTES = 4096n;

/** The name of a return code. */
export function hcallCodeName(code: HcallCode): string {
  const found = Object.entries(HCALL_CODES).find(([, value]) => value === code);
  return (found as [string, number])[0];
}
