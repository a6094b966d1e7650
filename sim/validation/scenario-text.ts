/** A scenario as the YAML file that `tcesim run` reads. */
import type { Scenario } from '../scenario/scenario.ts';

/** The file's text, with a comment in its first line. */
export function scenarioText(scenario: Scenario, comment: string): string {
  const { trace, phb, windows = [], map, pace, generate, settings } = scenario;
  const host = settings.filter(({ key }) => key.startsWith('host.'));
  const unit = settings.filter(({ key }) => !key.startsWith('host.'));
  const lines = [
    `# ${comment}`,
    ...(trace === undefined ? [] : [`trace: ${quoted(trace)}`]),
    ...(phb === undefined ? [] : [`phb: ${phb}`]),
    ...(windows.length === 0 ? [] : [`windows: [${windows.map(quoted).join(', ')}]`]),
    ...(map === undefined ? [] : [`map: ${map}`]),
    ...(pace === undefined ? [] : [`pace: ${quoted(pace)}`]),
    ...(generate === undefined
      ? []
      : ['generate:', `  generator: ${generate.generator}`, '  set:']),
    ...Object.entries(generate?.set ?? {}).map(([name, text]) => `    ${name}: ${plain(text)}`),
    ...(host.length === 0 ? [] : ['host:']),
    ...host.map(({ key, text }) => `  ${key.slice('host.'.length)}: ${quoted(text)}`),
    ...(unit.length === 0 ? [] : ['set:']),
    ...unit.map(({ key, text }) => `  ${key}: ${plain(text)}`),
  ];
  return `${lines.join('\n')}\n`;
}

/** Numbers, sizes and words that mean themselves stand as they are; YAML takes yes and no for words, too. */
function plain(text: string): string {
  return /^[\w.-]+$/.test(text) ? text : quoted(text);
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
