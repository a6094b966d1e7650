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

/** The name of the call that stands in a line. */
function callOf(line: string): string {
  return line.split(' ', 1)[0];
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

describe('an unknown call is refused with its line and the nearest one:', () => {
  test.each([
    ['CRAETE', 'page_shift=16', 'CREATE'],
    ['create', 'levels=1', 'CREATE'],
    ['mapp', 'iova=0', 'MAP'],
    ['CREATE2', 'levels=1', 'CREATE'],
    ['REMOVE:', 'start=0', 'REMOVE'],
    ['REMOVE=0', '', 'REMOVE'],
    ['REGISTER-MEMORY', '64M', 'REGISTER_MEMORY'],
    // As <linux/vfio.h> has it.
    ['VFIO_IOMMU_MAP_DMA', 'iova=0', 'MAP'],
  ])('%s %s', (name, rest, nearest) => {
    const message = `script:2: unknown call '${name}', did you mean '${nearest}'?`;
    expect(refusal(`${name} ${rest}`)).toBe(message);
  });

  test.each(['X start=1', 'FROBNICATE'])('%s, with all of them where none is near', (line) => {
    const message = `script:2: unknown call '${callOf(line)}'; known: OPEN, CLOSE, ATTACH`;
    expect(refusal(line)).toContain(message);
  });
});

describe('a line is refused with its number and its call where a key is', () => {
  test.each([
    ['missing', 'CREATE page_shift=16 window_size=1G', ': expected levels=, got none'],
    ['missing: the direction', 'DMA iova=0 len=8', ': expected W or R behind the name'],
    ['missing: the size', 'REGISTER_MEMORY huge', ': expected its size, got none'],
    ['missing: the moment', 'DUMP', ': expected its name, got none'],
    ['unknown', 'REMOVE strat=0', ": unknown key 'strat', did you mean 'start'?"],
    ["another call's", 'REMOVE start=0 levels=1', ": unknown key 'levels'"],
    ['given twice', 'REMOVE start=0 start=0', ': start is given twice'],
    ['a result, given twice', 'REMOVE start=0 rc=0 rc=0', ': rc is given twice'],
    ['none', 'REMOVE 0', ": expected key=value, got '0'"],
    ['torn from its value', 'REMOVE start = 0', ": expected no blanks around =, got 'start'"],
  ])('%s', (_what, line, message) => {
    expect(refusal(line)).toContain(`script:2: ${callOf(line)}${message}`);
  });
});

describe('a line is refused with its number, its call and the key where a value is', () => {
  const RETURN_CODE = 'rc: expected a return code such as 0 or -22(EINVAL)';
  const ACCESS = 'flags: expected R, W, RW or a number';
  test.each([
    ['no number', 'REMOVE start=x', "start: expected a size such as 64K or 2G, got 'x'"],
    ['too large', 'CREATE levels=4294967296', 'levels: expected a 32-bit number'],
    ['negative', 'CREATE levels=-1', "levels: expected a 32-bit number, got '-1'"],
    ['of 65 bits', 'REMOVE start=0x10000000000000000', 'start: expected a size'],
    ['too long', 'DMA W iova=0 len=4G', 'len: expected less than 4G'],
    ['no access', 'MAP flags=RX', ACCESS],
    ['in small letters', 'MAP flags=rw', `${ACCESS}, got 'rw', did you mean 'RW'?`],
    ['no return code', 'REMOVE start=0 rc=EINVAL', RETURN_CODE],
    [
      'of two minds',
      'REMOVE start=0 rc=-22(EPERM)',
      `${RETURN_CODE}, got '-22(EPERM)': -22 is EINVAL`,
    ],
    ['not open', 'GET_INFO container=a', "container: no container 'a' is open"],
    ['no operation of EEH', 'EEH op=MELT', 'op: expected DISABLE, ENABLE'],
  ])('%s', (_what, line, message) => {
    expect(refusal(line)).toContain(`script:2: ${callOf(line)} ${message}`);
  });

  test('no direction', () => {
    expect(refusal('DMA X iova=0 len=8')).toContain("script:2: DMA: expected W or R, got 'X'");
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
