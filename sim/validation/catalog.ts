/** All experiments, in the order of the report. */
import { InputError } from '../../models/input-error.ts';
import { suggest } from '../../traces/nearest.ts';
import type { Scenario } from '../scenario/scenario.ts';
import type { Experiment, Row } from './experiment.ts';
import { hypersio } from './hypersio.ts';
import { hugePages, readLatency, writeBandwidth } from './pcie-bench.ts';

export const EXPERIMENTS: readonly Experiment[] = [writeBandwidth, readLatency, hypersio, hugePages];

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
  throw new InputError(`--only: unknown experiment '${name}'${suggest(name, names())}`);
}

/** The scenario of a row, or of a point of an experiment that is no row. Throws InputError if there is none. */
export function scenarioNamed(name: string): Scenario {
  const [id, ...names] = name.split('.');
  const experiment = EXPERIMENTS.find((each) => each.id === id);
  const row = experiment?.rows.find((each) => each.id === name);
  if (row?.measure.kind === 'replay') return row.measure.scenario;
  const scenario = experiment?.scenarioOf?.(names);
  if (scenario) return scenario;
  if (row) throw new InputError(`--show: ${name} is computed from a model, without a scenario`);
  throw new InputError(`--show: unknown point '${name}'${suggest(name, rowNames())}`);
}

function rowNames(): string[] {
  return EXPERIMENTS.flatMap(({ rows }) => rows.map(({ id }) => id));
}

function names(): string[] {
  return [...EXPERIMENTS.map(({ id }) => id), ...rowNames()];
}
