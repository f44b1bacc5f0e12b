// The status bar item: always what the server is doing, and why there is nothing here.
import * as vscode from 'vscode';
import { isServed } from './documents';
import { type Here, face } from './face';
import type { Outcome } from './protocol';
import type { Known, Server } from './server';
import type { Snooze } from './snooze';

/** The model often answers sooner; an icon that comes and goes with every key would only be in the way. */
const THINKING_AFTER_MS = 150;

export class StatusBar implements vscode.Disposable {
  private readonly item = vscode.window.createStatusBarItem('housestyle', vscode.StatusBarAlignment.Right, 100);
  private readonly listening: vscode.Disposable[];
  private thinking: NodeJS.Timeout | undefined;
  /** How the last request in the document that is looked at ended. */
  private last: Outcome | undefined;
  /** The last outcome that a status brought, as JSON. */
  private seen: string | undefined;

  constructor(
    private readonly server: Server,
    private readonly snooze: Snooze,
  ) {
    this.item.name = 'Housestyle';
    this.item.command = 'housestyle.menu';
    this.listening = [
      this.item,
      server.onChange((known) => this.changed(known)),
      vscode.window.onDidChangeActiveTextEditor(() => {
        this.last = undefined;
        this.draw(this.server.known);
      }),
      vscode.workspace.onDidGrantWorkspaceTrust(() => this.draw(this.server.known)),
    ];
    this.draw(server.known);
    this.item.show();
  }

  dispose(): void {
    clearTimeout(this.thinking);
    for (const each of this.listening) each.dispose();
  }

  private changed(known: Known): void {
    // Every status repeats the last outcome; only a new one is about the document that is looked at now.
    if ('last' in known && known.last && JSON.stringify(known.last) !== this.seen) {
      this.seen = JSON.stringify(known.last);
      this.last = known.last;
    }
    if (known.state !== 'thinking') return this.draw(known);
    if (this.thinking) return;
    this.thinking = setTimeout(() => this.draw(this.server.known), THINKING_AFTER_MS);
  }

  private draw(known: Known): void {
    clearTimeout(this.thinking);
    this.thinking = undefined;
    const { text, tooltip, tint } = face(known, this.here());
    this.item.text = text;
    this.item.tooltip = `${tooltip}\n\nClick for more.`;
    this.item.accessibilityInformation = { label: `Housestyle: ${tooltip}` };
    this.item.backgroundColor = tint ? new vscode.ThemeColor(`statusBarItem.${tint}Background`) : undefined;
  }

  private here(): Here {
    const document = vscode.window.activeTextEditor?.document;
    const scheme = document?.uri.scheme;
    return {
      unserved: document === undefined || isServed(document) ? undefined : `there are no completions in ${scheme}: documents`,
      last: this.last,
      snoozedUntil: this.snooze.until,
      trusted: vscode.workspace.isTrusted,
    };
  }
}
