/** PHBs of programs: their parameters, and the walk that the command line explains. */
import { describe, expect, test } from 'vitest';
import {
  createPhb,
  InputError,
  listGenerators,
  listPhbs,
  replay,
  type WalkObject,
} from '../../sim/index.ts';
import { succeed } from '../cli/command.ts';

const MEMORY = 'docs/examples/v1.memory';
const TVE = '0x0000002400004505';
const DUMP = 'docs/examples/vfio/recorded/pn9-64k-vfio.tables.jsonl';

describe('a walk', () => {
  test.each<[WalkObject, string[]]>([
    [
      { tve: BigInt(TVE), memory: MEMORY, address: 0x0800000012345678n },
      ['--tve', TVE, '--memory', MEMORY, '--address', '0x0800000012345678'],
    ],
    [
      { tve: TVE, address: 0x1000, write: true, rid: '01:00.1' },
      ['--tve', TVE, '--address', '4096', '--write', '--rid', '01:00.1'],
    ],
    [
      { tables: DUMP, dump: 3, pe: 509, address: '0x8090' },
      ['--tables', DUMP, '--dump', '3', '--pe', '509', '--address', '0x8090'],
    ],
  ])('%# is what the command explains', async (question, args) => {
    const printed = await succeed('walk', ...args, '--format', 'json');
    expect(createPhb('phb4').walk(question)).toEqual(JSON.parse(printed));
  });

  test('reads the words that a map or a function has', () => {
    const words = new Map([
      [0x240000000n, 0x240010003n],
      [0x240010000n, 0x240020003n],
      [0x2400291a0n, 0x1000ab0003n],
    ]);
    const asked = { tve: TVE, address: 0x0800000012345678n };
    for (const memory of [words, (at: bigint) => words.get(at)]) {
      expect(createPhb().walk({ ...asked, memory }).realAddress).toBe('0x1000ab5678');
    }
    words.set(0x2400291a0n, 0n);
    const { fault, realAddress } = createPhb().walk({ ...asked, memory: words });
    expect([fault, realAddress]).toEqual(['page-fault', null]);
  });

  test.each([
    [{ address: 0 }, "tve: expected a 64-bit number such as 0x1000, got ''"],
    [{ address: 0, tables: 'a', memory: 'b' }, 'tables and memory both bring tables'],
    [{ address: 0, tve: 0, dump: 1 }, 'dump wants tables FILE'],
    [{ adress: 0 }, "walk: adress: unknown key, did you mean 'address'?"],
    [
      { tve: 0, address: 2 ** 60 },
      'address: expected a bigint or text for so large a number, got 1152921504606847000',
    ],
  ])('of %j is refused', (question, message) => {
    expect(() => createPhb().walk(question as WalkObject)).toThrow(new InputError(message));
  });
});

describe('a PHB', () => {
  test('has the parameters of a result, chosen ones and those of its firmware', async () => {
    const own = { firmware: 'pre2021', set: { tceCache: { ways: 8 } } };
    const { parameters } = createPhb('phb5', own);
    const { assumed, inferred, chosen } = await replay({ phb: 'phb5', ...own, rows: [] });
    for (const [origin, told] of Object.entries({ assumed, inferred, chosen })) {
      const known = parameters.filter((each) => each.origin === origin);
      expect(told).toEqual(known.map(({ origin: _origin, ...rest }) => rest));
    }
    expect(chosen.map(({ key, value }) => [key, value])).toEqual([['tceCache.ways', 8]]);
  });

  test.each<[string, object, string]>([
    ['phb9', {}, "phb: unknown PHB 'phb9'; known: phb3, phb4, phb4-small, phb5"],
    [
      'phb4',
      { set: { tag: { count: 3 } } },
      "scenario tag.count: unknown key, did you mean 'tags.count'?",
    ],
    [
      'phb4',
      { set: { tceCache: { ways: 7 } } },
      'tceCache.ways: expected a divisor of 1024 (tceCache.entries), got 7',
    ],
    ['phb4', { sets: {} }, "createPhb: sets: unknown key, did you mean 'set'?"],
  ])('%s with %j is refused', (name, own, message) => {
    expect(() => createPhb(name, own)).toThrow(new InputError(message));
  });
});

test('the lists have the names that the command lists', async () => {
  const names = async (what: string) => {
    const lists = JSON.parse(await succeed('list', what, '--format', 'json'));
    return (Object.values(lists)[0] as { name: string }[]).map(({ name }) => name);
  };
  expect(listPhbs().map(({ name }) => name)).toEqual(await names('phbs'));
  expect(listGenerators().map(({ name }) => name)).toEqual(await names('generators'));
});

test('memory that holds no words is refused', () => {
  const question = { tve: 0x0000002400004505n, address: 0x0800000012345678n };
  const walked = (memory: unknown) => () =>
    createPhb().walk({ ...question, memory: memory as () => bigint });
  expect(walked(() => 'x')).toThrow(/^memory: expected a bigint at 0x[0-9a-f]+, got string x$/);
  expect(walked(5)).toThrow(/^memory: expected a map, a function or a path, got 5$/);
});
