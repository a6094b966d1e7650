/**
 * What block and network sources do not tell of the machine: the options of the device models, as the user
 * writes them and as numbers. Grades: [D] documented, [A] assumed.
 */
import { InputError } from '../../models/input-error.ts';
import type { ImportOption } from '../import/import.ts';
import { oneOf, powerBetween, sizeBetween, type Texts, wholeBetween } from '../option-values.ts';
import { IOVA_POLICIES, type IovaSettings, WINDOW_BYTES_MAX } from './iova-policy.ts';

/** Where the buffers of a device lie. */
const IOVA_OPTIONS: readonly ImportOption[] = [
  {
    name: 'iova',
    description:
      'bus addresses of buffers: fixed (mapped once), strict (mapped and unmapped for each I/O), ' +
      'batched (unmapped together)',
    preset: 'fixed',
  },
  { name: 'page', description: 'IO page of the window', preset: '64K' },
  { name: 'window', description: 'bytes of the DMA window of each device', preset: '2G' },
  // Linux IOVA_DEFAULT_FQ_SIZE, drivers/iommu/dma-iommu.c [D].
  { name: 'batch', description: 'batched: I/Os that are unmapped together', preset: '256' },
];

/** Options of sources whose I/Os go to NVMe controllers. */
export const BLOCK_OPTIONS: readonly ImportOption[] = [
  ...IOVA_OPTIONS,
  // Linux io_queue_depth, drivers/nvme/host/pci.c [D].
  { name: 'depth', description: 'entries of an NVMe queue', preset: '1024' },
  // MDTS 5 with pages of 4 KiB [A].
  { name: 'transfer', description: 'most bytes of one NVMe command', preset: '128K' },
  {
    name: 'controllers',
    description: 'NVMe controllers; disk n is a namespace of controller n modulo this',
    preset: '16',
  },
];

/** The option of sources that do not tell when an I/O was complete. */
export const LATENCY_OPTION: ImportOption = {
  name: 'latency',
  description: 'ns from issue to completion of an I/O [A]',
  preset: '100000',
};

/** Options of sources whose packets a network card receives. */
export const NIC_OPTIONS: readonly ImportOption[] = [
  ...IOVA_OPTIONS,
  { name: 'ring', description: 'descriptors of the receive ring [A]', preset: '1024' },
  { name: 'buffer', description: 'bytes of a receive buffer [A]', preset: '2K' },
  // Intel 8254x and its successors [D].
  { name: 'descriptor', description: 'bytes of a descriptor', preset: '16' },
];

/** The block options as numbers. */
export interface BlockSettings {
  readonly iova: IovaSettings;
  readonly queueEntries: number;
  readonly transferBytes: number;
  readonly controllers: number;
}

/** The network options as numbers. */
export interface NicSettings {
  readonly iova: IovaSettings;
  readonly ringEntries: number;
  readonly bufferBytes: number;
  readonly descriptorBytes: number;
}

/** Bus numbers from 1 on in steps of a device. */
const CONTROLLERS_MAX = 255;
/** A queue has at least two entries, one of which stays empty, and at most 64 Ki (NVMe base, MQES). */
const QUEUE_ENTRIES_MAX = 65_536;
const LATENCY_NS_MAX = 1e12;

/** Reads the options of a block source. Throws InputError with name, wanted and got. */
export function readBlockOptions(texts: Texts): BlockSettings {
  const transferBytes = sizeBetween('transfer', texts, 4096, 2 ** 24);
  if (transferBytes % 4096 !== 0) {
    throw new InputError(`transfer: expected a multiple of 4K, got '${texts.transfer}'`);
  }
  return {
    iova: readIovaOptions(texts),
    queueEntries: wholeBetween('depth', texts, 2, QUEUE_ENTRIES_MAX),
    transferBytes,
    controllers: wholeBetween('controllers', texts, 1, CONTROLLERS_MAX),
  };
}

/** Reads `latency` in ns. Throws InputError with name, wanted and got. */
export function readLatency(texts: Texts): number {
  return wholeBetween('latency', texts, 0, LATENCY_NS_MAX);
}

/** Reads the options of a network source. Throws InputError with name, wanted and got. */
export function readNicOptions(texts: Texts): NicSettings {
  return {
    iova: readIovaOptions(texts),
    ringEntries: wholeBetween('ring', texts, 1, 2 ** 16),
    bufferBytes: sizeBetween('buffer', texts, 64, 2 ** 20),
    descriptorBytes: wholeBetween('descriptor', texts, 8, 256),
  };
}

function readIovaOptions(texts: Texts): IovaSettings {
  const policy = oneOf('iova', texts, IOVA_POLICIES);
  const pageBytes = powerBetween('page', texts, 2 ** 12, 2 ** 30);
  return {
    policy,
    pageBytes,
    windowBytes: powerBetween('window', texts, 4 * pageBytes, WINDOW_BYTES_MAX),
    batch: wholeBetween('batch', texts, 1, 2 ** 20),
  };
}
