/**
 * Hit rates of a plain set-associative cache, 1024 entries in 8 ways with true LRU, that Dinero IV and
 * pycachesim agree on. Their addresses come from another generator of random numbers: what is compared is the
 * rate, which millions of requests fix to a few hundredths of a per cent.
 */
import type { Result } from '../results/result-schema.ts';
import type { Experiment, Row } from './experiment.ts';
import { bareScenario } from './study-unit.ts';

const GEOMETRY = { 'tceCache.entries': 1024, 'tceCache.ways': 8, 'memory.readNs': 0 };

/** What found its TCE, or its fetch on the way, of all requests, in per cent. */
function hitRate({ hits, merged, requests }: Result): number {
  return (100 * (hits + merged)) / requests;
}

function row(name: string, published: number, generator: string, set: Record<string, string>): Row {
  return {
    id: `cache.${name}`,
    published,
    unit: '%',
    tolerance: 0.002,
    measure: {
      kind: 'replay',
      scenario: bareScenario({
        windows: ['4K:2G:levels=1'],
        pace: 'closed:1',
        generate: { generator, set: { requests: '2M', page: '4K', writes: '1', ...set } },
        set: GEOMETRY,
      }),
      figure: hitRate,
    },
  };
}

export const goldenCaches: Experiment = {
  id: 'cache',
  title: 'hits of a plain cache, 1024 entries in 8 ways, LRU',
  source: 'Dinero IV and pycachesim, which agree',
  rows: [
    row('uni64', 99.9968, 'uniform', { window: '256K', length: '64' }),
    row('uni4096', 24.987, 'uniform', { window: '16M', length: '64' }),
    row('dma8', 96.8748, 'sequential', { window: '256M', length: '128', devices: '8' }),
  ],
};
