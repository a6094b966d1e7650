/** The script language: what a line may be, how it is printed, and what is said of one that cannot be. */
import { describe, expect, test } from 'vitest';
import { InputError } from '../../models/input-error.ts';
import { codes, type Played, play } from './rig.ts';

/** What is said of a script whose second line cannot be performed. */
function refusal(line: string): string {
  try {
    play(['REMOVE start=0', line]);
  } catch (error) {
    if (error instanceof InputError) return error.message;
    throw error;
  }
  throw new Error(`'${line}' was performed`);
}

describe('a line that is no call', () => {
  test.each([
    '',
    '   ',
    '# a comment',
    'CFG 1 page_shift=16 window_shift=30 levels=1',
    'container=3 group=4 api=0 ext_v1=1',
    'group flags=0x1',
    'set_iommu v2 0',
    'bar0 size=0x100000 map=0x7fff id=0x10000ed',
    'edu id=0x10000ed',
    'device fd=5',
    'no hugetlb: ENOMEM',
    'Kernel panic - not syncing',
    'open_container 5',
    'mem=64M',
    'VFIO-DONE',
    '[    4.2] vfio-pci 0000:01:00.0: enabling device',
  ])("'%s' is handed on", (line) => {
    expect(play([line, 'DUMP end']).lines[0]).toEqual(line);
  });
});

describe('a call is printed as the capture program prints it:', () => {
  test.each([
    [
      'CREATE levels=0x2 window_size=1G page_shift=16',
      'CREATE page_shift=16 window_size=0x40000000 levels=2 rc=0 start=0x0',
    ],
    ['  REMOVE   start=4096  ', 'REMOVE start=0x1000 rc=-22(EINVAL)'],
    ['UNMAP size=4K iova=1G', 'UNMAP iova=0x40000000 size=0x1000 rc=-1(EPERM)'],
    ['REGISTER_MEMORY huge 32M hpa=0xa000000', 'REGISTER_MEMORY huge 0x2000000 hpa=0xa000000 rc=0'],
    ['MAP iova=0 size=4K flags=3', 'MAP iova=0x0 size=0x1000 flags=RW rc=-1(EPERM)'],
    ['MAP iova=0 size=4K flags=', 'MAP iova=0x0 size=0x1000 flags= rc=-1(EPERM)'],
    ['MAP iova=0 size=4K flags=0x7', 'MAP iova=0x0 size=0x1000 flags=0x7 rc=-1(EPERM)'],
    ['EEH op=4 # state', 'EEH op=GET_STATE rc=0 # state'],
    ['DMA W iova=0 len=0x40 ram_changed=-1', 'DMA W iova=0x0 len=0x40 ram_changed=-1'],
    ['DMA R iova=64K len=8', 'DMA R iova=0x10000 len=0x8'],
    ['DMA R iova=64K len=4K', 'DMA R iova=0x10000 len=0x1000'],
    ['DUMP mapped', 'DUMP mapped'],
  ])('%s', (written, printed) => {
    expect(play(['REMOVE start=0', written]).lines[1]).toBe(printed);
  });

  test('what was printed is printed again, reasons included', () => {
    const { lines, remarks } = play(['CREATE page_shift=13 window_size=1G levels=1']);
    const printed = lines.flatMap((line, at) => [line, ...remarks[at].map((each) => `# ${each}`)]);
    expect(printed).toHaveLength(4);
    expect(play(printed).lines).toEqual(printed);
  });
});

