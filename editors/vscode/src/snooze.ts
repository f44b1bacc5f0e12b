// Quiet for a while: the server is paused, and goes on by itself.
import * as vscode from 'vscode';
import type { Server } from './server';

export class Snooze implements vscode.Disposable {
  /** When completions go on; undefined while they are not snoozed. */
  until: Date | undefined;
  private timer: NodeJS.Timeout | undefined;
  private readonly listening: vscode.Disposable;

  constructor(private readonly server: Server) {
    // A server that was started anew knows nothing of it.
    this.listening = server.onChange((known) => {
      if (this.until && (known.state === 'ready' || known.state === 'loading')) void server.pause(true);
      if (!this.until) return;
      if (known.state === 'stopped') this.forget();
    });
  }

  async start(minutes: number): Promise<void> {
    this.forget();
    this.until = new Date(Date.now() + minutes * 60_000);
    this.timer = setTimeout(() => void this.end(), minutes * 60_000);
    await this.server.pause(true);
  }

  async end(): Promise<void> {
    this.forget();
    await this.server.pause(false);
  }

  dispose(): void {
    this.forget();
    this.listening.dispose();
  }

  private forget(): void {
    clearTimeout(this.timer);
    this.until = undefined;
  }
}
