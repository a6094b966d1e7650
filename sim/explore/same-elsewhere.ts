/** The same on the command line: the scenario as a file, the command, and both to take along. */
import { button, html } from '../page/dom.ts';
import type { Result } from '../results/result-schema.ts';
import type { ScenarioWords } from '../scenario/scenario-words.ts';
import { yamlText } from '../yaml-file.ts';
import { SCENARIO_FILE } from './question.ts';
import { addressOf } from './words-in-address.ts';

const SAVED_MS = 10_000;
const COMMAND = `tcesim run ${SCENARIO_FILE} -o out --report`;

export class SameElsewhere {
  private readonly file = html('pre', { id: 'scenario', tabindex: 0, 'aria-label': SCENARIO_FILE });
  private readonly resultButton = button('results.json', () => this.saveResult());
  private words: ScenarioWords = {};
  private result: Result | undefined;
  readonly content: readonly Node[];

  constructor() {
    const copied = html('span', { role: 'status', class: 'note' });
    const copy = (what: string, text: () => string) =>
      button(`Copy ${what}`, () => {
        navigator.clipboard.writeText(text()).then(
          () => copied.replaceChildren(`${what} copied`),
          () => copied.replaceChildren('the browser does not let this page copy'),
        );
      });
    this.content = [
      html('p', {}, 'This scenario gives the same result, byte for byte, on the command line:'),
      this.file,
      html('pre', { id: 'command', tabindex: 0, 'aria-label': 'Command' }, COMMAND),
      html(
        'div',
        { class: 'row' },
        copy('scenario', () => this.text),
        copy('command', () => COMMAND),
        copy('link', () => new URL(addressOf(this.words), location.href).href),
        button(SCENARIO_FILE, () => save(SCENARIO_FILE, this.text)),
        this.resultButton,
        copied,
      ),
    ];
    this.forget();
  }

  /** The scenario is another one, whose result is not known yet. */
  show(words: ScenarioWords): void {
    this.words = words;
    this.file.textContent = yamlText(words);
    this.forget();
  }

  /** The result of what is shown. */
  hold(result: Result): void {
    this.result = result;
    this.resultButton.disabled = false;
  }

  private forget(): void {
    this.result = undefined;
    this.resultButton.disabled = true;
  }

  private get text(): string {
    return this.file.textContent ?? '';
  }

  private saveResult(): void {
    if (this.result) save('results.json', `${JSON.stringify(this.result, null, 2)}\n`);
  }
}

/** Gives a file to whoever looks at the page. */
function save(name: string, text: string): void {
  const address = URL.createObjectURL(new Blob([text]));
  const link = html('a', { href: address, download: name });
  link.click();
  // Browsers take it in a moment.
  setTimeout(() => URL.revokeObjectURL(address), SAVED_MS);
}
