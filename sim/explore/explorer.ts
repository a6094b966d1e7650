/** The page: its controls, the engine behind them, and what becomes of the scenario. */
import { InputError } from '../../models/input-error.ts';
import { html } from '../page/dom.ts';
import { skipLink } from '../page/parts-of-page.ts';
import type { ScenarioWords } from '../scenario/scenario-words.ts';
import { Panel } from './controls/panel.ts';
import { EngineLink } from './engine-link.ts';
import { type Answer, TRACE_BYTES_MAX } from './question.ts';
import { ResultsView } from './results-view.ts';
import { SameElsewhere } from './same-elsewhere.ts';
import { TracesAtHand } from './traces-at-hand.ts';
import { FIRST_WORDS, withTrace } from './words.ts';
import { showInAddress, wordsIn } from './words-in-address.ts';

export class Explorer {
  private readonly results = new ResultsView();
  private readonly elsewhere = new SameElsewhere();
  private readonly traces = new TracesAtHand();
  private readonly engine: EngineLink;
  private readonly panel: Panel;

  /** `version` is that of tcesim. */
  constructor(private readonly version: string) {
    this.engine = new EngineLink(version, this.traces, (answer, asked) => this.told(answer, asked));
    this.panel = new Panel(FIRST_WORDS, this.traces, {
      changed: (words) => this.changed(words),
      took: (file) => this.took(file),
    });
  }

  /** Draws the page and asks for its first scenario: that of its address, if there is one. */
  start(): void {
    document.body.append(
      skipLink(),
      html(
        'main',
        { id: 'content', class: 'explore', tabindex: -1 },
        this.panel.element,
        html(
          'div',
          {},
          html('p', { class: 'kicker' }, `tcesim ${this.version}, in this browser`),
          html('h1', {}, 'What does a DMA cost?'),
          this.results.element,
          this.elsewhereSection(),
        ),
      ),
    );
    this.elsewhere.show(this.panel.words);
    addEventListener('hashchange', () => this.showAddress());
    addEventListener('dragover', (event) => event.preventDefault());
    addEventListener('drop', (event) => {
      event.preventDefault();
      const [file] = event.dataTransfer?.files ?? [];
      if (file !== undefined) this.took(file);
    });
    this.showAddress();
  }

  private elsewhereSection(): HTMLElement {
    const title = html('h2', { id: 'elsewhere-title' }, 'On the command line');
    const box = { id: 'elsewhere', 'aria-labelledby': 'elsewhere-title' };
    return html('section', box, title, ...this.elsewhere.content);
  }

  /** Somebody came with an address, or changed it. */
  private showAddress(): void {
    try {
      this.panel.show(wordsIn(location.hash) ?? FIRST_WORDS);
      this.changed(this.panel.words);
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      this.engine.leave();
      this.results.tellRefusal(error.message);
    }
  }

  private changed(words: ScenarioWords): void {
    this.elsewhere.show(words);
    this.results.tellAsked();
    this.engine.ask(words);
  }

  /** Somebody brings a trace along. */
  private took(file: File): void {
    if (file.size > TRACE_BYTES_MAX) {
      const most = TRACE_BYTES_MAX / 2 ** 20;
      this.results.tellNotTaken(
        `${file.name}: expected at most ${most} MiB on this page; tcesim trace cut makes traces shorter`,
      );
      return;
    }
    this.traces.bring(file);
    this.panel.change((words) => withTrace(words, file.name));
    this.panel.draw();
  }

  private told(answer: Answer, asked: ScenarioWords): void {
    switch (answer.kind) {
      case 'rows':
        this.results.tellRows(answer.rows);
        break;
      case 'refused':
        this.results.tellRefusal(answer.reason);
        break;
      case 'replayed':
        this.results.show(answer.page, answer.result.host.wallSeconds);
        this.elsewhere.hold(answer.result);
        showInAddress(asked);
        break;
    }
  }
}
