// The report of `housestyle replay`, shown without scripts and without anything from elsewhere.
import * as vscode from 'vscode';
import { Cancelled, type Cli } from '../cli';
import { folderOf } from '../documents';
import { withPolicy } from '../html';
import { percentOf } from '../percent';
import { showError } from './proposing';

/** Time for a report that somebody waits for. */
const BUDGET = '5m';

/** Shows the last report of this workspace, or makes one. */
export async function showReport(context: vscode.ExtensionContext, cli: Cli): Promise<void> {
  const cwd = folderOf()?.fsPath;
  const storage = context.storageUri;
  if (!cwd || !storage) return;
  const file = vscode.Uri.joinPath(storage, 'report.html');
  const made = await madeAt(file);
  const items = [
    ...(made ? [{ label: '$(open-preview) Show the last one', description: made.toLocaleString(), anew: false }] : []),
    { label: '$(beaker) Make one now', description: `at most ${BUDGET}, with the model at work`, anew: true },
  ];
  const picked = await vscode.window.showQuickPick(items, { placeHolder: "Measured on the repository's own history" });
  if (!picked || (picked.anew && !(await make(cli, cwd, storage, file)))) return;
  show(new TextDecoder().decode(await vscode.workspace.fs.readFile(file)));
}

async function madeAt(file: vscode.Uri): Promise<Date | undefined> {
  try {
    return new Date((await vscode.workspace.fs.stat(file)).mtime);
  } catch {
    return undefined;
  }
}

async function make(cli: Cli, cwd: string, storage: vscode.Uri, file: vscode.Uri): Promise<boolean> {
  const options = { location: vscode.ProgressLocation.Notification, title: 'Housestyle: measuring', cancellable: true };
  try {
    await vscode.workspace.fs.createDirectory(storage);
    await vscode.window.withProgress(options, async (progress, token) => {
      const onLine = (line: string) => {
        const percent = percentOf(line);
        progress.report({ message: percent === undefined ? line : `${line.split(':')[0]} ${percent} %` });
      };
      await cli.run(['replay', '--budget', BUDGET, '--report', file.fsPath], { cwd, token, onLine });
    });
    return true;
  } catch (error) {
    return error instanceof Cancelled ? false : showError(error);
  }
}

function show(html: string): void {
  const options = { enableScripts: false, enableForms: false, enableCommandUris: false, localResourceRoots: [] };
  const panel = vscode.window.createWebviewPanel('housestyle.report', 'Housestyle: report', vscode.ViewColumn.Active, options);
  panel.webview.html = withPolicy(html);
}
