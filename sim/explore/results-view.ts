/** What became of the scenario: the figures of the replay, beside those that were kept, and the parts of its page. */
import { ChosenRequest } from '../page/chosen-request.ts';
import { button, html } from '../page/dom.ts';
import { factList, type Part, partView, warningList } from '../page/parts-of-page.ts';
import { runParts } from '../page/run-view.ts';
import type { Fact, RunPage } from '../report/html/page-data.ts';
import { formatCount } from '../report/numbers.ts';

/** The parts in their order here: what changes with a slider comes first. */
const ORDER = [
  'latency',
  'walk',
  'time',
  'requests',
  'traffic',
  'pages',
  'memory',
  'kills',
  'asked',
];

export class ResultsView {
  private readonly status = html('span', { role: 'status' }, 'the engine starts');
  /** Changes too often to be read aloud. */
  private readonly progress = html('span', { class: 'progress', 'aria-hidden': 'true' });
  private readonly refusal = html('p', { class: 'refusal', role: 'alert', hidden: true });
  /** Of a file that was not taken: the scenario and its figures stay what they are. */
  private readonly notTaken = html('p', { class: 'refusal', role: 'alert', hidden: true });
  private readonly keepButton = button('Keep to compare', () => this.keepFigures());
  private readonly figures = html('div', { id: 'figures' });
  private readonly parts = html('div', { id: 'parts-of-run' });
  private readonly chosen = new ChosenRequest();
  private page: RunPage | undefined;
  private kept: readonly Fact[] = [];
  readonly element = html(
    'div',
    { class: 'results' },
    html('div', { class: 'row', id: 'state' }, this.status, this.progress, this.keepButton),
    this.notTaken,
    this.refusal,
    this.figures,
    this.parts,
  );

  /** Another scenario is to be replayed. */
  tellAsked(): void {
    this.tell('replaying', true);
    this.notTaken.hidden = true;
  }

  /** So far its replay is. */
  tellRows(rows: number): void {
    this.progress.textContent = `${formatCount(rows)} rows`;
  }

  /** The scenario cannot be replayed. What was shown before stays, and does not belong to it. */
  tellRefusal(reason: string): void {
    this.tell(this.page === undefined ? 'refused' : 'refused; below is the scenario before', true);
    this.refusal.textContent = reason;
    this.refusal.hidden = false;
  }

  /** A file that was brought along cannot be had. */
  tellNotTaken(reason: string): void {
    this.notTaken.textContent = reason;
    this.notTaken.hidden = false;
  }

  /** A replay is over. */
  show(page: RunPage, wallSeconds: number): void {
    this.page = page;
    this.tell(`replayed in ${(1000 * wallSeconds).toFixed(0)} ms`, false);
    this.showFigures();
    const parts = runParts(page, this.chosen);
    const ordered = ORDER.map((id) => parts.find((part) => part.id === id));
    const present = ordered.filter((part): part is Part => part !== undefined);
    // Figures draw themselves a moment later: meanwhile the page keeps its height, and the reader the place.
    this.parts.style.minHeight = `${this.parts.offsetHeight}px`;
    this.parts.replaceChildren(...present.map(partView));
    setTimeout(() => {
      this.parts.style.minHeight = '';
    }, 300);
  }

  private tell(words: string, isOld: boolean): void {
    this.status.textContent = words;
    this.progress.textContent = '';
    this.refusal.hidden = true;
    this.element.classList.toggle('old', isOld);
  }

  private keepFigures(): void {
    this.kept = this.kept.length === 0 ? (this.page?.headline ?? []) : [];
    this.keepButton.textContent = this.kept.length === 0 ? 'Keep to compare' : 'Compare no more';
    this.showFigures();
  }

  private showFigures(): void {
    const facts = (this.page?.headline ?? []).map((fact) => {
      const before = this.kept.find(({ name }) => name === fact.name);
      return before === undefined ? fact : { ...fact, note: `kept: ${before.value}; ${fact.note}` };
    });
    this.figures.classList.toggle('compared', this.kept.length > 0);
    this.figures.replaceChildren(factList(facts), ...warningList(this.page?.warnings ?? []));
  }
}
