/** How to run one point alone: its scenario as a file, under the commands that make its trace and replay it. */

import { yamlText } from '../yaml-file.ts';
import type { StudyPlan } from './plan.ts';
import { PointRunner } from './point-runner.ts';
import { scenarioOf } from './point-scenario.ts';
import type { StudyPoint } from './points.ts';
import { recipeCommands, recipeOf } from './trace-choice.ts';

/** A scenario file. Throws InputError where the point's host or trace cannot be made. */
export function pointText(plan: StudyPlan, point: StudyPoint): string {
  const { name, values } = point;
  const recipe = recipeOf(values.trace, plan.traces[values.trace], values, plan);
  const made = recipe.generator !== undefined || recipe.dmaOnly;
  const trace = made ? 'point.arrow' : (recipe.file ?? '');
  const memory = new PointRunner(plan).memoryOf(point);
  const { settings, ...scenario } = scenarioOf(plan, point, memory);
  const commands = [...recipeCommands(recipe, trace), 'tcesim run point.yaml'];
  const host = settings.filter(({ key }) => key.startsWith('host.'));
  const unit = settings.filter(({ key }) => !key.startsWith('host.'));
  const data = {
    trace,
    ...scenario,
    host: Object.fromEntries(
      host.map(({ key, text }) => [key.slice('host.'.length), hostValue(key, text)]),
    ),
    ...(unit.length > 0 && { set: Object.fromEntries(unit.map(({ key, text }) => [key, text])) }),
  };
  const head = [name, 'As point.yaml, it is run by:', ...commands.map((line) => `  ${line}`)];
  return `${head.map((line) => `# ${line}\n`).join('')}${yamlText(data)}`;
}

function hostValue(key: string, text: string): unknown {
  return key === 'host.freeBlocks' ? text.split(',').map(Number) : text;
}
