/** A plan for a reader: for each window what came of it, what it costs, where it lies; then the programs. */
import { hex, hexRegister } from '../../models/bits.ts';
import { isRefusal } from '../../models/kernel/call-result.ts';
import type { Attempt } from '../../models/policy/policy.ts';
import { describeBytes, formatSize } from '../../models/size.ts';
import type { Report, Section, Table } from '../report/document.ts';
import { formatBase, formatCountOf } from '../report/numbers.ts';
import type { WindowAttempt } from './attempt.ts';
import { hasNodes } from './host-memory.ts';
import { hostSection } from './host-section.ts';
import type { Plan, PlannedWindow } from './plan.ts';
import type { ProgramRun } from './program.ts';
import type { Circumstances, WindowSize } from './question.ts';
import { resultWord } from './records.ts';

const NOTHING = '-';

/** The report. */
export function planReport({ circumstances, windows }: Plan): Report {
  return {
    title: 'tcesim window plan',
    sections: [
      hostSection(circumstances),
      ...windows.flatMap((window) => [
        windowSection(window, circumstances),
        ...programSections(window, circumstances),
      ]),
    ],
  };
}

/** A window and its page as text: `1T, pages of 64K`. */
function sizeWords({ windowBytes, pageShift }: WindowSize): string {
  return `${formatSize(windowBytes)}, pages of ${formatSize(2 ** pageShift)}`;
}

function windowSection(window: PlannedWindow, circumstances: Circumstances): Section {
  const { attempts } = window;
  const created = attempts.filter(({ placement }) => placement !== undefined);
  return {
    title: `Window of ${sizeWords(window)}`,
    tables: [
      resultTable(attempts),
      costTable(attempts),
      ...(created.length > 0 ? [placeTable(created)] : []),
    ],
    remarks: remarksOn(attempts, circumstances),
  };
}

function resultTable(attempts: readonly WindowAttempt[]): Table {
  const rows = attempts.map((each) => {
    const { levels, refusal, notSimulated, call } = each;
    // What another call answered is not CREATE's answer.
    const isAnswered = notSimulated === undefined && call === 'CREATE';
    return [
      String(levels),
      isAnswered ? resultWord(refusal) : NOTHING,
      ...blockWords(each),
      notSimulated ?? whyWords(call, refusal),
    ];
  });
  const head = ['levels', 'result', 'order', 'available', 'block', 'why not'];
  return { head, rows, left: [1, 5] };
}

/** Order wanted, order available and size of the block in question; dashes where it did not come to that. */
function blockWords({ refusal, shape, availableOrder = -1 }: WindowAttempt): string[] {
  const missed = refusal?.allocation;
  if (shape === undefined || (refusal !== undefined && missed === undefined)) {
    return [NOTHING, NOTHING, NOTHING];
  }
  return [
    String(missed?.order ?? shape.geometry.order),
    availableOrder < 0 ? NOTHING : String(availableOrder),
    describeBytes(missed?.bytes ?? shape.geometry.levelBytes),
  ];
}

function whyWords(call: WindowAttempt['call'], refusal: WindowAttempt['refusal']): string {
  if (refusal === undefined) return '';
  if (call === 'CREATE') return refusal.reason;
  return `no CREATE: ${call} answers ${resultWord(refusal)}: ${refusal.reason}`;
}

function costTable(attempts: readonly WindowAttempt[]): Table {
  const rows = attempts.map((each) => [
    String(each.levels),
    describeBytes(each.createdBytes),
    each.shape === undefined ? NOTHING : describeBytes(each.shape.fullBytes),
    changeWords(each.chargedBytes),
    describeBytes(each.leakedBytes),
    describeBytes(each.lockedBytes),
  ]);
  return { head: ['levels', 'made now', 'full tables', 'charged', 'leaked', 'locked'], rows };
}

/** Linux 4.2 to 4.18 gives more back than it took for tables smaller than their leaves. */
export function changeWords(bytes: bigint): string {
  return bytes < 0n ? `-${describeBytes(-bytes)}` : describeBytes(bytes);
}

function placeTable(created: readonly WindowAttempt[]): Table {
  const rows = created.map(({ levels, placement }) => [
    String(levels),
    placement ? formatBase(hex(placement.busAddress)) : NOTHING,
    placement ? formatSize(placement.effectiveBytes) : NOTHING,
    placement ? formatSize(placement.reachBytes) : NOTHING,
    placement?.tve ? hexRegister(placement.tve) : NOTHING,
  ]);
  return { head: ['levels', 'bus address', 'spans', 'reach', 'TVE'], rows };
}

