/**
 * A case as a scenario file, so that `tcesim run FILE` replays what the oracle found. Tables become
 * `store` rows in front of the case's own; after them so many stores to memory that nobody reads follow
 * that the directory of cached lines knows no table, as it is where a case begins. Comments give the
 * oracle's own answers: those to a row's requests stand under it, the counters at the end.
 */
import type { Pacing } from '../../sim/unit/port/arrivals.ts';
import type { OracleCase, OracleItem } from './case.ts';
import type { Replayed, Settled } from './edges.ts';
import { flightsOf, Request } from './flight.ts';

const UNUSED_MEMORY = 0x3_0000_0000n;
const LINE_BYTES = 128n;
const PS_PER_NS = 1000;

/** The text of the file; without answers where the oracle has none. */
export function toScenarioFile(drawn: OracleCase, oracle?: Replayed): string {
  const { pageShifts, ...groups } = drawn.config;
  return [
    '# A case of test/oracle.',
    'phb: phb4',
    `pace: ${paceOf(drawn.pacing)}`,
    'set:',
    `  pageShifts: [${pageShifts.join(', ')}]`,
    ...Object.entries(groups).flatMap(([group, values]) => [
      `  ${group}:`,
      ...Object.entries(values).map(([name, value]) => `    ${name}: ${value}`),
    ]),
    'rows: |',
    '  time_ns,op,rid,pe,address,length,value',
    ...[...tableRows(drawn), ...itemRows(drawn, oracle?.settled ?? [])].map((row) => `  ${row}`),
    ...(oracle === undefined ? [] : counterComments(oracle)),
    '',
  ].join('\n');
}

/** What the oracle counts, a line each. */
function counterComments({ settled: _, ...counters }: Replayed): string[] {
  const plain = (_name: string, value: unknown) => (typeof value === 'bigint' ? hex(value) : value);
  return Object.entries(counters).map(
    ([name, value]) => `# oracle: ${name} ${JSON.stringify(value, plain)}`,
  );
}

function paceOf(pacing: Pacing): string {
  if (pacing.kind === 'trace') return 'trace';
  if (pacing.kind === 'interval') return `interval:${pacing.ps / PS_PER_NS}`;
  const every = pacing.everyPs === 0 ? '' : `,every:${pacing.everyPs / PS_PER_NS}`;
  const each = pacing.each === 'device' ? ',each:device' : '';
  return `closed:${pacing.outstanding}${every}${each}`;
}

function tableRows({ config, tves, words }: OracleCase): string[] {
  const { cachedLines } = config.memory;
  const unused = Array.from({ length: cachedLines }, (_, place) =>
    storeRow(0, UNUSED_MEMORY + BigInt(place) * LINE_BYTES, 0n),
  );
  return [
    ...[...words].map(([address, word]) => storeRow(0, address, word)),
    ...[...tves].map(([index, word]) => tveRow(0, index, word)),
    ...unused,
  ];
}

function itemRows(drawn: OracleCase, settled: readonly Settled[]): string[] {
  const requests = flightsOf(drawn).filter((flight) => flight instanceof Request);
  let timeNs = 0;
  return drawn.items.flatMap((item) => {
    if ('stepNs' in item) timeNs += item.stepNs;
    const answers = settled.flatMap((answer, number) =>
      requests[number].item === item ? [answerComment(number, answer)] : [],
    );
    return [itemRow(item, timeNs), ...answers];
  });
}

function answerComment(number: number, { outcome, latency, parts, real }: Settled): string {
  const spent = Object.entries(parts).map(([name, cycles]) => `${name} ${cycles}`);
  const where = real === undefined ? '' : `, at ${hex(real)}`;
  return `# request ${number}: ${outcome}${where}, ${latency} cycles: ${spent.join(', ')}`;
}

function itemRow(item: OracleItem, timeNs: number): string {
  switch (item.kind) {
    case 'dma': {
      const { rid, pe, address, bytes } = item;
      return `${timeNs},${item.isWrite ? 'write' : 'read'},${rid},${pe},${hex(address)},${bytes},0`;
    }
    case 'store':
      return storeRow(timeNs, item.address, item.word);
    case 'tve':
      return tveRow(timeNs, item.index, item.word);
    case 'kill':
      return `${timeNs},kill,0,0,0,0,${hex(item.register)}`;
    case 'peltv':
      return `${timeNs},peltv,0,${item.pe},0,${item.isSet ? 1 : 0},${item.neighbour}`;
    case 'freeze':
    case 'unfreeze':
      return `${timeNs},${item.kind},0,${item.pe},0,0,0`;
    default:
      return `${timeNs},${item.kind},0,0,0,0,0`;
  }
}

function storeRow(timeNs: number, address: bigint, word: bigint): string {
  return `${timeNs},store,0,0,${hex(address)},8,${hex(word)}`;
}

function tveRow(timeNs: number, index: number, word: bigint): string {
  return `${timeNs},tve,0,0,${index},0,${hex(word)}`;
}

function hex(value: bigint): string {
  return `0x${value.toString(16)}`;
}
