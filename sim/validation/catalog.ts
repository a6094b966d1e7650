/** All experiments, in the order of the report. */
import { InputError } from '../../models/input-error.ts';
import { suggest } from '../../traces/nearest.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { agreement } from './agreement.ts';
import type { Experiment, Row } from './experiment.ts';
import { goldenCaches } from './golden-caches.ts';
import { hypersio } from './hypersio.ts';
import { pageWalkCaches } from './page-walk-caches.ts';
import { hugePages, readLatency, writeBandwidth } from './pcie-bench.ts';
import { hypercallSpeed, lockContention, strictAgainstDeferred } from './software-costs.ts';
import { tableGeometries } from './table-geometry.ts';

export const EXPERIMENTS: readonly Experiment[] = [
  writeBandwidth,
  readLatency,
  pageWalkCaches,
  hypersio,
  hypercallSpeed,
  lockContention,
  tableGeometries,
  strictAgainstDeferred,
  hugePages,
  goldenCaches,
  agreement,
];

/**
 * The experiments with the rows that a name stands for: `R1`, `R1.HSW` or a row; all without a name. Throws
 * InputError on a name of nothing.
 */
export function chosenExperiments(name?: string): Experiment[] {
  if (name === undefined) return [...EXPERIMENTS];
  const isMeant = ({ id }: Row) => id === name || id.startsWith(`${name}.`);
  const chosen = EXPERIMENTS.map((experiment) => ({
    ...experiment,
    rows: experiment.rows.filter(isMeant),
  })).filter(({ rows }) => rows.length > 0);
  if (chosen.length > 0) return chosen;
  if (pointOf(name) !== undefined) {
    throw new InputError(
      `--only: nothing is published for ${name}; \`--show ${name}\` prints its scenario, for tcesim run`,
    );
  }
  throw new InputError(`--only: unknown experiment '${name}'${suggest(name, namesLike(name))}`);
}

/** The scenario of a row, or of a point of an experiment that is no row. Throws InputError if there is none. */
export function scenarioNamed(name: string): Scenario {
  const row = EXPERIMENTS.flatMap(({ rows }) => rows).find((each) => each.id === name);
  if (row?.measure.kind === 'replay') return row.measure.scenario;
  const scenario = pointOf(name);
  if (scenario) return scenario;
  if (row) throw new InputError(`--show: ${name} is computed from a model, without a scenario`);
  throw new InputError(`--show: unknown point '${name}'${suggest(name, namesLike(name))}`);
}

/** The scenario of a point that need be no row. */
function pointOf(name: string): Scenario | undefined {
  const [id, ...names] = name.split('.');
  return EXPERIMENTS.find((each) => each.id === id)?.scenarioOf?.(names);
}

/** Of experiments, or of the rows of the one that a name begins with. */
function namesLike(name: string): string[] {
  const [id] = name.split('.');
  const experiment = EXPERIMENTS.find((each) => each.id === id);
  return experiment ? experiment.rows.map((row) => row.id) : EXPERIMENTS.map((each) => each.id);
}
