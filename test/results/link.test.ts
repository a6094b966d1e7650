/** What went over the link, and how long a run lasts: figures that follow from the trace alone. */
import { expect, test } from 'vitest';
import { workFolder } from '../cli/command.ts';
import { runJson, writeCsv } from './run.ts';

const path = workFolder();
const WINDOW = ['--window', '64K:1G:levels=1'];
const SETTINGS = [
  ...['link.gbps=100', 'link.requestOverheadBytes=20', 'link.completionOverheadBytes=16'],
  ...['link.payloadBytes=256', 'link.readRequestBytes=512', 'fault.freezesPe=true'],
].flatMap((each) => ['--set', each]);

test('the link carries headers and what is dropped; payload is what reached memory', async () => {
  const trace = writeCsv(path('link.csv'), [
    '0,map,0,256,1,65536,0,0x30000003',
    // Two TLPs up; one up, and two down.
    '1000,write,0,256,1,512,0,0',
    '2000,read,0,256,1,512,0,0',
    // Refused: page 1 is not mapped. Dropped: its PE is frozen. An MSI is no access to memory.
    '4000,write,0,256,1,128,0x10000,0',
    '8000,write,0,256,1,64,0,0',
    '8100,read,0,256,1,64,0,0',
    '8200,write,0,512,2,4,0xffff0000,0',
  ]);
  const { link, simulatedNs } = await runJson('--trace', trace, ...WINDOW, ...SETTINGS);
  expect(link).toMatchObject({ links: 1, gbps: 100 });
  const { upstream, downstream } = link;
  expect([upstream.payloadBytes, upstream.bytes]).toEqual([512, 7 * 20 + 512 + 128 + 64 + 4]);
  expect([downstream.payloadBytes, downstream.bytes]).toEqual([512, 512 + 2 * 16]);
  expect(simulatedNs).toBeGreaterThan(8200);
  expect(upstream.gbps).toBeCloseTo((848 * 8) / simulatedNs, 3);
  expect(upstream.share).toBeCloseTo((848 * 8) / simulatedNs / 100, 9);
  expect(downstream.share).toBeCloseTo((544 * 8) / simulatedNs / 100, 9);
});

test('a link that is offered too much carries its rate on the wire, and less payload', async () => {
  const rows = Array.from({ length: 4000 }, (_, row) => `${row * 10},write,0,256,1,256,0,0`);
  const trace = writeCsv(path('full.csv'), ['0,map,0,256,1,65536,0,0x30000003', ...rows]);
  const { link } = await runJson('--trace', trace, ...WINDOW, ...SETTINGS);
  // 256 bytes every 10 ns are 204.8 Gb/s.
  expect(link.upstream.gbps).toBeGreaterThan(98);
  expect(link.upstream.gbps).toBeLessThanOrEqual(100);
  expect(link.upstream.payloadBytes / link.upstream.bytes).toBeCloseTo(256 / 276, 9);
});

test('a link that takes no time has no share', async () => {
  const trace = writeCsv(path('free.csv'), ['0,read,0,256,1,64,0,0']);
  const free = ['--set', 'link.gbps=0', '--set', 'link.generation=0'];
  const { link } = await runJson('--trace', trace, ...WINDOW, '--map', 'touched', ...free);
  expect([link.gbps, link.upstream.share, link.downstream.share]).toEqual([0, null, null]);
});

test('links of several PHBs share their traffic, and each carries its rate', async () => {
  const trace = writeCsv(path('two.csv'), ['0,read,0,256,1,64,0,0', '0,read,3,256,1,64,0,0']);
  const { link, simulatedNs } = await runJson('--trace', trace, ...WINDOW, ...SETTINGS);
  expect([link.links, link.gbps, link.upstream.bytes]).toEqual([2, 100, 40]);
  expect(link.upstream.share).toBeCloseTo((40 * 8) / simulatedNs / 200, 9);
});

test('a run lasts until its last kill is retired, which is how kills get a share of it', async () => {
  const kill = (time: number) => `${time},kill,0,0,0,0,0,0x8000000000000000`;
  const trace = writeCsv(path('kills.csv'), ['0,read,0,256,1,64,0,0', kill(10_000), kill(10_000)]);
  const cost = ['--set', 'kill.allCycles=5000'];
  const { kills, simulatedNs } = await runJson('--trace', trace, ...WINDOW, ...cost);
  // 5000 cycles of 2 ns each, one kill after the other, and a few cycles to get there.
  expect(kills.heldNs).toBe(20_000);
  expect(simulatedNs).toBeGreaterThan(30_000);
  expect(simulatedNs).toBeLessThan(30_100);
  expect(kills.heldShare).toBeCloseTo(kills.heldNs / simulatedNs, 12);
});
