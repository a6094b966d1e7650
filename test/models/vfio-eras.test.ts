/** What one version of the kernel answers differently from another: the rows of the version matrix. */
import { describe, expect, test } from 'vitest';
import { ERA_4_2, ERA_4_19, ERA_5_17, ERA_6_12, type Era } from '../../models/kernel/era.ts';
import { parseKernel } from '../../models/kernel/kernel.ts';
import { create, type HostOptions, map, outcome, TestHost, withMemory } from './vfio-host.ts';

const KiB = 1n << 10n;
const MiB = 1n << 20n;
const GiB = 1n << 30n;
const TiB = 1n << 40n;
const ALL: readonly Era[] = [ERA_4_2, ERA_4_19, ERA_5_17, ERA_6_12];

function attached(era: Era, options: HostOptions = {}): TestHost {
  const host = new TestHost({ ...options, era });
  host.container.attach(host.group);
  return host;
}

/** A host whose container has no window at all. */
function bare(era: Era, options: HostOptions = {}): TestHost {
  const host = attached(era, options);
  host.container.remove(0n);
  return host;
}

/** The answers of one question to all eras, oldest first. */
function answers(question: (era: Era) => unknown): unknown[] {
  return ALL.map(question);
}

describe('the default window', () => {
  test('is made at attach until 4.18, and promised later', () => {
    expect(answers((era) => attached(era).container.windows.length)).toEqual([1, 0, 0, 0]);
  });

  test('that finds no block fails the attach itself until 4.18, and the first CREATE later', () => {
    const freeBlocks = [4000, 900, 200, 40, 6, 1, 0, 0, 0];
    const host = (era: Era) => new TestHost({ era, freeBlocks });
    expect(
      answers((era) => {
        const { container, group } = host(era);
        return outcome(container.attach(group));
      }),
    ).toEqual(['ENOMEM', 'ok', 'ok', 'ok']);
    expect(
      answers((era) => {
        const { container, group } = host(era);
        container.attach(group);
        return outcome(container.create({ windowBytes: TiB, pageShift: 16, levels: 2 }));
      }),
    ).toEqual(['ENXIO', 'ENOMEM', 'ENOMEM', 'ENOMEM']);
  });
});

describe('the shape of a table', () => {
  test('is made whole until 4.18: 2,049 blocks for 1T of 64K pages in two levels', () => {
    const blocks = answers((era) => {
      const host = bare(era, { ramBytes: 2n * TiB });
      create(host, TiB, 16, 2);
      return host.container.windows[0].table.hardwareBlocks;
    });
    expect(blocks).toEqual([2049, 1, 1, 1]);
  });

  test('has its userspace addresses in one array until 4.18, in a tree later', () => {
    const host = bare(ERA_4_2, { ramBytes: 2n * TiB });
    create(host, TiB, 16, 2);
    expect(host.container.windows[0].view?.bytes).toBe(128n * MiB);
    expect(host.container.windows[0].table.mirrorBlocks).toBe(0);
    const later = bare(ERA_4_19);
    create(later, TiB, 16, 2);
    expect(later.container.windows[0].view).toBeUndefined();
    expect(later.container.windows[0].table.mirrorBlocks).toBe(1);
  });

  test('may reach any bus address until 4.18, 54 bits later', () => {
    const shape = (levels: number) =>
      answers((era) => outcome(create(bare(era, { ramBytes: 2n * TiB }), TiB, 16, levels)));
    expect(shape(3)).toEqual(['ok', 'EINVAL', 'EINVAL', 'EINVAL']);
    expect(shape(5)).toEqual(['ok', 'EINVAL', 'EINVAL', 'EINVAL']);
    expect(shape(6)).toEqual(['EINVAL', 'EINVAL', 'EINVAL', 'EINVAL']);
  });

  test('may be for more than the memory only since 4.19', () => {
    const size = (windowBytes: bigint) =>
      answers((era) => outcome(create(bare(era, { ramBytes: 64n * GiB }), windowBytes, 16, 2)));
    expect(size(128n * GiB)).toEqual(['EINVAL', 'ok', 'ok', 'ok']);
    expect(size(64n * GiB)).toEqual(['ok', 'ok', 'ok', 'ok']);
  });

  test('has 4K, 64K and 16M pages until 4.18, and later those of the firmware', () => {
    const pages = (pageShift: number) =>
      answers((era) => outcome(create(bare(era), TiB, pageShift, 2)));
    expect(pages(21)).toEqual(['EINVAL', 'ok', 'ok', 'ok']);
    // 16M pages are none of a PHB4's: the kernel of old makes the table, the firmware refuses it.
    expect(pages(24)).toEqual(['EPERM', 'EINVAL', 'EINVAL', 'EINVAL']);
  });
});

