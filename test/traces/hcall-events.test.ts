import { describe, expect, test } from 'vitest';
import { ftraceFormat } from '../../traces/import/ftrace.ts';
import { ftraceLines, importKernel } from './kernel-lines.ts';
import type { Row } from './rows.ts';

function enter(call: string, ...registers: string[]): string {
  return `kvm_hcall_enter: VCPU 3: hcall=${call} GPR4-7=${registers.join()}`;
}

function exit(outcome: string, ret = 'RESUME_GUEST'): string {
  return `kvm_hcall_exit: VCPU 3: ret=${ret} hcall_rc=${outcome}`;
}

function brief({ op, phb, pe, address, length, value }: Row) {
  return [op, phb, pe, address, length, value];
}

const PUT = enter('H_PUT_TCE', '0x80000001', '0x7fff0000', '0x3a420003', '0x0');

describe('a hypercall of a KVM guest', () => {
  test('becomes the row of its kind; no window is invented', async () => {
    const { rows, source } = await importKernel(
      ftraceFormat,
      ftraceLines([
        PUT,
        exit('H_SUCCESS'),
        enter('H_STUFF_TCE', '0x80000201', '0x20000', '0x0', '0x200'),
        exit('H_SUCCESS'),
        enter('H_PUT_TCE_INDIRECT', '0x80000201', '0x800000000010000', '0x2270000', '0x10'),
        exit('H_SUCCESS'),
      ]),
    );
    expect(rows.map(brief)).toEqual([
      ['put', 0, 1, 0x7fff0000n, 1, 0x3a420003n],
      ['stuff', 2, 1, 0x20000n, 512, 0n],
      ['indirect', 2, 1, 0x800000000010000n, 16, 0x10003n],
    ]);
    expect(rows[0]?.timeNs).toBe(12_000_001_000n);
    expect([...source.skipped.counts]).toEqual([['kvm_hcall_exit', 3]]);
    expect([...source.skipped.assumed]).toEqual([['TCEs of H_PUT_TCE_INDIRECT', 1]]);
  });

  test('that failed gives no row, one that QEMU answers is taken to succeed', async () => {
    const { rows, source } = await importKernel(
      ftraceFormat,
      ftraceLines([
        PUT,
        exit('H_PARAMETER'),
        PUT.replace('7fff', '1fff'),
        exit('H_TOO_HARD', 'RESUME_HOST'),
      ]),
    );
    expect(rows.map(({ address }) => address)).toEqual([0x1fff0000n]);
    expect([...source.skipped.counts]).toEqual([
      ['kvm_hcall_exit', 2],
      ['failed hypercall', 1],
    ]);
    expect(source.skipped.assumed.get('success of a hypercall that QEMU answers')).toBe(1);
  });

  test('has the outcome of its own thread', async () => {
    const puts = ['1', '2', '3'].map((page) => PUT.replace('7fff0000', `${page}000`));
    const { rows } = await importKernel(
      ftraceFormat,
      ftraceLines([...puts, exit('H_SUCCESS'), exit('H_PARAMETER')], [11, 12, 13, 13, 11]),
    );
    expect(rows.map(({ address }) => address)).toEqual([0x2000n, 0x3000n]);
  });

  test('counts where exits are not logged', async () => {
    const puts = ['1', '2', '3'].map((page) => PUT.replace('7fff0000', `${page}000`));
    const { rows } = await importKernel(ftraceFormat, ftraceLines(puts));
    expect(rows.map(({ address }) => address)).toEqual([0x1000n, 0x2000n, 0x3000n]);
  });

  test('is not taken for the one in front that changed no TCE', async () => {
    const { rows, source } = await importKernel(
      ftraceFormat,
      ftraceLines([
        PUT,
        enter('H_GET_TCE', '0x80000001', '0x1000', '0x0', '0x0'),
        exit('H_PARAMETER'),
        enter('H_CEDE', '0x0', '0x0', '0x0', '0x0'),
        enter('H_PUT_TCE', '0x71000003', '0x1000', '0x3', '0x0'),
      ]),
    );
    expect(rows).toHaveLength(1);
    expect([...source.skipped.counts]).toEqual([
      ['H_GET_TCE', 1],
      ['kvm_hcall_exit', 1],
      ['hypercall that changes no TCE', 1],
      ['window of a virtual device, not of a PHB', 1],
    ]);
  });
});

test('firmware calls of the host are counted by name', async () => {
  const { rows, source } = await importKernel(
    ftraceFormat,
    ftraceLines([
      'hcall_entry: opcode=32',
      'hcall_exit: opcode=32 retval=0',
      'hcall_exit: opcode=32 retval=-4',
      'opal_entry: opcode=126',
      'opal_exit: opcode=126 retval=18446744073709551609',
      'hcall_entry: op',
    ]),
  );
  expect(rows).toEqual([]);
  expect([...source.skipped.counts]).toEqual([
    ['hcall_entry', 1],
    ['hcall_exit', 2],
    ['opal_entry', 1],
    ['opal_exit', 1],
    ['malformed line', 1],
  ]);
});
