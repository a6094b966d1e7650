/** The kernel that is meant where nobody names one. */
import { expect, test } from 'vitest';
import { sample, succeed } from './command.ts';

/** Its version and the size of its pages. */
async function kernelIn(pattern: RegExp, ...args: string[]): Promise<string[]> {
  const [, version, page] = pattern.exec(await succeed(...args)) ?? [];
  return [version, page?.toLowerCase()];
}

test('run, sweep, window and vfio mean the same one', async () => {
  const trace = sample('p9-nobypass-head.jsonl');
  expect([
    await kernelIn(/Linux ([\d.]+), (64K) pages/, 'run', '--trace', trace),
    await kernelIn(/kernel: ([\d.]+)-(64k)/, 'sweep', '--plan', '--levels', '1..2'),
    await kernelIn(/Linux ([\d.]+)-(64k)/, 'window', 'plan', '--window', '2G'),
    await kernelIn(/default:\s+"([\d.]+)-(64k)"/, 'vfio', '--help'),
  ]).toEqual(Array.from({ length: 4 }, () => ['6.12', '64k']));
});
