/**
 * The calls that a script can make, as data: what each takes and what comes back. Names and keys are those
 * of include/uapi/linux/vfio.h, shortened as the program prints them whose output is the language.
 */
import { EEH_OPERATIONS } from '../../models/kernel/group/eeh-pe.ts';
import { EXTENSION } from '../../models/kernel/vfio/container.ts';
import {
  ACCESS,
  BYTES,
  DECIMAL,
  HALF,
  LENGTH,
  NAME,
  oneOf,
  RETURN_CODE,
  SIGNED,
  type ValueKind,
} from './values.ts';

/** A `key=value` of a call. */
export interface Key {
  readonly name: string;
  readonly kind: ValueKind;
  readonly isRequired?: boolean;
}

/** Words that stand between a call and its keys. */
export interface Operands {
  /** Words that may stand first, of which at most one is given. */
  readonly words?: { readonly choices: readonly string[]; readonly isRequired: boolean };
  /** A value without a key, under the name that it has for the program. */
  readonly value?: Key;
}

/** A call: what stands behind its name, in the order in which it is printed. */
export interface CallShape {
  readonly name: string;
  /** What <linux/vfio.h> calls it; absent from what is no call on a container or group. */
  readonly ioctl?: string;
  readonly operands: Operands;
  readonly inputs: readonly Key[];
  readonly results: readonly Key[];
}

/**
 * Name of a call; docs/vfio-script.md says what each takes and returns.
 * @useDeclaredType
 */
export type CallName = (typeof CALLS)[number]['name'];

const EXTENSIONS = oneOf(
  Object.fromEntries(Object.entries(EXTENSION).map(([name, number]) => [name, BigInt(number)])),
);

/** VFIO_EEH_PE_*. */
const EEH_NUMBERS = oneOf(
  Object.fromEntries(EEH_OPERATIONS.map((name, number) => [name, BigInt(number)])),
);

const RC: Key = { name: 'rc', kind: RETURN_CODE };
/** Which container, and which process asks. */
const ASKED: readonly Key[] = [
  { name: 'container', kind: NAME },
  { name: 'process', kind: NAME },
];
const GROUP: Key = { name: 'group', kind: NAME };
const ARGSZ: Key = { name: 'argsz', kind: DECIMAL };
/** The head of every structure as a careless program fills it. */
const RAW: readonly Key[] = [ARGSZ, { name: 'flags', kind: HALF }];
const VADDR: Key = { name: 'vaddr', kind: BYTES };
const HPA: Key = { name: 'hpa', kind: BYTES };

/** Which memory of the program: `huge` or ordinary, and how much. */
const MEMORY: Operands = {
  words: { choices: ['huge'], isRequired: false },
  value: { name: 'size', kind: BYTES, isRequired: true },
};

function required(name: string, kind: ValueKind): Key {
  return { name, kind, isRequired: true };
}

function plain<Name extends string>(
  name: Name,
  ioctl: string,
  inputs: readonly Key[],
  results: readonly Key[],
) {
  return { name, ioctl, operands: {}, inputs, results } as const;
}

export const CALLS = [
  plain('OPEN', 'VFIO_SET_IOMMU', [{ name: 'type', kind: EXTENSIONS }, ...ASKED], [RC]),
  plain('CLOSE', 'close', ASKED, [RC]),
  plain('ATTACH', 'VFIO_GROUP_SET_CONTAINER', [GROUP, ...ASKED], [RC]),
  plain('DETACH', 'VFIO_GROUP_UNSET_CONTAINER', [GROUP, ...ASKED], [RC]),
  plain(
    'CHECK_EXTENSION',
    'VFIO_CHECK_EXTENSION',
    [required('extension', EXTENSIONS), ...ASKED],
    [RC],
  ),
  plain(
    'GET_INFO',
    'VFIO_IOMMU_SPAPR_TCE_GET_INFO',
    [ARGSZ, ...ASKED],
    [
      RC,
      { name: 'flags', kind: HALF },
      { name: 'dma32_start', kind: HALF },
      { name: 'dma32_size', kind: HALF },
      { name: 'pgsizes', kind: BYTES },
      { name: 'max_windows', kind: DECIMAL },
      { name: 'levels', kind: DECIMAL },
    ],
  ),
  plain(
    'CREATE',
    'VFIO_IOMMU_SPAPR_TCE_CREATE',
    [
      required('page_shift', DECIMAL),
      required('window_size', BYTES),
      required('levels', DECIMAL),
      ...RAW,
      ...ASKED,
    ],
    [RC, { name: 'start', kind: BYTES }],
  ),
  plain(
    'REMOVE',
    'VFIO_IOMMU_SPAPR_TCE_REMOVE',
    [required('start', BYTES), ...RAW, ...ASKED],
    [RC],
  ),
  plain(
    'MAP',
    'VFIO_IOMMU_MAP_DMA',
    [
      required('iova', BYTES),
      required('size', BYTES),
      required('flags', ACCESS),
      HPA,
      VADDR,
      ARGSZ,
      ...ASKED,
    ],
    [RC],
  ),
  plain(
    'UNMAP',
    'VFIO_IOMMU_UNMAP_DMA',
    [required('iova', BYTES), required('size', BYTES), ...RAW, ...ASKED],
    [RC],
  ),
  {
    name: 'REGISTER_MEMORY',
    ioctl: 'VFIO_IOMMU_SPAPR_REGISTER_MEMORY',
    operands: MEMORY,
    inputs: [HPA, VADDR, ...RAW, ...ASKED],
    results: [RC],
  },
  {
    name: 'UNREGISTER_MEMORY',
    ioctl: 'VFIO_IOMMU_SPAPR_UNREGISTER_MEMORY',
    operands: MEMORY,
    inputs: [VADDR, ...RAW, ...ASKED],
    results: [RC],
  },
  plain('ENABLE', 'VFIO_IOMMU_ENABLE', ASKED, [RC]),
  plain('DISABLE', 'VFIO_IOMMU_DISABLE', ASKED, [RC]),
  plain('EEH', 'VFIO_EEH_PE_OP', [required('op', EEH_NUMBERS), ...RAW, ...ASKED], [RC]),
  {
    name: 'DMA',
    operands: { words: { choices: ['W', 'R'], isRequired: true } },
    inputs: [required('iova', BYTES), required('len', LENGTH), GROUP],
    results: [{ name: 'ram_changed', kind: SIGNED }],
  },
  {
    name: 'DUMP',
    operands: { value: { name: 'name', kind: NAME, isRequired: true } },
    inputs: [],
    results: [],
  },
] as const satisfies readonly CallShape[];
