/** All controls of the page, drawn from its scenario; who turns one changes the scenario. */
import { html } from '../../page/dom.ts';
import type { ScenarioWords } from '../../scenario/scenario-words.ts';
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
  private readonly brought = new Set<string>();

  constructor(
    private scenario: ScenarioWords,
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
    return [...this.brought];
  }

  /** A trace is there, and may be chosen. */
  offer(name: string): void {
    this.brought.add(name);
  }

  /** Shows another scenario. */
  show(words: ScenarioWords): void {
    this.scenario = words;
    this.draw();
  }

  /** Who had the focus has it again, and what was unfolded stays so. */
  draw(): void {
    const unfolded = this.folds.filter(({ open }) => open).map(titleOf);
    const focused = labelOf(document.activeElement);
    this.controls.replaceChildren(
      trafficControls(this),
      windowControls(this),
      ...unitControls(this),
      hostControls(this),
    );
    for (const each of this.folds) each.open = unfolded.includes(titleOf(each));
    if (focused === undefined || !this.element.isConnected) return;
    const inputs = [...this.element.querySelectorAll<HTMLElement>('input, select')];
    inputs.find((input) => labelOf(input) === focused)?.focus();
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

/** The words that name a control. */
function labelOf(control: Element | null): string | undefined {
  const isField = control instanceof HTMLInputElement || control instanceof HTMLSelectElement;
  return isField ? (control.labels?.[0]?.firstChild?.textContent ?? undefined) : undefined;
}
