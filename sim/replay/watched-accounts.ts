/** Books that also tell those who watch the unit: a run without watchers has plain books, and asks for nobody. */
import type { Kill } from '../../models/tce-kill.ts';
import { Accounts, type KillTimes } from '../unit/books/accounts.ts';
import type { RequestAtHand } from '../unit/request-at-hand.ts';
import type { RequestWatch } from './request-watch.ts';

export class WatchedAccounts extends Accounts {
  constructor(private readonly watches: readonly RequestWatch<unknown>[]) {
    super();
  }

  override begin(request: RequestAtHand): void {
    for (const watch of this.watches) watch.begin(request);
  }

  override located(cell: number): void {
    for (const watch of this.watches) watch.located(cell);
  }

  override park(place: number): void {
    for (const watch of this.watches) watch.park(place);
  }

  override resume(place: number): void {
    for (const watch of this.watches) watch.resume(place);
  }

  override bookPart(account: number, part: number, cycles: number): void {
    super.bookPart(account, part, cycles);
    for (const watch of this.watches) watch.bookPart(part, cycles);
  }

  override book(
    account: number,
    outcome: number,
    write: number,
    bytes: number,
    latency: number,
  ): void {
    super.book(account, outcome, write, bytes, latency);
    for (const watch of this.watches) watch.book(outcome, write, latency);
  }

  override killed(times: KillTimes): void {
    for (const watch of this.watches) watch.killed(times);
  }

  override killLost(kill: Kill, arrive: number): void {
    for (const watch of this.watches) watch.killLost(kill, arrive);
  }

  override killComplete(cycles: number): void {
    for (const watch of this.watches) watch.killComplete(cycles);
  }
}
