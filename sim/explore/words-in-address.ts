/** The scenario in the page's address: who gets the link sees the same. */
import { InputError } from '../../models/input-error.ts';
import { checkForm } from '../form.ts';
import { type ScenarioWords, scenarioForm } from '../scenario/scenario-words.ts';
import { specOf, withDottedKeys } from './words.ts';

const PLACE = 'address';
/** Of a scenario, those that want files which a page has not. */
const KEYS_OF_FILES = ['rows', 'tables'] as const;

/** What stands behind the address of the page. */
export function addressOf(words: ScenarioWords): string {
  return `#${encodeURIComponent(JSON.stringify(words))}`;
}

/** Puts a scenario into the address of the page. */
export function showInAddress(words: ScenarioWords): void {
  try {
    history.replaceState(null, '', addressOf(words));
  } catch {
    // Browsers refuse what comes too often. The link can still be copied.
  }
}

/** The scenario there; undefined: none. Throws InputError on what is no scenario of this page. */
export function wordsIn(hash: string): ScenarioWords | undefined {
  if (hash.length < 2) return undefined;
  const words = withDottedKeys(checkForm(dataIn(hash), scenarioForm, () => PLACE));
  const ofFile = KEYS_OF_FILES.find((key) => words[key] !== undefined);
  if (ofFile !== undefined) {
    throw new InputError(`${PLACE}: ${ofFile}: this page has none; tcesim run takes it`);
  }
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
