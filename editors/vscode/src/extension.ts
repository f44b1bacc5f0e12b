// Puts the parts together when VS Code has started.
import * as vscode from 'vscode';
import { Advice } from './advice';
import { Cli } from './cli';
import { isServed } from './documents';
import { showMenu } from './menu';
import * as model from './model';
import { Pages } from './pages';
import { DID_FOCUS } from './protocol';
import { registerReview } from './review/review';
import { NEEDS_RESTART, Server } from './server';
import { SECTION } from './settings';
import { Snooze } from './snooze';
import { StatusBar } from './statusBar';
import { toggle } from './toggle';
import { showWhy } from './why';

let running: Server | undefined;

export function activate(context: vscode.ExtensionContext): void {
  const channel = vscode.window.createOutputChannel('Housestyle', { log: true });
  const cli = new Cli(context, channel);
  const server = new Server(context, channel);
  const snooze = new Snooze(server);
  const pages = new Pages();
  running = server;

  const commands: Record<string, (...args: never[]) => unknown> = {
    menu: () => showMenu(server, snooze),
    showWhy: () => showWhy(server, pages),
    toggleFile: () => toggle('file'),
    toggleLanguage: () => toggle('language'),
    toggleEverywhere: () => toggle('everywhere'),
    snooze: (minutes?: number) => snoozeFor(snooze, minutes),
    resume: () => snooze.end(),
    restart: () => server.restart(),
    showOutput: () => channel.show(),
    selectModel: async () => ((await model.select(cli)) ? server.restart() : undefined),
    downloadModel: async () => ((await model.download(cli)) ? server.restart() : undefined),
  };
  context.subscriptions.push(
    channel,
    server,
    snooze,
    pages,
    new StatusBar(server, snooze),
    new Advice(server, cli),
    ...Object.entries(commands).map(([name, run]) => vscode.commands.registerCommand(`${SECTION}.${name}`, run)),
    vscode.workspace.onDidChangeConfiguration((event) => configurationChanged(server, event)),
    vscode.workspace.onDidGrantWorkspaceTrust(() => server.sendSettings()),
    vscode.window.onDidChangeActiveTextEditor((editor) => focus(server, editor)),
    server.onStart(() => void started(server)),
  );
  registerReview(context, cli, pages);
  void server.start();
}

export function deactivate(): Promise<void> | undefined {
  return running?.stop();
}

async function started(server: Server): Promise<void> {
  // The walkthrough's first step is done.
  await vscode.commands.executeCommand('setContext', 'housestyle.ready', true);
  await focus(server, vscode.window.activeTextEditor);
}

async function snoozeFor(snooze: Snooze, minutes: number | undefined): Promise<void> {
  const choices = [5, 15, 60].map((each) => ({ label: `${each} minutes`, minutes: each }));
  const chosen = minutes ?? (await vscode.window.showQuickPick(choices, { placeHolder: 'Quiet for how long?' }))?.minutes;
  if (chosen) await snooze.start(chosen);
}

async function configurationChanged(server: Server, event: vscode.ConfigurationChangeEvent): Promise<void> {
  if (!event.affectsConfiguration(SECTION)) return;
  if (NEEDS_RESTART.some((name) => event.affectsConfiguration(name))) await server.restart();
  // Off everywhere there is no server; switched on again there has to be one.
  else if (event.affectsConfiguration(`${SECTION}.enabled`)) await server.followSwitch();
}

/** The server reads ahead where the user looks. */
async function focus(server: Server, editor: vscode.TextEditor | undefined): Promise<void> {
  if (!isServed(editor?.document)) return;
  await server.notify(DID_FOCUS, { textDocument: { uri: editor.document.uri.toString() } });
}
