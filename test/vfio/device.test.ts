/** DMA lines: which bytes reach memory, and what the program sees of it. */
import { describe, expect, test } from 'vitest';
import { type Translator, transfer } from '../../sim/vfio/device.ts';
import { play } from './rig.ts';

const START = ['REGISTER_MEMORY 64M', 'REMOVE start=0'];
const WINDOW = [...START, 'CREATE page_shift=16 window_size=1G levels=1'];

/** `ram_changed` of the last line. */
function changed(...script: string[]): string | undefined {
  return /ram_changed=(\S+)/.exec(play(script).lines.at(-1) as string)?.[1];
}

describe('a write', () => {
  test('reaches memory that is mapped for writing', () => {
    const map = 'MAP iova=64K size=64K flags=W';
    expect(changed(...WINDOW, map, 'DMA W iova=0x10000 len=8')).toBe('1');
    expect(changed(...WINDOW, map, 'DMA W iova=0x1fff8 len=8')).toBe('1');
  });

  test('changes nothing where memory is mapped for reading, or was until now', () => {
    const write = 'DMA W iova=0 len=8';
    expect(changed(...WINDOW, 'MAP iova=0 size=64K flags=R', write)).toBe('0');
    const unmapped = ['MAP iova=0 size=64K flags=RW', 'UNMAP iova=0 size=64K'];
    expect(changed(...WINDOW, ...unmapped, write)).toBe('0');
  });

  test('has nothing to look at where nothing was mapped since the window was made', () => {
    const write = 'DMA W iova=0 len=8';
    const map = 'MAP iova=0 size=64K flags=RW';
    expect(changed(...WINDOW, write)).toBe('-1');
    expect(changed(...WINDOW, 'MAP iova=64K size=64K flags=RW', write)).toBe('-1');
    const again = ['REMOVE start=0', 'CREATE page_shift=16 window_size=1G levels=1'];
    expect(changed(...WINDOW, map, ...again, write)).toBe('-1');
    expect(changed(...WINDOW, map, 'REMOVE start=0', write)).toBe('-1');
  });

  test('across two pages goes as far as the first that is refused', () => {
    const script = [...WINDOW, 'MAP iova=0 size=64K flags=RW', 'DMA W iova=0xffc0 len=128'];
    const { lines, remarks } = play(script);
    expect(lines.at(-1)).toMatch(/ram_changed=1$/);
    expect(remarks.at(-1)).toEqual(['64 of 128 bytes passed: the TCE has no permission bit']);
  });

  test('is seen by a program that looks at 64 bytes, not behind them', () => {
    const map = 'MAP iova=64K size=64K flags=RW';
    expect(changed(...WINDOW, map, 'DMA W iova=0xffc1 len=128')).toBe('1');
    expect(changed(...WINDOW, map, 'DMA W iova=0xffc0 len=128')).toBe('-1');
  });

  test('to the 32-bit MSI addresses is no write to memory', () => {
    const window = [...START, 'CREATE page_shift=16 window_size=8G levels=2'];
    const map = 'MAP iova=0xffff0000 size=64K flags=RW';
    expect(changed(...window, map, 'DMA W iova=0xffff0000 len=4')).toBe('0');
  });

  test('goes through the window of its own group', () => {
    const script = [
      ...['OPEN', 'ATTACH', 'OPEN container=b', 'ATTACH group=1 container=b'],
      ...['REGISTER_MEMORY 64M', 'REMOVE start=0', 'REGISTER_MEMORY 64M container=b'],
      ...['CREATE page_shift=16 window_size=1G levels=1', 'MAP iova=0 size=64K flags=RW'],
    ];
    expect(changed(...script, 'DMA W iova=0 len=8')).toBe('1');
    expect(changed(...script, 'DMA W iova=0 len=8 group=1')).toBe('-1');
  });
});

test.each([
  ['6.12-64k', []],
  ['6.12-pseries-64k', ['0 of 8 bytes passed: the TCE does not allow the device to read']],
])('%s: a page that is mapped for writing may be read on powernv only', (kernel, remarks) => {
  const script = ['REGISTER_MEMORY 64M', 'MAP iova=0 size=64K flags=W', 'DMA R iova=0 len=8'];
  expect(play(script, { kernel }).remarks.at(-1)).toEqual(remarks);
});

test.each(['6.12-pseries-64k', '5.17-pseries-64k'])('%s: the hypervisor translates', (kernel) => {
  const isNew = kernel.startsWith('6');
  const script = [
    ...(isNew ? ['REGISTER_MEMORY 64M'] : ['ENABLE']),
    ...['MAP iova=0 size=4K flags=R', 'DMA W iova=0 len=8', 'DMA W iova=0x1000 len=8'],
    ...['UNMAP iova=0 size=4K', 'MAP iova=0 size=4K flags=RW', 'DMA W iova=0 len=8'],
  ];
  const { lines } = play(script, { kernel, container: isNew ? 'v2' : 'v1' });
  const seen = lines.flatMap((line) => /ram_changed=(\S+)/.exec(line)?.[1] ?? []);
  expect(seen).toEqual(['0', '-1', '1']);
});

test('a DMA is cut at the pages of the window, and each piece is asked for', () => {
  const asked: bigint[] = [];
  const translator: Translator = {
    translate: (busAddress) => {
      asked.push(busAddress);
      return { real: 0n, pageShift: 12 };
    },
  };
  const outcome = transfer(translator, 'read', 0x1ff8n, 0x1010n);
  expect(asked).toEqual([0x1ff8n, 0x2000n, 0x3000n]);
  expect(outcome).toEqual({ passedBytes: 0x1010n, reachesMemory: true });
});
