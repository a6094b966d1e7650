/** The scenario in the page's address: who gets the link sees the same. */
import { InputError } from '../../models/input-error.ts';
import { checkForm } from '../form.ts';
import { type ScenarioWords, scenarioForm } from '../scenario/scenario-words.ts';
import { specOf } from './words.ts';

const PLACE = 'address';

/** What stands behind the address of the page. */
export function addressOf(words: ScenarioWords): string {
  return `#${encodeURIComponent(JSON.stringify(words))}`;
}

/** The scenario there; undefined: none. Throws InputError on what is no scenario. */
export function wordsIn(hash: string): ScenarioWords | undefined {
  if (hash.length < 2) return undefined;
  const words = checkForm(dataIn(hash), scenarioForm, () => PLACE);
  specOf(words);
  return words;
}

function dataIn(hash: string): unknown {
  try {
    return JSON.parse(decodeURIComponent(hash.slice(1)));
  } catch {
    throw new InputError(`${PLACE}: expected a scenario as JSON behind #`);
  }
}
