/**
 * The device tree property in which a partition's kernel notes a window that it made, so that a kernel
 * started by kexec finds it (struct dynamic_dma_window_prop, arch/powerpc/platforms/pseries/iommu.c).
 * All fields are big-endian. The structure is not packed: its 64-bit field is aligned, which leaves four
 * bytes of zeros behind the LIOBN. That makes it 24 bytes, four more than the 20 of ibm,dma-window, and
 * so the kernel takes the default window's property for too short to be removed by name.
 */

/** The window is mapped once and for all: bus address = start + real address. */
export const DIRECT_PROPERTY = 'linux,direct64-ddr-window-info';
/** Pages of the window are mapped as drivers need them. */
export const DYNAMIC_PROPERTY = 'linux,dma64-ddr-window-info';

export type WindowPropertyName = typeof DIRECT_PROPERTY | typeof DYNAMIC_PROPERTY;

/** Bytes of the property. */
export const WINDOW_PROPERTY_BYTES = 24;
/** Bytes of ibm,dma-window: LIOBN, two cells of address, two of size. */
export const DEFAULT_PROPERTY_BYTES = 20;

export interface WindowProperty {
  readonly liobn: number;
  /** Bus address where the window begins. */
  readonly start: bigint;
  /** Log2 of the IO page. */
  readonly pageShift: number;
  /** Log2 of the window's bytes. */
  readonly windowShift: number;
}

/** The property's bytes. */
export function encodeWindowProperty(window: WindowProperty): Uint8Array {
  const bytes = new Uint8Array(WINDOW_PROPERTY_BYTES);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, window.liobn);
  view.setBigUint64(8, window.start);
  view.setUint32(16, window.pageShift);
  view.setUint32(20, window.windowShift);
  return bytes;
}

/** What the property says; undefined for bytes too few to be one. */
export function decodeWindowProperty(bytes: Uint8Array): WindowProperty | undefined {
  if (bytes.length < WINDOW_PROPERTY_BYTES) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return {
    liobn: view.getUint32(0),
    start: view.getBigUint64(8),
    pageShift: view.getUint32(16),
    windowShift: view.getUint32(20),
  };
}
