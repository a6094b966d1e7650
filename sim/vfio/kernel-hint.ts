/** A guess at why a recorded session differs in most of its results: it was recorded on another platform. */
import type { Kernel } from '../../models/kernel/kernel.ts';
import type { ResultCheck } from './check.ts';
import type { Script } from './run-script.ts';

/** GET_INFO of a pseries kernel under QEMU: a default window of 1 GiB, and one level. */
const PSERIES_INFO = [
  { key: 'levels', value: 1n, text: 'levels=1' },
  { key: 'dma32_size', value: 0x4000_0000n, text: 'dma32_size=0x40000000' },
] as const;

/** What else to try, in words; undefined where the results agree or nothing speaks for another platform. */
export function kernelHint(
  { lines }: Script,
  kernel: Kernel,
  { compared, differing }: ResultCheck,
): string | undefined {
  if (kernel.platform === 'pseries' || differing * 2 <= compared) return undefined;
  const info = lines.find(({ call }) => call?.name === 'GET_INFO')?.call;
  const told = PSERIES_INFO.find(({ key, value }) => info?.recorded.get(key) === value);
  if (told === undefined) return undefined;
  return `GET_INFO has ${told.text}, as on pseries: try --kernel 6.12-pseries-64k`;
}
