/**
 * A case as a scenario file, so that `tcesim run FILE` replays what the oracle found. Tables become
 * `store` rows in front of the case's own; after them so many stores to memory that nobody reads follow
 * that the directory of cached lines knows no table, as it is where a case begins.
 */
import type { Pacing } from '../../sim/unit/port/arrivals.ts';
import type { OracleCase, OracleItem } from './case.ts';

const UNUSED_MEMORY = 0x3_0000_0000n;
const LINE_BYTES = 128n;
const PS_PER_NS = 1000;

/** The text of the file. */
export function toScenarioFile(drawn: OracleCase): string {
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
    ...[...tableRows(drawn), ...itemRows(drawn.items)].map((row) => `  ${row}`),
    '',
  ].join('\n');
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

function itemRows(items: readonly OracleItem[]): string[] {
  let timeNs = 0;
  return items.map((item) => {
    if ('stepNs' in item) timeNs += item.stepNs;
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
  });
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
