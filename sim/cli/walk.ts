/** `tcesim walk`: explains one translation, or checks our walk against a capture. */
import { InputError } from '../../models/input-error.ts';
import { parseRid } from '../../models/rte.ts';
import { openTrace } from '../../traces/open.ts';
import { formatCount } from '../report/numbers.ts';
import { renderText } from '../report/render-text.ts';
import { specOf } from '../scenario/phb.ts';
import { checkCapture } from '../walk/check.ts';
import type { CheckCounts } from '../walk/check-counts.ts';
import { explain, walkReport } from '../walk/explain.ts';
import { parseWord, readMemoryFile } from '../walk/memory-file.ts';
import { EXIT_CHECK } from './exit-codes.ts';
import { type Command, Option } from './program.ts';
import { exitOnSignals } from './stop-signals.ts';
import { UsageError } from './usage-error.ts';

const DIFFERENCES_SHOWN = 10;

interface WalkFlags {
  phb: string;
  tve?: string;
  memory?: string;
  address?: string;
  rid: string;
  write?: boolean;
  check?: string;
  format: 'table' | 'json';
}

/** Adds `walk`. */
export function addWalkCommand(program: Command): void {
  program
    .command('walk')
    .description('explain one translation, or check the walk against a capture')
    .hook('preAction', exitOnSignals)
    .option('--phb <name>', 'phb3, phb4, phb4-small or phb5', 'phb4')
    .option('--tve <word>', 'the TVE, as 0x0000002400004505')
    .option('--memory <file>', 'words of memory, a line each: 0xADDRESS 0xVALUE')
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
      if (flags.check === undefined) explainOne(flags);
      else await checkFile(flags.check, flags);
    });
}

function explainOne(flags: WalkFlags): void {
  if (flags.tve === undefined || flags.address === undefined) {
    throw new UsageError('walk: expected --tve and --address, or --check FILE');
  }
  const answer = explain({
    spec: specOf(flags.phb),
    tve: parseWord(flags.tve, '--tve'),
    address: parseWord(flags.address, '--address'),
    access: flags.write ? 'write' : 'read',
    rid: parseRid(flags.rid, '--rid'),
    words: flags.memory === undefined ? new Map() : readMemoryFile(flags.memory),
  });
  process.stdout.write(
    flags.format === 'json'
      ? `${JSON.stringify(answer, null, 2)}\n`
      : renderText(walkReport(answer)),
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
