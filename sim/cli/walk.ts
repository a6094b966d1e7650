/** `tcesim walk`: explains one translation, or checks our walk against a capture. */
import { InputError } from '../../models/input-error.ts';
import { parseRid } from '../../models/rte.ts';
import { openTrace } from '../../traces/open.ts';
import { formatCount } from '../report/numbers.ts';
import { specOf } from '../scenario/phb.ts';
import { Dump } from '../tables/dump.ts';
import { parseDumpNumber } from '../tables/dump-number.ts';
import { checkCapture } from '../walk/check.ts';
import type { CheckCounts } from '../walk/check-counts.ts';
import { dumpedTve } from '../walk/dumped-tve.ts';
import { explain, type WalkQuestion, walkReport } from '../walk/explain.ts';
import { parseWord, readMemoryFile } from '../walk/memory-file.ts';
import { EXIT_CHECK } from './exit-codes.ts';
import { type Command, Option } from './program.ts';
import { exitOnSignals } from './stop-signals.ts';
import { textForOutput } from './terminal.ts';
import { UsageError } from './usage-error.ts';

const DIFFERENCES_SHOWN = 10;

interface WalkFlags {
  phb: string;
  tve?: string;
  memory?: string;
  tables?: string;
  dump?: string;
  pe?: string;
  address?: string;
  rid: string;
  write?: boolean;
  check?: string;
  format: 'table' | 'json';
}

/** Gives the verb its options and its work. */
export function define(verb: Command): void {
  verb
    .hook('preAction', exitOnSignals)
    .option('--phb <name>', 'phb3, phb4, phb4-small or phb5', 'phb4')
    .option('--tve <word>', 'the TVE, as 0x0000002400004505')
    .option('--memory <file>', 'words of memory, a line each: 0xADDRESS 0xVALUE')
    .option('--tables <file>', "in their place a dump of a real machine's tables")
    .option('--dump <number>', 'which DUMP of that file (its last)')
    .option('--pe <pe>', 'whose TVE, as 509, or 0:509 with its PHB (the only one of the dump)')
    .option('--address <word>', 'PCI bus address')
    .option(
      '--rid <rid>',
      'requester, as 01:00.0; it stands in the PEST entry of a fault',
      '00:00.0',
    )
    .option('--write', 'the device writes (it reads otherwise)')
    .option('--check <file>', 'walk every DMA of a capture again and compare')
    .addOption(
      new Option('--format <form>', 'of the output').choices(['table', 'json']).default('table'),
    )
    .action(async (flags: WalkFlags) => {
      if (flags.check === undefined || flags.tables !== undefined) explainOne(flags);
      else await checkFile(flags.check, flags);
    });
}

function explainOne(flags: WalkFlags): void {
  refuseMixture(flags);
  if (flags.address === undefined || (flags.tve ?? flags.tables) === undefined) {
    throw new UsageError('walk: expected --address and --tve or --tables, or --check FILE');
  }
  const answer = explain(questionOf(flags, parseWord(flags.address, '--address')));
  process.stdout.write(
    flags.format === 'json'
      ? `${JSON.stringify(answer, null, 2)}\n`
      : textForOutput(walkReport(answer)),
  );
}

/** Flags of which each says where the tables are, or goes with one that is not there. */
function refuseMixture({ check, tve, memory, tables, dump, pe }: WalkFlags): void {
  if (tables !== undefined) {
    const other = { '--memory': memory, '--check': check };
    const found = Object.entries(other).find(([, value]) => value !== undefined);
    if (found) throw new UsageError(`walk: --tables and ${found[0]} both bring tables`);
    if (tve !== undefined && pe !== undefined) {
      throw new UsageError('walk: --pe chooses a TVE of the dump, and --tve is another');
    }
    return;
  }
  if (dump !== undefined) throw new UsageError('walk: --dump wants --tables FILE');
  if (pe !== undefined) throw new UsageError('walk: --pe wants --tables FILE');
}

function questionOf(flags: WalkFlags, address: bigint): WalkQuestion {
  const { tve, memory, tables, dump, pe } = flags;
  const spec = specOf(flags.phb);
  const asked = {
    spec,
    address,
    access: flags.write ? ('write' as const) : ('read' as const),
    rid: parseRid(flags.rid, '--rid'),
  };
  if (tables === undefined) {
    const words = memory === undefined ? new Map<bigint, bigint>() : readMemoryFile(memory);
    return { ...asked, tve: parseWord(tve ?? '', '--tve'), word: (at) => words.get(at) };
  }
  const dumped = Dump.read(
    tables,
    dump === undefined ? undefined : parseDumpNumber(dump, '--dump'),
  );
  const { count, tveSelect } = spec.parameters.pe;
  dumped.checkPes(spec.name, count.value);
  const word = (at: bigint) => dumped.word(at);
  if (tve !== undefined) return { ...asked, tve: parseWord(tve, '--tve'), word };
  const source = dumpedTve(dumped, pe, address, tveSelect.value);
  return { ...asked, tve: source.value, word, source };
}

async function checkFile(path: string, flags: WalkFlags): Promise<void> {
  const counts = await checkCapture(path, await openTrace(path), specOf(flags.phb).ioda);
  if (counts.rows === 0)
    throw new InputError(`${path}: expected a capture with DMA rows, got none`);
  process.stdout.write(
    flags.format === 'json' ? `${JSON.stringify(counts, null, 2)}\n` : describeCounts(path, counts),
  );
  if (counts.differences.length > 0) process.exitCode = EXIT_CHECK;
}

function describeCounts(path: string, counts: CheckCounts): string {
  const { rows, agreed, refused, outOfWindow, reads, differences } = counts;
  const lines = [
    `${path}: ${formatCount(rows)} DMA rows`,
    `  same real address, same reads   ${formatCount(agreed)}, of them ${formatCount(refused)} refused`,
    `  table reads compared            ${formatCount(reads)}`,
    `  out of the window, not compared ${formatCount(outOfWindow)} (a PHB faults, QEMU aliases)`,
    `  different                       ${formatCount(differences.length)}`,
    ...differences
      .slice(0, DIFFERENCES_SHOWN)
      .map(({ where, wanted, got }) => `  ${where}: wanted ${wanted}, got ${got}`),
  ];
  return `${lines.join('\n')}\n`;
}
