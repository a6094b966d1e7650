/**
 * Agreement with QEMU and with a real kernel on what was captured of them: real addresses of DMAs, and answers
 * to VFIO ioctls. Here nothing is measured twice: one that differs is a mistake.
 */
import { parseKernel } from '../../models/kernel/kernel.ts';
import { openTrace } from '../../traces/open.ts';
import { KernelHost } from '../host/kernel-host.ts';
import { packageFile } from '../package-file.ts';
import type { Result } from '../results/result-schema.ts';
import { specOf } from '../scenario/phb.ts';
import { ResultCheck } from '../vfio/check.ts';
import { runChecked } from '../vfio/checked-run.ts';
import { ScriptMachine, scriptPhb } from '../vfio/machine.ts';
import { readScript } from '../vfio/run-script.ts';
import { Session } from '../vfio/session.ts';
import { checkCapture } from '../walk/check.ts';
import type { Experiment, Row } from './experiment.ts';
import { settingsOf } from './study-unit.ts';

const SAMPLES = 'traces/samples';
const RECORDED = 'docs/examples/vfio/recorded';

/** Of the captured machines' programs, log2; no answer depends on the memory. */
const HUGE_PAGE_SHIFT = { powernv: 24, pseries: 21 } as const;
const RAM_BYTES = 2n ** 36n;

/** Captures, and how many real addresses each has. */
const REPLAYED: readonly (readonly [file: string, phb: string, addresses: number])[] = [
  ['p9-nvme-e1000e.arrow', 'phb4', 50_029],
  ['p9-nobypass-head.jsonl', 'phb4', 2422],
  ['p9-megasas.arrow', 'phb4', 20_075],
  ['p9-fio.jsonl', 'phb4', 360],
  ['p9-bypass-head.jsonl', 'phb4', 1479],
  ['p8-nobypass-head.jsonl', 'phb3', 2457],
  ['pseries-32bit-head.arrow', 'phb4', 16_412],
  ['pseries-nvme-stock.arrow', 'phb4', 11_411],
  ['pseries-ddw.arrow', 'phb4', 38_661],
  ['pseries-virtio-head.arrow', 'phb4', 6604],
];

function replayRow([file, phb, addresses]: (typeof REPLAYED)[number]): Row {
  const scenario = {
    trace: packageFile(`${SAMPLES}/${file}`),
    phb,
    settings: settingsOf({ 'fault.freezesPe': false }),
  };
  const figure = ({ agreed }: Result) => agreed;
  return exact(`QEMU.${stem(file)}`, addresses, { kind: 'replay', scenario, figure });
}

/** A capture of refusals and windows of one to three levels, walked read by read. */
function walkRow(file: string, rows: number): Row {
  const path = packageFile(`${SAMPLES}/${file}`);
  const figure = async () => (await checkCapture(path, await openTrace(path), 'ioda3')).agreed;
  return exact(`QEMU.${stem(file)}`, rows, { kind: 'model', figure });
}

/** A session of VFIO calls with the answers of a kernel. */
function ioctlRow(file: string, kernel: string, answers: number): Row {
  const figure = () => agreedAnswers(packageFile(`${RECORDED}/${file}`), kernel);
  return exact(`kernel.${stem(file)}`, answers, { kind: 'model', figure });
}

function agreedAnswers(path: string, name: string): number {
  const kernel = parseKernel(name);
  const host = new KernelHost({ kernel, phb: scriptPhb(specOf('phb4')), ramBytes: RAM_BYTES });
  const pageShifts = { ordinary: kernel.basePageShift, huge: HUGE_PAGE_SHIFT[kernel.platform] };
  const session = new Session(new ScriptMachine(host, {}), pageShifts, 'v2');
  const results = new ResultCheck();
  const lines = runChecked(readScript(path), session, {
    results,
    tables: undefined,
    dump: undefined,
  });
  while (!lines.next().done);
  return results.compared - results.differing;
}

function exact(name: string, published: number, measure: Row['measure']): Row {
  return { id: `agreement.${name}`, published, unit: 'agree', tolerance: 0, measure };
}

/** A file's name without what stands behind its first dot. */
function stem(file: string): string {
  return file.split('.')[0];
}

export const agreement: Experiment = {
  id: 'agreement',
  title: 'real addresses and answers that are as they were captured',
  source: 'captures of Linux 6.12 on QEMU, traces/samples and docs/examples/vfio/recorded',
  rows: [
    ...REPLAYED.map(replayRow),
    walkRow('p9-vfio.jsonl', 335),
    ioctlRow('pn9-64k-vfio.ioctls.txt', '6.12-64k', 504),
    ioctlRow('ps64k-vfio.ioctls.txt', '6.12-pseries-64k', 213),
  ],
};