function remarksOn(attempts: readonly WindowAttempt[], circumstances: Circumstances): string[] {
  const remarks = [
    ...backingRemarks(attempts, circumstances),
    ...placeRemarks(attempts, circumstances),
  ];
  if (attempts.some(({ leakedBytes }) => leakedBytes > 0n)) {
    remarks.push('Leaked: the kernel keeps the charge of a refused window until the process ends.');
  }
  if (attempts.some(({ placement }) => placement && placement.tve !== 0n)) {
    remarks.push(
      'The table address in the TVE (its upper 12 digits) is one of the simulated host.',
    );
  }
  return remarks;
}

/** A window that exists may take no memory. */
function backingRemarks(
  attempts: readonly WindowAttempt[],
  { backingShift }: Circumstances,
): string[] {
  const created = attempts.find(({ placement }) => placement !== undefined);
  if (created === undefined || created.pageShift <= backingShift) return [];
  return [`Created, but of no use yet: ${backingWords(created.pageShift, backingShift)}`];
}

function backingWords(pageShift: number, backingShift: number): string {
  const page = formatSize(2 ** pageShift);
  const behind = formatSize(2 ** backingShift);
  return (
    `memory in pages of ${behind} cannot be mapped with IO pages of ${page}; ` +
    `it takes huge pages (--backing ${page}).`
  );
}

/** Where the hypervisor, or the lack of memory on the PHB's node, decided. */
function placeRemarks(
  attempts: readonly WindowAttempt[],
  { kernel, memory, slot }: Circumstances,
): string[] {
  const created = attempts.filter(({ placement }) => placement !== undefined);
  const address = created[0]?.placement?.busAddress ?? 0n;
  const remarks = created
    .filter(() => hasNodes(memory))
    .map(({ levels, rootNodes: [table, mirror = table] }) => {
      const mirrored = mirror === table ? '' : `, the mirror's from node ${mirror}`;
      return `${formatCountOf(levels, 'level')}: the root block came from node ${table}${mirrored}.`;
    });
  if (kernel.platform === 'pseries' && slot === 0 && address !== 0n) {
    remarks.push(
      `Slot 0, and yet at ${formatBase(hex(address))}: the kernel drops the default window in name only, ` +
        'and the hypervisor, which places windows, puts this one behind it.',
    );
  }
  return remarks;
}

function programSections({ program }: PlannedWindow, circumstances: Circumstances): Section[] {
  if (program === undefined) return [];
  return [
    {
      title: `What ${program.title} does for ${sizeWords(program)}`,
      tables: program.outcome.attempts.length > 0 ? [callTable(program.outcome.attempts)] : [],
      remarks: [...endWords(program), ...uselessWords(program, circumstances)],
    },
  ];
}

function callTable(attempts: readonly Attempt[]): Table {
  const rows = attempts.map((attempt, at) => {
    const { result, lockedBytes, leakedBytes } = attempt;
    return [
      String(at + 1),
      callWords(attempt),
      isRefusal(result) ? resultWord(result) : 'ok',
      describeBytes(lockedBytes),
      describeBytes(leakedBytes),
      isRefusal(result) ? result.reason : '',
    ];
  });
  return { head: ['#', 'call', 'answer', 'locked', 'leaked', 'why not'], rows, left: [1, 2, 5] };
}

function callWords(attempt: Attempt): string {
  switch (attempt.call) {
    case 'GET_INFO':
      return attempt.call;
    case 'REMOVE':
      return `REMOVE ${formatBase(hex(attempt.startAddress))}`;
    case 'CREATE':
      return `CREATE ${formatSize(attempt.windowBytes)} ${formatSize(2 ** attempt.pageShift)} levels=${attempt.levels}`;
  }
}

function endWords(run: ProgramRun): string[] {
  const { early, notSimulated, lockedBytes, leakedBytes } = run;
  const { attempts, window, messages } = run.outcome;
  if (notSimulated !== undefined) return [`Not followed to the end: ${notSimulated}.`];
  if (early !== undefined) {
    return [
      `It comes to nothing: ${early.call}: ${resultWord(early.refusal)}, ${early.refusal.reason}.`,
    ];
  }
  const tries = formatCountOf(attempts.filter(({ call }) => call === 'CREATE').length, 'CREATE');
  const cost = `${tries}, ${describeBytes(lockedBytes)} locked in the end, ${describeBytes(leakedBytes)} of it leaked.`;
  if (window !== undefined) {
    const place = formatBase(hex(window.startAddress));
    const levels = formatCountOf(window.levels, 'level');
    return [`It has its window at ${place}: ${sizeWords(window)}, ${levels}. ${cost}`];
  }
  const printed = messages.length > 0 ? 'and prints:' : 'and prints nothing.';
  return [`It has no window. ${cost} It gives up ${printed}`, ...messages];
}

function uselessWords({ outcome }: ProgramRun, { backingShift }: Circumstances): string[] {
  const { window } = outcome;
  if (window === undefined || window.pageShift <= backingShift) return [];
  return [`But ${backingWords(window.pageShift, backingShift)}`];
}