describe('locked memory', () => {
  test('is charged for the table and the array until 4.18, for two full trees later', () => {
    const charged = answers((era) => {
      const host = bare(era, { ramBytes: 2n * TiB });
      create(host, TiB, 16, 2);
      return host.locked.lockedBytes;
    });
    expect(charged).toEqual([134_283_264n + 128n * MiB, 268_566_528n, 268_566_528n, 268_566_528n]);
  });

  test('comes back with the window in every version', () => {
    const left = answers((era) => {
      const host = bare(era, { ramBytes: 2n * TiB });
      create(host, TiB, 16, 2);
      host.container.remove(0n);
      return host.locked.lockedBytes;
    });
    expect(left).toEqual([0n, 0n, 0n, 0n]);
  });

  test('of a CREATE that fails stays charged since 4.19', () => {
    const left = answers((era) => {
      const host = bare(era, { ramBytes: 2n * TiB });
      const result = create(host, TiB, 16, 1);
      expect(outcome(result)).toBe('ENOMEM');
      return host.locked.lockedBytes;
    });
    expect(left).toEqual([0n, 256n * MiB, 256n * MiB, 256n * MiB]);
  });

  test('for a small table of two levels leaves the upper level out until 4.18', () => {
    const host = bare(ERA_4_2);
    create(host, 64n * MiB, 16, 2);
    // One level of 64K charged, two allocated, and an array of 64K.
    expect(host.locked.lockedBytes).toBe(128n * KiB);
    expect(host.container.windows[0].table.hardwareBlocks).toBe(2);
    host.container.remove(0n);
    // What was allocated is given back, more than was charged; the account stops at zero.
    expect(host.locked.lockedBytes).toBe(0n);
  });

  test('is too little for the array of 4.2: the table goes, the charge comes back', () => {
    const host = bare(ERA_4_2, { limitBytes: 12n * MiB });
    const free = host.buddy.freeBytes;
    const result = create(host, 4n * GiB, 12, 1);
    expect(outcome(result)).toBe('ENOMEM');
    expect([host.locked.lockedBytes, host.buddy.freeBytes]).toEqual([0n, free]);
  });
});

describe('MAP and UNMAP', () => {
  const mapped = (era: Era) => {
    const host = withMemory(bare(era));
    create(host, GiB, 16, 1);
    return host;
  };

  test('answer +1 for a split IO page since 4.19', () => {
    const codes = answers((era) => {
      const host = mapped(era);
      return [map(host, 4096n, 64n * KiB).rc, host.container.unmap(4096n, 64n * KiB).rc];
    });
    expect(codes).toEqual([
      [-22, -22],
      [1, 1],
      [1, 1],
      [1, 1],
    ]);
  });

  test('UNMAP past the end of the window is refused until 4.18 only', () => {
    const codes = answers((era) =>
      outcome(mapped(era).container.unmap(GiB - 64n * KiB, 128n * KiB)),
    );
    expect(codes).toEqual(['EINVAL', 'ok', 'ok', 'ok']);
  });

  test('a leaf that finds no block is EPERM in 4.19 and ENOMEM since 5.0', () => {
    const late = (era: Era) => {
      const host = withMemory(bare(era, { freeBlocks: [2, 0, 0, 0, 0, 0, 0, 0, 0] }));
      create(host, TiB, 16, 2);
      return outcome(map(host, 0n, 64n * KiB));
    };
    expect([ERA_4_19, ERA_5_17, ERA_6_12].map(late)).toEqual(['EPERM', 'ENOMEM', 'ENOMEM']);
  });

  test('UNREGISTER of mapped memory is EBUSY until 4.19', () => {
    const codes = answers((era) => {
      const host = mapped(era);
      map(host, 0n, 64n * KiB);
      return outcome(host.container.unregister(GiB, GiB));
    });
    expect(codes).toEqual(['EBUSY', 'EBUSY', 'ok', 'ok']);
  });

  test('memory that ends inside a registered range is EFAULT, since 5.0 the count of its pages', () => {
    const codes = answers((era) => {
      const host = attached(era);
      host.addMemory(GiB, MiB);
      return [host.container.register(GiB, 2n * MiB).rc, host.container.register(2n * GiB, MiB).rc];
    });
    expect(codes).toEqual([
      [-14, -14],
      [-14, -14],
      [16, -14],
      [16, -14],
    ]);
  });

  test('REMOVE clears TCEs with a kill since 6.11, and without one before', () => {
    const kills = answers((era) => {
      const host = mapped(era);
      const before = host.phb.kills.length;
      host.container.remove(0n);
      return host.phb.kills.length - before;
    });
    expect(kills).toEqual([1, 1, 1, 2]);
  });
});

