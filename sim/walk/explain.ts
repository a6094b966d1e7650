/** One translation step by step, as data and as a report. */
import { type AddressClass, classifyAddress, tveIndex } from '../../models/address.ts';
import { hex, hexRegister } from '../../models/bits.ts';
import { encodePest } from '../../models/pest.ts';
import type { PhbSpec } from '../../models/phb/spec.ts';
import { describeBytes, formatSize } from '../../models/size.ts';
import { describePermission, tcePermission } from '../../models/tce.ts';
import { decodeTveOf, spanBits, type Tve, tableBytes } from '../../models/tve.ts';
import {
  type FaultName,
  TCE_LINE_BYTES,
  type WalkRead,
  type WalkResult,
  walk,
} from '../../models/walk.ts';
import type { Report, Section } from '../report/document.ts';
import type { ChosenTve } from './dumped-tve.ts';
import type { KnownWord, ReadAnswer, TveSource, WalkAnswer } from './walk-answer.ts';

/** What is to be explained. */
export interface WalkQuestion {
  readonly spec: PhbSpec;
  readonly tve: bigint;
  readonly address: bigint;
  readonly access: 'read' | 'write';
  readonly rid: number;
  /** The word of memory at a real address; undefined where nobody knows it: it reads as 0. */
  readonly word: KnownWord;
  /** Of a dumped TVE: where it stands. */
  readonly source?: ChosenTve;
}

/** Walks and explains. */
export function explain(question: WalkQuestion): WalkAnswer {
  const { spec, address, access } = question;
  const pageShifts = spec.parameters.pageShifts.value;
  const tve = decodeTveOf(question.tve, { ioda: spec.ioda, pageShifts });
  const { window32, window64 } = spec.parameters.msi;
  const kind = classifyAddress(address, { msi32: window32.value, msi64: window64.value });
  const { reads, outcome } = translate(question, tve, kind);
  const isFault = 'fault' in outcome;
  return {
    phb: spec.name,
    source: question.source === undefined ? null : sourceOf(question.source),
    tve: { value: hexRegister(question.tve), ...describeTve(tve) },
    address: hex(address),
    access,
    select: tveIndex(0, address, spec.parameters.pe.tveSelect.value),
    reads: reads.map((read) => describeRead(read, question.word)),
    realAddress: isFault ? null : hex(outcome.real),
    permission: isFault ? null : describePermission(outcome.permission),
    fault: isFault ? outcome.fault : null,
    reason: isFault ? outcome.reason : null,
    pest: isFault && kind !== 'msi' ? pestOf(outcome.fault, question) : null,
  };
}

/** The answer for a terminal. */
export function walkReport(answer: WalkAnswer): Report {
  const { value, ...fields } = answer.tve;
  const result: string[][] =
    answer.fault === null
      ? [
          ['real address', `${answer.realAddress}`],
          ['permission', `${answer.permission}`],
        ]
      : [
          ['fault', answer.fault],
          ['because', `${answer.reason}`],
          ...(answer.pest ? [['PEST0, PEST1', answer.pest.join(', ')]] : []),
        ];
  const table = (rows: string[][]) => ({ head: [], rows, left: [1] });
  const sections: Section[] = [
    {
      title: `TVE ${value}`,
      tables: [
        table([
          ...sourceRows(answer),
          ...Object.entries(fields).map(([name, field]) => [name, String(field)]),
        ]),
      ],
      remarks: [],
    },
    {
      title: `${answer.access} of ${answer.address} (TVE select ${answer.select})`,
      tables: answer.reads.length === 0 ? [] : [readsTable(answer)],
      remarks: remarksOn(answer),
    },
    { title: 'Result', tables: [table(result)], remarks: [] },
  ];
  return { title: `tcesim walk: ${answer.phb}`, sections };
}

function sourceRows({ source }: WalkAnswer): string[][] {
  if (source === null) return [];
  const { dump, at, phb, pe, index, isDumped } = source;
  const missing = isDumped ? '' : ', not in the dump';
  return [
    ['dump', `${dump}, ${at}`],
    ['index', `${index} in the TVT of PHB ${phb}, PE ${pe}${missing}`],
  ];
}

function remarksOn({ reads }: WalkAnswer): string[] {
  if (reads.length === 0) return ['No table is read.'];
  const missing = reads.filter(({ isInMemory }) => isInMemory === false);
  return missing.map(({ address }) => `${address} is not in the memory given: it reads as 0.`);
}

/** Of a read, those that a terminal shows. */
const COLUMNS = ['level', 'index', 'address', 'line', 'slot', 'tce', 'permission'] as const;

function readsTable(answer: WalkAnswer) {
  const head = ['level', 'index', 'entry at', 'line', 'slot', 'TCE', 'bits'];
  const rows = answer.reads.map((read) => COLUMNS.map((key) => String(read[key])));
  return { head, rows, left: [1, 2, 3, 5, 6] };
}

/** Address classes first: an MSI or an unsupported address never reaches a TVE. */
function translate(question: WalkQuestion, tve: Tve, kind: AddressClass): WalkResult {
  const { address, access, word } = question;
  if (kind === 'dma') return walk(tve, address, access, (at) => word(at) ?? 0n);
  const reason =
    kind === 'msi' ? 'the address is an MSI, not memory' : 'address bits 63:60 are not supported';
  return { reads: [], outcome: { fault: 'unsupported-address', reason } };
}

function sourceOf({ dump, phb, pe, index, isDumped }: ChosenTve): TveSource {
  return { file: dump.file, dump: dump.seq, at: dump.at, phb, pe, index, isDumped };
}

function pestOf(fault: FaultName, { rid, address, access }: WalkQuestion): [string, string] {
  const entry = encodePest({ transaction: access, fault, rid, address });
  return [hexRegister(entry.pest0), hexRegister(entry.pest1)];
}

function describeTve(tve: Tve): Record<string, unknown> {
  switch (tve.kind) {
    case 'translated':
      return {
        kind: tve.kind,
        root: hex(tve.root),
        levels: tve.levels,
        table: describeBytes(tableBytes(tve)),
        entries: 2 ** tve.indexBits,
        page: describeBytes(2 ** tve.pageShift),
        reach: formatSize(1n << BigInt(spanBits(tve))),
      };
    case 'bypass':
      return { kind: tve.kind, start: hex(tve.start), end: hex(tve.end) };
    case 'invalid':
      return { kind: tve.kind, reason: tve.reason };
    default:
      return { kind: tve.kind };
  }
}

function describeRead(read: WalkRead, word: KnownWord): ReadAnswer {
  const line = read.address - (read.address % TCE_LINE_BYTES);
  return {
    level: read.level,
    shift: read.shift,
    index: hex(read.index),
    address: hex(read.address),
    line: hex(line),
    slot: Number((read.address - line) / 8n),
    tce: hex(read.tce),
    permission: describePermission(tcePermission(read.tce)),
    isInMemory: word(read.address) !== undefined,
  };
}
