/** All controls of the page, drawn from its scenario; who turns one changes the scenario. */
import { html } from '../../page/dom.ts';
import type { ScenarioWords } from '../../scenario/scenario-words.ts';
import type { TracesAtHand } from '../traces-at-hand.ts';
import type { Editor } from './editor.ts';
import { trafficControls } from './traffic-controls.ts';
import { unitControls } from './unit-controls.ts';
import { hostControls, windowControls } from './window-controls.ts';

/** Who wants to know what is done with the controls. */
export interface PanelOwner {
  /** The scenario is another one. */
  changed(words: ScenarioWords): void;
  /** Somebody brings a trace along. */
  took(file: File): void;
}

export class Panel implements Editor {
  private readonly controls = html('div');
  /** What the control means that somebody points at, or is at. */
  private readonly meaning = html('p', { class: 'meaning note', 'aria-hidden': 'true' });
  readonly element = html(
    'form',
    { class: 'panel', 'aria-label': 'Scenario' },
    this.controls,
    this.meaning,
  );
  readonly wishes = new Map<string, string>();

  constructor(
    private scenario: ScenarioWords,
    private readonly atHand: TracesAtHand,
    private readonly owner: PanelOwner,
  ) {
    this.draw();
    for (const event of ['focusin', 'pointerover']) {
      this.element.addEventListener(event, ({ target }) => this.explain(target as Element));
    }
    this.element.addEventListener('submit', (event) => event.preventDefault());
    // One control may decide what others offer. While a slider moves it stays what it is.
    this.element.addEventListener('change', ({ target }) => {
      const isRange = target instanceof HTMLInputElement && target.type === 'range';
      if (isRange || target instanceof HTMLSelectElement) this.draw();
    });
  }

  get words(): ScenarioWords {
    return this.scenario;
  }

  change(edit: (words: ScenarioWords) => ScenarioWords): void {
    this.scenario = edit(this.scenario);
    this.owner.changed(this.scenario);
  }

  take(file: File): void {
    this.owner.took(file);
  }

  get traces(): readonly string[] {
    return this.atHand.names;
  }

  /** Shows another scenario. */
  show(words: ScenarioWords): void {
    this.scenario = words;
    this.wishes.clear();
    this.draw();
  }

  /** Who had the focus has it again, what was unfolded stays so, and what was typed and not yet set. */
  draw(): void {
    const unfolded = this.folds.filter(({ open }) => open).map(titleOf);
    const focused = nameOf(document.activeElement);
    const drafts = this.drafts.map((input) => [nameOf(input), input.value]);
    this.controls.replaceChildren(
      trafficControls(this),
      windowControls(this),
      ...unitControls(this),
      hostControls(this),
    );
    for (const each of this.folds) each.open = unfolded.includes(titleOf(each));
    for (const input of this.drafts) {
      input.value = drafts.find(([name]) => name === nameOf(input))?.[1] ?? '';
    }
    if (focused === undefined || !this.element.isConnected) return;
    const all = [...this.element.querySelectorAll<HTMLElement>('input, select, button, summary')];
    all.find((control) => nameOf(control) === focused)?.focus();
  }

  private get drafts(): HTMLInputElement[] {
    return [...this.controls.querySelectorAll<HTMLInputElement>('[data-draft]')];
  }

  private get folds(): HTMLDetailsElement[] {
    return [...this.controls.querySelectorAll('details')];
  }

  private explain(at: Element): void {
    const control = at.closest<HTMLElement>('[data-meaning]');
    if (control !== null) this.meaning.textContent = control.dataset.meaning ?? '';
  }
}

function titleOf({ firstElementChild }: HTMLDetailsElement): string {
  return firstElementChild?.textContent ?? '';
}

/** The words that name a control of the panel. */
function nameOf(control: Element | null): string | undefined {
  if (control === null || control.closest('.panel') === null) return undefined;
  const isField = control instanceof HTMLInputElement || control instanceof HTMLSelectElement;
  const label = isField ? control.labels?.[0]?.firstChild?.textContent : control.textContent;
  return control.getAttribute('aria-label') ?? label ?? undefined;
}
