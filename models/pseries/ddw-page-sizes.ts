/**
 * The "IO Page Sizes" output of ibm,query-pe-dma-windows as a bit mask (LoPAR "DDW"; Linux
 * iommu_get_page_shift, arch/powerpc/platforms/pseries/iommu.c): bit n stands for the n-th size below.
 * 2 MiB was added late and is out of order.
 */

/** Log2 of the IO page by bit number. */
const SHIFT_OF_BIT: readonly number[] = [12, 16, 24, 25, 26, 27, 28, 34, 21];

/** The mask of these page sizes; sizes that LoPAR has no bit for are left out. */
export function maskOfPageShifts(pageShifts: readonly number[]): number {
  return SHIFT_OF_BIT.reduce(
    (mask, shift, bit) => (pageShifts.includes(shift) ? mask | (1 << bit) : mask),
    0,
  );
}

/** Log2 of the page sizes of a mask, ascending. */
export function pageShiftsOfMask(mask: number): number[] {
  return SHIFT_OF_BIT.filter((_, bit) => (mask & (1 << bit)) !== 0).sort((one, two) => one - two);
}
