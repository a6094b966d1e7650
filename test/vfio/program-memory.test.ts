/** Memory of a script's program: which buffer a MAP takes, what a refused REGISTER leaves, what is charged. */
import { describe, expect, test } from 'vitest';
import { codes, play } from './rig.ts';

const WINDOW = ['REMOVE start=0', 'CREATE page_shift=16 window_size=1G levels=1'];
const MAP = 'MAP iova=0 size=64K flags=RW';

describe('a refused REGISTER_MEMORY', () => {
  test.each([
    '0x1000000000000',
    '0xffffffffffff0000',
    '0xffffffffffffffff',
  ])('of %s bytes leaves nothing behind', (size) => {
    const script = [`REGISTER_MEMORY ${size}`, 'REGISTER_MEMORY 64M', ...WINDOW, MAP];
    const [refused, ...others] = codes(play(script));
    expect(refused).not.toBe('0');
    expect(others).toEqual(['0', '0', '0', '0']);
  });

  test('leaves the address free for another buffer', () => {
    const script = ['REGISTER_MEMORY 64M vaddr=1G', 'REGISTER_MEMORY 16M vaddr=0x41000000'];
    expect(codes(play(script, { memlock: 32n << 20n }))).toEqual(['-12(ENOMEM)', '0']);
  });

  test('of no bytes takes no memory away from a buffer', () => {
    const script = ['REGISTER_MEMORY 64M', 'REGISTER_MEMORY 0', ...WINDOW, MAP];
    expect(codes(play(script)).at(-1)).toBe('0');
  });
});

describe('a buffer', () => {
  test('keeps off addresses that the script chose', () => {
    const script = ['REGISTER_MEMORY 64M vaddr=16G', 'REGISTER_MEMORY huge 32M'];
    expect(codes(play(script))).toEqual(['0', '0']);
  });

  test('may begin in a page that another has', () => {
    const script = ['REGISTER_MEMORY 256 vaddr=64K', 'REGISTER_MEMORY 256 vaddr=0x10800'];
    expect(codes(play(script))).toEqual(['-22(EINVAL)', '-22(EINVAL)']);
  });
});

describe('a MAP without vaddr=', () => {
  test('takes a buffer that is registered and long enough', () => {
    const script = [
      ...['REGISTER_MEMORY 64K', 'REGISTER_MEMORY 16M', ...WINDOW],
      ...['MAP iova=0 size=1M flags=RW', 'UNREGISTER_MEMORY 64K'],
      'MAP iova=64K size=64K flags=RW',
    ];
    expect(codes(play(script)).slice(4)).toEqual(['0', '0', '0']);
  });

  test('takes the first where none is, and is refused', () => {
    const script = ['REGISTER_MEMORY 64K', ...WINDOW, 'MAP iova=0 size=1M flags=RW'];
    expect(codes(play(script)).at(-1)).toBe('-22(EINVAL)');
  });
});

describe('locked memory', () => {
  test('is told of a CREATE: the table, its mirror, and the default window in front of it', () => {
    const { remarks } = play(['CREATE page_shift=16 window_size=1G levels=1']);
    // Two blocks of 4 MiB for the default window, two of 128 KiB for 2^14 TCEs.
    expect(remarks[0]).toContain('locked memory: 8.3 MiB more, 8.3 MiB in all');
  });

  test('stays charged for memory that is mapped when it is unregistered', () => {
    const script = ['REGISTER_MEMORY 64M', ...WINDOW, MAP, 'UNREGISTER_MEMORY 64M'];
    const { remarks } = play(script);
    expect(remarks.at(-1)).toEqual(['the memory stays pinned and charged: 1 TCE points into it']);
    const again = play([...script, 'UNMAP iova=0 size=64K', 'UNREGISTER_MEMORY 64M']);
    expect(again.remarks.at(-1)).not.toContain('pinned');
  });
});

test('a DMA after DETACH changes nothing where memory was mapped, and after CLOSE there is nothing to look at', () => {
  const written = (...script: string[]) =>
    /ram_changed=(\S+)/.exec(
      play(['OPEN', 'ATTACH', 'REGISTER_MEMORY 64M', ...WINDOW, MAP, ...script]).lines.at(-1) ?? '',
    )?.[1];
  expect(written('DMA W iova=0 len=8')).toBe('1');
  expect(written('DETACH', 'DMA W iova=0 len=8')).toBe('0');
  expect(written('DETACH', 'ATTACH', 'DMA W iova=0 len=8')).toBe('1');
  expect(written('CLOSE', 'DMA W iova=0 len=8')).toBe('-1');
});

test('an UNMAP of nearly all addresses does not count all pages', () => {
  const { remarks } = play([
    ...['REGISTER_MEMORY 64M', 'REMOVE start=0', 'CREATE page_shift=12 window_size=1G levels=1'],
    'UNMAP iova=0 size=0xfffffffffffff000',
  ]);
  expect(remarks.at(-1)?.[0]).toContain('more than 1,000,000 pages lie behind');
});

test('a v1 container knows a call by the name that the script has for it', () => {
  const { remarks } = play(['REGISTER_MEMORY 64M'], { kernel: '4.2', container: 'v1' });
  expect(remarks[0]).toEqual(['a v1 container knows no REGISTER_MEMORY']);
});
