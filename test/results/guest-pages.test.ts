/** A guest whose IO pages the PHB does not have: one TCE of the guest is several of the host. */
import { expect, test } from 'vitest';
import { workFolder } from '../cli/command.ts';
import { runJson, writeCsv } from './run.ts';

const path = workFolder();
const WINDOW = '0x800000000000000';

test('16 MiB pages of a pseries guest become 2 MiB pages on a PHB4, and every address is the guest’s', async () => {
  const trace = writeCsv(path('guest.csv'), [
    // A 4 GiB window of 16 MiB pages; three linear TCEs, then two equal ones behind them.
    `0,create,0,0,1,24,${WINDOW},0x100000000`,
    `0,indirect,0,0,1,3,${WINDOW},0x40000003`,
    '0,stuff,0,0,1,2,0x800000003000000,0x90000003',
    '10,read,0,256,1,64,0x800000000000040,0x40000040',
    '20,write,0,256,1,64,0x800000002ff0000,0x42ff0000',
    '30,read,0,256,1,64,0x800000003a00000,0x90a00000',
    '40,read,0,256,1,64,0x800000004a00000,0x90a00000',
    '50,put,0,0,1,1,0x800000001000000,0',
    '60,read,0,256,1,64,0x800000001800000,0xffffffffffffffff',
    '70,read,0,256,1,64,0x800000002000000,0x42000000',
  ]);
  const result = await runJson('--trace', trace);
  expect([result.agreed, result.differed]).toEqual([6, 0]);
  expect(result.windows.map(({ pageBytes }) => pageBytes)).toContain(2 ** 21);
  const onPhb3 = await runJson('--trace', trace, '--phb', 'phb3');
  expect([onPhb3.agreed, onPhb3.differed]).toEqual([6, 0]);
  expect(onPhb3.windows.map(({ pageBytes }) => pageBytes)).toContain(2 ** 24);
});
