/** A PCI function's name as Linux gives it (drivers/pci/probe.c): `0001:c2:00.0`, domain first. */
import { ByteNames } from './byte-names.ts';

const PCI_NAME = /^([0-9a-f]{4,8}):([0-9a-f]{2}):([01][0-9a-f])\.([0-7])$/i;

/** Names that are remembered; a machine has fewer. */
const NAMES_MAX = 4096;

/** A PCI function: its domain, which is its PHB on POWER, and its requester id there. */
export interface PciFunction {
  readonly domain: number;
  readonly rid: number;
}

/** A device of a log; it is a PCI function or stands on another bus. */
export interface NamedDevice {
  readonly name: string;
  readonly device: PciFunction | undefined;
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

/** Devices whose names stand in bytes: each name is parsed once. */
export class DeviceNames {
  private readonly known = new ByteNames<NamedDevice>([]);
  private size = 0;

  /** Where the name of the last `find` ended. */
  get end(): number {
    return this.known.end;
  }

  /** The device whose name begins at `from` and ends in front of a space. */
  find(bytes: Uint8Array, from: number): NamedDevice {
    return this.known.find(bytes, from) ?? this.learn(bytes, from);
  }

  private learn(bytes: Uint8Array, from: number): NamedDevice {
    const name = new TextDecoder().decode(bytes.subarray(from, this.end));
    const named = { name, device: parsePciName(name) };
    if (this.size < NAMES_MAX) this.known.add(name, named);
    this.size += 1;
    return named;
  }
}
