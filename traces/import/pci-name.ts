/** A PCI function's name as Linux gives it (drivers/pci/probe.c): `0001:c2:00.0`, domain first. */

const PCI_NAME = /^([0-9a-f]{4,8}):([0-9a-f]{2}):([01][0-9a-f])\.([0-7])$/i;

/** A PCI function: its domain, which is its PHB on POWER, and its requester id there. */
export interface PciFunction {
  readonly domain: number;
  readonly rid: number;
}

/** The function of that name; undefined for devices on other buses (`71000003`, `fd880000.usb`). */
export function parsePciName(name: string): PciFunction | undefined {
  const parts = PCI_NAME.exec(name);
  if (!parts) return undefined;
  const [domain, bus, device, fn] = parts.slice(1).map((digits) => Number.parseInt(digits, 16)) as [
    number,
    number,
    number,
    number,
  ];
  return { domain, rid: (bus << 8) | (device << 3) | fn };
}