describe('a line is refused with its number where', () => {
  test.each([
    [
      'the call is misspelt',
      'CRAETE page_shift=16',
      "unknown call 'CRAETE', did you mean 'CREATE'?",
    ],
    [
      'the call is in small letters',
      'create levels=1',
      "unknown call 'create', did you mean 'CREATE'?",
    ],
    ['a call has something behind its name', 'CREATE2 levels=1', "unknown call 'CREATE2', did you"],
    ['a call has a colon', 'REMOVE: start=0', "unknown call 'REMOVE:', did you mean 'REMOVE'?"],
    [
      'a call has a hyphen',
      'REGISTER-MEMORY 64M',
      "unknown call 'REGISTER-MEMORY', did you mean 'REGISTER_MEMORY'?",
    ],
    ['a letter is too many', 'mapp iova=0', "unknown call 'mapp', did you mean 'MAP'?"],
    ['a call has a value', 'REMOVE=0', "unknown call 'REMOVE=0', did you mean 'REMOVE'?"],
    ['it is one capital', 'X start=1', "unknown call 'X'; known: OPEN"],
    [
      'the call has its name of <linux/vfio.h>',
      'VFIO_IOMMU_MAP_DMA iova=0',
      "unknown call 'VFIO_IOMMU_MAP_DMA', did you mean 'MAP'?",
    ],
    ['nothing is near', 'FROBNICATE', "unknown call 'FROBNICATE'; known: OPEN, CLOSE, ATTACH"],
    [
      'a key is missing',
      'CREATE page_shift=16 window_size=1G',
      'CREATE: expected levels=, got none',
    ],
    ['a key is unknown', 'REMOVE strat=0', "REMOVE: unknown key 'strat', did you mean 'start'?"],
    ['a key belongs to another call', 'REMOVE start=0 levels=1', "REMOVE: unknown key 'levels'"],
    ['a key comes twice', 'REMOVE start=0 start=0', 'REMOVE: start is given twice'],
    ['a result comes twice', 'REMOVE start=0 rc=0 rc=0', 'REMOVE: rc is given twice'],
    [
      'a number is none',
      'REMOVE start=x',
      "REMOVE start: expected a size such as 64K or 2G, got 'x'",
    ],
    [
      'a number is too large',
      'CREATE levels=4294967296',
      'CREATE levels: expected a 32-bit number',
    ],
    [
      'a number is negative',
      'CREATE levels=-1',
      "CREATE levels: expected a 32-bit number, got '-1'",
    ],
    ['an address has 65 bits', 'REMOVE start=0x10000000000000000', 'REMOVE start: expected a size'],
    ['the access is none', 'MAP flags=RX', 'MAP flags: expected R, W, RW or a number'],
    [
      'the access is in small letters',
      'MAP flags=rw',
      "MAP flags: expected R, W, RW or a number, got 'rw', did you mean 'RW'?",
    ],
    [
      '= has blanks around it',
      'REMOVE start = 0',
      "REMOVE: expected no blanks around =, got 'start'",
    ],
    ['a length is too long', 'DMA W iova=0 len=4G', 'DMA len: expected less than 4G'],
    ['a result is none', 'REMOVE start=0 rc=EINVAL', 'REMOVE rc: expected a return code such as 0'],
    [
      'a result has another name',
      'REMOVE start=0 rc=-22(EPERM)',
      "REMOVE rc: expected a return code such as 0 or -22(EINVAL), got '-22(EPERM)': -22 is EINVAL",
    ],
    ['the DMA has no direction', 'DMA iova=0 len=8', 'DMA: expected W or R behind the name'],
    ['the direction is none', 'DMA X iova=0 len=8', "DMA: expected W or R, got 'X'"],
    ['a word is no key', 'REMOVE 0', "REMOVE: expected key=value, got '0'"],
    ['the size is missing', 'REGISTER_MEMORY huge', 'REGISTER_MEMORY: expected its size, got none'],
    ['the moment has no name', 'DUMP', 'DUMP: expected its name, got none'],
    [
      'the container is not open',
      'GET_INFO container=a',
      "GET_INFO container: no container 'a' is open",
    ],
    ['the EEH operation is unknown', 'EEH op=MELT', 'EEH op: expected DISABLE, ENABLE'],
  ])('%s', (_where, line, message) => {
    expect(refusal(line)).toContain(`script:2: ${message}`);
  });
});

