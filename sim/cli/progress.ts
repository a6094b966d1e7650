/** The progress line on stderr: in place on a terminal, now and then elsewhere. */
import { formatCount } from '../report/numbers.ts';

const ELSEWHERE_MS = 10_000;

export class ProgressLine {
  private readonly started = Date.now();
  private printed = Date.now();
  private readonly isTerminal = process.stderr.isTTY === true;
  private isShown = false;

  /** Shows how many items are done, of how many rows read. */
  show(items: number, rows: number): void {
    const rate = items / Math.max(Date.now() - this.started, 1) / 1000;
    this.print(
      `${formatCount(items)} items done, ${formatCount(rows)} rows read, ${rate.toFixed(1)} M items/s`,
    );
  }

  /** Shows how many steps are done, of how many. */
  showSteps(done: number, total: number): void {
    this.print(`${done} of ${total} steps done`);
  }

  /** Shows how many points are done, of how many; `kept` of them were done before. */
  showPoints(done: number, total: number, kept: number): void {
    const seconds = Math.max(Date.now() - this.started, 1) / 1000;
    const rate = (done - kept) / seconds;
    const left = total - done;
    const rest = rate === 0 ? '' : `, about ${Math.ceil(left / rate)} s to go`;
    this.print(`${done} points done, ${left} left, ${rate.toFixed(1)} points/s${rest}`);
  }

  /** Shows how many tasks of a cluster are left, and how many of these run. */
  showTasks(left: number, running: number): void {
    this.print(`tasks: ${running} running, ${left - running} waiting`);
  }

  /** Clears the line. */
  end(): void {
    if (this.isTerminal && this.isShown) process.stderr.write('\r\u001b[2K');
  }

  private print(text: string): void {
    const now = Date.now();
    if (!this.isTerminal && now - this.printed < ELSEWHERE_MS) return;
    this.printed = now;
    process.stderr.write(this.isTerminal ? `\r\u001b[2K${text}` : `${text}\n`);
    this.isShown = true;
  }
}
