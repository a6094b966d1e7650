/** `tcesim walk`: explains one translation, or checks our walk against a capture. */
import { InputError } from '../../models/input-error.ts';
import { DEFAULT_PHB } from '../../models/phb/presets.ts';
import { openTrace } from '../../traces/open.ts';
import { formatCount } from '../report/numbers.ts';
import { specOf } from '../scenario/phb.ts';
import { parseDumpNumber } from '../tables/dump-number.ts';
import { checkCapture } from '../walk/check.ts';
import type { CheckCounts } from '../walk/check-counts.ts';
import { explain, walkReport } from '../walk/explain.ts';
import { mixtureIn, questionOf } from '../walk/walk-words.ts';
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
    .option('--phb <name>', 'phb3, phb4, phb4-small or phb5', DEFAULT_PHB)
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

function explainOne({ phb, address, check, format, dump, ...given }: WalkFlags): void {
  const words = {
    ...given,
    ...(dump !== undefined && { dump: parseDumpNumber(dump, '--dump') }),
  };
  const mixture = check === undefined ? mixtureIn(words) : '--tables and --check both bring tables';
  if (mixture !== undefined) throw new UsageError(`walk: ${mixture}`);
  if (address === undefined || (words.tve ?? words.tables) === undefined) {
    throw new UsageError('walk: expected --address and --tve or --tables, or --check FILE');
  }
  const answer = explain(questionOf(specOf(phb), { ...words, address }));
  process.stdout.write(
    format === 'json' ? `${JSON.stringify(answer, null, 2)}\n` : textForOutput(walkReport(answer)),
  );
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