describe('processes', () => {
  test('a second process is turned away since 4.19, before anything else is looked at', () => {
    const codes = answers((era) => {
      const host = withMemory(attached(era));
      const other = new TestHost({ era }).process;
      const { container } = host;
      return outcome(
        container.create({ windowBytes: 0n, pageShift: 0, levels: 0 }, { caller: other }),
      );
    });
    expect(codes).toEqual(['EINVAL', 'EPERM', 'EPERM', 'EPERM']);
  });

  test('pays for what it asks for: the caller until 4.18, the owner later', () => {
    const host = bare(ERA_4_2);
    const other = new TestHost({ era: ERA_4_2 }).process;
    host.container.create({ windowBytes: GiB, pageShift: 16, levels: 1 }, { caller: other });
    expect([host.locked.lockedBytes, other.locked.lockedBytes]).toEqual([0n, 256n * KiB]);
    host.container.remove(0n);
    expect(other.locked.lockedBytes).toBe(0n);
  });
});

describe('a kernel by its name', () => {
  test.each([
    ['4.2', '4.2', 'powernv', 16],
    ['4.18-4k', '4.2', 'powernv', 12],
    ['4.19.220-64k', '4.19', 'powernv', 16],
    ['5.0', '5.17', 'powernv', 16],
    ['6.10-powernv-64k', '5.17', 'powernv', 16],
    ['6.11-64K', '6.12', 'powernv', 16],
    ['6.12-pseries-64k', '6.12', 'pseries', 16],
    ['7.3-pseries-4k', '6.12', 'pseries', 12],
    ['v6.12', '6.12', 'powernv', 16],
    ['v4.18-4k', '4.2', 'powernv', 12],
    ['5.14.0-427.el9.ppc64le', '5.17', 'powernv', 16],
    ['4.18.0-553.16.1.el8_10.ppc64le', '4.2', 'powernv', 16],
    ['6.1.0-18-powerpc64le', '5.17', 'powernv', 16],
    ['6.12.0-rc3+', '6.12', 'powernv', 16],
  ] as const)('%s', (name, era, platform, basePageShift) => {
    expect(parseKernel(name)).toMatchObject({ era: { name: era }, platform, basePageShift });
  });

  test('makes no windows on pseries before 6.11', () => {
    expect(parseKernel('6.10-pseries').hasWindows).toBe(false);
    expect(parseKernel('6.11-pseries').hasWindows).toBe(true);
  });

  test.each(['4.1', '3.10-64k'])('%s has no DMA windows', (name) => {
    expect(() => parseKernel(name)).toThrow(/expected 4.2 or later, which has DMA windows/);
  });

  test.each([
    '6',
    '6.12-16k',
    '6.12.0-16k',
    '6.12-427.el9',
    'pseries',
    '6.12-64k-pseries',
    '',
  ])("'%s' is none", (name) => {
    expect(() => parseKernel(name)).toThrow(/expected VERSION\[-pseries\]\[-4k\|-64k\]/);
  });
});