describe('several containers, processes and groups', () => {
  test('are opened by OPEN; a script with an OPEN begins with none', () => {
    expect(() => play(['GET_INFO', 'OPEN'])).toThrow("no container '0' is open; none is");
    expect(codes(play(['OPEN', 'GET_INFO', 'ATTACH', 'GET_INFO']))).toEqual([
      '0',
      '-6(ENXIO)',
      '0',
      '0',
    ]);
  });

  test('share no group', () => {
    const script = [
      ...['OPEN', 'OPEN container=b', 'ATTACH', 'ATTACH container=b', 'ATTACH group=1 container=b'],
      ...['DETACH', 'ATTACH container=b', 'ATTACH container=b'],
    ];
    expect(codes(play(script))).toEqual([
      ...['0', '0', '0', '-22(EINVAL)', '0'],
      ...['0', '0', '-16(EBUSY)'],
    ]);
  });

  test('share memory that both register, charged once', () => {
    const script = [
      ...['OPEN', 'ATTACH', 'OPEN container=b', 'ATTACH group=1 container=b'],
      ...['REGISTER_MEMORY 64M', 'REGISTER_MEMORY 64M container=b', 'REGISTER_MEMORY 64M'],
    ];
    expect(codes(play(script, { memlock: 64n << 20n })).slice(4)).toEqual(['0', '0', '-16(EBUSY)']);
  });

  test('belong to the process that registered first', () => {
    const script = [
      ...['REGISTER_MEMORY 64M process=a', 'GET_INFO', 'GET_INFO process=a', 'REMOVE start=0'],
    ];
    expect(codes(play(script))).toEqual(['0', '-1(EPERM)', '0', '-1(EPERM)']);
  });

  test('end with CLOSE, and the group is free again', () => {
    const script = ['OPEN', 'ATTACH', 'CLOSE', 'OPEN container=b', 'ATTACH container=b'];
    expect(codes(play(script))).toEqual(['0', '0', '0', '0', '0']);
  });

  test('answer EBADF once they are closed, until they are opened again', () => {
    const script = [
      ...['OPEN', 'ATTACH', 'CLOSE', 'GET_INFO', 'CREATE page_shift=16 window_size=1G levels=1'],
      ...['ATTACH', 'DETACH', 'CLOSE', 'OPEN', 'ATTACH', 'GET_INFO'],
    ];
    const { lines } = play(script);
    expect(codes({ lines } as Played)).toEqual([
      ...['0', '0', '0', '-9(EBADF)', '-9(EBADF)', '-9(EBADF)', '-22(EINVAL)', '-9(EBADF)'],
      ...['0', '0', '0'],
    ]);
    expect(lines[3]).toMatch(/flags=0x0 dma32_start=0x0 dma32_size=0x0 pgsizes=0x0/);
    expect(lines[4]).toMatch(/start=0x0$/);
  });

  test('of no known type are refused as the kernel refuses them', () => {
    expect(codes(play(['OPEN type=3', 'OPEN type=2']))).toEqual(['-22(EINVAL)', '0']);
  });
});

describe('a structure filled without care', () => {
  test.each([
    ['GET_INFO argsz=15', 'GET_INFO argsz=15 rc=-22(EINVAL) flags=0x0'],
    ['GET_INFO argsz=16', 'GET_INFO argsz=16 rc=0 flags=0x1'],
    ['REMOVE start=0 argsz=15', 'REMOVE start=0x0 argsz=15 rc=-22(EINVAL)'],
    ['REMOVE start=0 flags=1', 'REMOVE start=0x0 flags=0x1 rc=-22(EINVAL)'],
    [
      'CREATE page_shift=16 window_size=1G levels=1 argsz=39',
      'CREATE page_shift=16 window_size=0x40000000 levels=1 argsz=39 rc=-22(EINVAL) start=0x0',
    ],
  ])('%s', (line, printed) => {
    expect(play([line]).lines[0].slice(0, printed.length)).toBe(printed);
  });

  test('is told of windows only where it has room for them', () => {
    const pageSizes = (argsz: number) =>
      /pgsizes=(\S+)/.exec(play([`GET_INFO argsz=${argsz}`]).lines[0]);
    expect(pageSizes(31)?.[1]).toBe('0x0');
    expect(pageSizes(32)?.[1]).toBe('0x40211000');
  });
});
