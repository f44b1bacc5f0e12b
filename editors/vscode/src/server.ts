// Keeps the server running: started when it is wanted, started again after a crash, later each time.
import * as vscode from 'vscode';
import type { LanguageClient } from 'vscode-languageclient/node';
import { Backoff } from './backoff';
import { binary, globalOptions, serveOptions } from './commandLine';
import { TOGGLE, WHY, type Status, type Why } from './protocol';
import { SECTION, isOff, serverSettings } from './settings';

/** What is known of the server, from itself or, where there is none, from us. */
export type Known =
  | Status
  | { state: 'starting'; message: string }
  | { state: 'stopped'; message: string }
  | { state: 'missing'; message: string }
  | { state: 'crashed'; message: string };

export class Server implements vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<Known>();
  /** Fires whenever what is known changes. */
  readonly onChange = this.changed.event;
  private readonly started = new vscode.EventEmitter<void>();
  /** Fires when a server has its model, once for each server. */
  readonly onStart = this.started.event;
  known: Known = { state: 'stopped', message: 'not started' };

  private readonly settings: string[];
  private readonly backoff = new Backoff();
  private client: LanguageClient | undefined;
  private timer: NodeJS.Timeout | undefined;
  /** Starts and stops follow each other. */
  private turn: Promise<void> = Promise.resolve();

  constructor(
    private readonly context: vscode.ExtensionContext,
    private readonly channel: vscode.LogOutputChannel,
  ) {
    this.settings = serverSettings(context.extension);
  }

  /** Starts the server, if completions are wanted at all. */
  start(): Promise<void> {
    return this.inTurn(() => this.startNow());
  }

  /** Stops and starts it; crashes before do not count any more. */
  restart(): Promise<void> {
    this.backoff.forget();
    return this.inTurn(async () => {
      await this.stopNow();
      await this.startNow();
    });
  }

  /** Starts or stops it after the main switch was moved; the client sends the settings themselves. */
  followSwitch(): Promise<void> {
    return this.inTurn(async () => {
      if (!isOff()) return this.startNow();
      await this.stopNow();
      this.publish({ state: 'off', message: 'switched off in the settings' });
    });
  }

  /** Sends the settings, after something changed that the client does not see. */
  async sendSettings(): Promise<void> {
    if (this.isUp()) await (await import('./client.js')).sendSettings(this.client!, this.settings);
  }

  /** Sends a notification, if there is a server to get it. */
  async notify(method: string, params: unknown): Promise<void> {
    if (this.isUp()) await this.client!.sendNotification(method, params);
  }

  /** Returns why there were suggestions or none; undefined without a server. */
  async why(): Promise<Why | undefined> {
    return this.isUp() ? vscode.commands.executeCommand<Why>(WHY) : undefined;
  }

  /** Pauses completions, or lets them go on. */
  async pause(paused: boolean): Promise<void> {
    if (this.isUp()) await vscode.commands.executeCommand(TOGGLE, !paused);
  }

  dispose(): void {
    clearTimeout(this.timer);
    this.changed.dispose();
    this.started.dispose();
  }

  /** Ends the server with VS Code. */
  stop(): Promise<void> {
    return this.inTurn(() => this.stopNow());
  }

  private isUp(): boolean {
    return this.client?.isRunning() ?? false;
  }

  private inTurn(task: () => Promise<void>): Promise<void> {
    this.turn = this.turn.then(task, task).catch((error: unknown) => this.channel.error(String(error)));
    return this.turn;
  }

  private async startNow(): Promise<void> {
    clearTimeout(this.timer);
    if (this.client) return;
    if (isOff()) return this.publish({ state: 'off', message: 'switched off in the settings' });
    const found = binary(this.context);
    if ('problem' in found) return this.publish({ state: 'missing', message: found.problem });
    this.publish({ state: 'starting', message: 'starting' });
    // The protocol's library is most of our code: VS Code need not wait for it when it starts.
    const { connect } = await import('./client.js');
    const args = [...globalOptions(), 'serve', ...serveOptions()];
    this.channel.info(`${found.path} ${args.join(' ')}`);
    let isReady = false;
    const client = connect({
      command: found.path,
      args,
      settings: this.settings,
      channel: this.channel,
      onStatus: (status) => {
        if (client !== this.client) return;
        this.publish(status);
        if (isReady || status.model === undefined) return;
        isReady = true;
        this.started.fire();
      },
      onClosed: () => this.crashed(client),
    });
    this.client = client;
    try {
      await client.start();
    } catch (error) {
      this.channel.error(`the server did not start: ${String(error)}`);
      this.crashed(client);
    }
  }

  private async stopNow(): Promise<void> {
    clearTimeout(this.timer);
    const client = this.client;
    this.client = undefined;
    // A server that does not answer is ended by the client after a while.
    await client?.dispose().catch((error: unknown) => this.channel.warn(String(error)));
    this.publish({ state: 'stopped', message: 'stopped' });
  }

  private crashed(client: LanguageClient): void {
    if (client !== this.client) return; // it was stopped, or that is known already
    this.client = undefined;
    const wait = this.backoff.crashed(Date.now());
    if (wait === undefined) {
      return this.publish({ state: 'crashed', message: 'the server ended six times within three minutes' });
    }
    this.channel.warn(`The server ended; it is started again in ${wait / 1000} s.`);
    this.publish({ state: 'starting', message: `the server ended; it is started again in ${wait / 1000} s` });
    this.timer = setTimeout(() => void this.start(), wait);
  }

  private publish(known: Known): void {
    this.known = known;
    this.changed.fire(known);
  }
}

/** Settings that only a new process takes. */
export const NEEDS_RESTART = ['server.path', 'server.args', 'model', 'offline'].map((name) => `${SECTION}.${name}`);
