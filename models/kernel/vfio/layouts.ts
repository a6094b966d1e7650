/**
 * The structures of VFIO's sPAPR TCE calls, byte for byte (include/uapi/linux/vfio.h, 5.17): name, offset
 * and size of each field. Numbers stand in the byte order of the process: little for ppc64le.
 */
import { InputError } from '../../input-error.ts';
import type { CallName } from './calls.ts';

/** One field of a structure. */
interface Field {
  readonly name: string;
  readonly offset: number;
  readonly bytes: 4 | 8;
}

/** Values of fields by name; those left out are zero. */
export type FieldValues = Readonly<Record<string, bigint>>;

const ARGSZ: Field = { name: 'argsz', offset: 0, bytes: 4 };
const FLAGS: Field = { name: 'flags', offset: 4, bytes: 4 };

/** struct vfio_iommu_spapr_register_memory: the header has one for both calls. */
const REGISTER_MEMORY: readonly Field[] = [
  ARGSZ,
  FLAGS,
  { name: 'vaddr', offset: 8, bytes: 8 },
  { name: 'size', offset: 16, bytes: 8 },
];

/** The fields of each call's structure; ENABLE and DISABLE have none. */
const LAYOUTS: Readonly<Record<CallName, readonly Field[]>> = {
  GET_INFO: [
    ARGSZ,
    FLAGS,
    { name: 'dma32_window_start', offset: 8, bytes: 4 },
    { name: 'dma32_window_size', offset: 12, bytes: 4 },
    { name: 'ddw.pgsizes', offset: 16, bytes: 8 },
    { name: 'ddw.max_dynamic_windows_supported', offset: 24, bytes: 4 },
    { name: 'ddw.levels', offset: 28, bytes: 4 },
  ],
  MAP: [
    ARGSZ,
    FLAGS,
    { name: 'vaddr', offset: 8, bytes: 8 },
    { name: 'iova', offset: 16, bytes: 8 },
    { name: 'size', offset: 24, bytes: 8 },
  ],
  UNMAP: [
    ARGSZ,
    FLAGS,
    { name: 'iova', offset: 8, bytes: 8 },
    { name: 'size', offset: 16, bytes: 8 },
  ],
  ENABLE: [],
  DISABLE: [],
  REGISTER: REGISTER_MEMORY,
  UNREGISTER: REGISTER_MEMORY,
  CREATE: [
    ARGSZ,
    FLAGS,
    { name: 'page_shift', offset: 8, bytes: 4 },
    { name: '__resv1', offset: 12, bytes: 4 },
    { name: 'window_size', offset: 16, bytes: 8 },
    { name: 'levels', offset: 24, bytes: 4 },
    { name: '__resv2', offset: 28, bytes: 4 },
    { name: 'start_addr', offset: 32, bytes: 8 },
  ],
  REMOVE: [ARGSZ, FLAGS, { name: 'start_addr', offset: 8, bytes: 8 }],
  // The union behind `op` begins at a multiple of 8, because it holds 64-bit fields.
  EEH: [
    ARGSZ,
    FLAGS,
    { name: 'op', offset: 8, bytes: 4 },
    { name: 'err.type', offset: 16, bytes: 4 },
    { name: 'err.func', offset: 20, bytes: 4 },
    { name: 'err.addr', offset: 24, bytes: 8 },
    { name: 'err.mask', offset: 32, bytes: 8 },
  ],
};

/** Bytes of a call's whole structure. */
export function structureBytes(call: CallName): number {
  return LAYOUTS[call].reduce((end, { offset, bytes }) => Math.max(end, offset + bytes), 0);
}

/** A call's structure in memory. Throws InputError for a field that it does not have, or a value too large. */
export function encodeStructure(
  call: CallName,
  values: FieldValues,
  littleEndian = true,
): Uint8Array {
  const structure = new Uint8Array(structureBytes(call));
  writeFields(call, structure, values, littleEndian);
  return structure;
}

/** Writes fields into a structure that is there already. */
export function writeFields(
  call: CallName,
  structure: Uint8Array,
  values: FieldValues,
  littleEndian = true,
): void {
  const view = viewOf(structure);
  for (const [name, value] of Object.entries(values)) {
    const field = fieldOf(call, name);
    if (value < 0n || value >> BigInt(8 * field.bytes) !== 0n) {
      throw new InputError(
        `${call}: ${name}: expected a value of ${field.bytes} bytes, got ${value}`,
      );
    }
    if (field.bytes === 8) view.setBigUint64(field.offset, value, littleEndian);
    else view.setUint32(field.offset, Number(value), littleEndian);
  }
}

/** The fields of a structure; those behind its end are zero. */
export function decodeStructure(
  call: CallName,
  structure: Uint8Array,
  littleEndian = true,
): Record<string, bigint> {
  const view = viewOf(structure);
  const values: Record<string, bigint> = {};
  for (const { name, offset, bytes } of LAYOUTS[call]) {
    if (offset + bytes > structure.length) values[name] = 0n;
    else if (bytes === 8) values[name] = view.getBigUint64(offset, littleEndian);
    else values[name] = BigInt(view.getUint32(offset, littleEndian));
  }
  return values;
}

/** First byte behind a field. Throws InputError for a field that the structure does not have. */
export function fieldEnd(call: CallName, name: string): number {
  const { offset, bytes } = fieldOf(call, name);
  return offset + bytes;
}

function fieldOf(call: CallName, name: string): Field {
  const field = LAYOUTS[call].find((each) => each.name === name);
  if (field !== undefined) return field;
  const names = LAYOUTS[call].map((each) => each.name).join(', ');
  throw new InputError(`${call}: expected a field out of ${names}, got ${name}`);
}

function viewOf(structure: Uint8Array): DataView {
  return new DataView(structure.buffer, structure.byteOffset, structure.byteLength);
}
