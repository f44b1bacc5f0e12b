// An error is shown once, with buttons that do something about it.
import * as vscode from 'vscode';
import type { Cli } from './cli';
import { chosen, models } from './model';
import type { Known, Server } from './server';

const DOWNLOAD = 'Download model';
const CHOOSE = 'Choose another';
const RESTART = 'Restart';
const OUTPUT = 'Show output';
const SETTINGS = 'Open settings';
const README = 'How to install';

export class Advice implements vscode.Disposable {
  private readonly listening: vscode.Disposable;
  private shown: string | undefined;

  constructor(
    server: Server,
    private readonly cli: Cli,
  ) {
    this.listening = server.onChange((known) => void this.advise(known));
  }

  dispose(): void {
    this.listening.dispose();
  }

  private async advise(known: Known): Promise<void> {
    if (known.state === 'ready' || known.state === 'stopped') this.shown = undefined;
    if (known.state !== 'missing' && known.state !== 'crashed' && known.state !== 'error') return;
    if (known.message === this.shown) return;
    this.shown = known.message;
    const message = `Housestyle: ${known.message}`;
    const answer =
      known.state === 'missing'
        ? await vscode.window.showErrorMessage(message, SETTINGS, README)
        : known.state === 'crashed'
          ? await vscode.window.showErrorMessage(`${message}.`, RESTART, OUTPUT)
          : await this.adviseOnModel(message);
    if (answer) await act(answer);
  }

  private async adviseOnModel(message: string): Promise<string | undefined> {
    const list = await models(this.cli).catch(() => []);
    const model = chosen(list);
    if (model && model.status !== 'present') {
      const megabytes = Math.round(model.size / 1e6);
      const text = `Housestyle: the model ${model.name} is not on this machine yet (${megabytes} MB).`;
      return vscode.window.showErrorMessage(text, DOWNLOAD, CHOOSE, OUTPUT);
    }
    return vscode.window.showErrorMessage(message, RESTART, OUTPUT);
  }
}

async function act(answer: string): Promise<void> {
  switch (answer) {
    case DOWNLOAD:
      return vscode.commands.executeCommand('housestyle.downloadModel');
    case CHOOSE:
      return vscode.commands.executeCommand('housestyle.selectModel');
    case RESTART:
      return vscode.commands.executeCommand('housestyle.restart');
    case OUTPUT:
      return vscode.commands.executeCommand('housestyle.showOutput');
    case SETTINGS:
      // Which program runs is a matter of the machine: in a remote window that is the remote one's setting.
      return vscode.env.remoteName
        ? vscode.commands.executeCommand('workbench.action.openRemoteSettings', { query: 'housestyle.server' })
        : vscode.commands.executeCommand('workbench.action.openSettings', 'housestyle.server');
    case README:
      return vscode.commands.executeCommand('workbench.action.openWalkthrough', 'housestyle.housestyle#start');
  }
}
