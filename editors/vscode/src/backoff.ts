// How long to wait before a crashed server is started again, and when to give up.

const FIRST_MS = 1000;
/** Crashes within `WINDOW_MS` after which a restart would only crash again. */
const MOST = 5;
const WINDOW_MS = 3 * 60 * 1000;

export class Backoff {
  private crashes: number[] = [];

  /** Notes a crash; returns the milliseconds to wait, or undefined to give up. */
  crashed(now: number): number | undefined {
    this.crashes = this.crashes.filter((time) => now - time < WINDOW_MS);
    this.crashes.push(now);
    return this.crashes.length > MOST ? undefined : FIRST_MS * 2 ** (this.crashes.length - 1);
  }

  /** The user asked for a restart: earlier crashes do not count. */
  forget(): void {
    this.crashes = [];
  }
}
