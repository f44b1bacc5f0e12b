// Adapters: approved, made active, and back again; each is asked for once more, as it changes what is suggested.
import * as vscode from 'vscode';
import type { Cli } from '../cli';
import { folderOf } from '../documents';
import { type Adapter, label } from './adapters';
import { showError } from './proposing';

export async function approve(cli: Cli, adapter: Adapter): Promise<boolean> {
  const cwd = folderOf()?.fsPath;
  const yes = 'Approve';
  if (!cwd || !(await sure(`Approve adapter ${label(adapter)}?`, 'For this machine, unless the team merged it.', yes))) return false;
  let ungated: string[] = [];
  if (!adapter.eligible) {
    const prompt = `The gate: ${adapter.gate ?? 'not passed'}. Why is it approved all the same?`;
    const why = await vscode.window.showInputBox({ prompt, validateInput: (text) => (text.trim() ? undefined : 'A reason is needed.') });
    if (!why) return false;
    ungated = ['--ungated', why];
  }
  return cli.run(['adapter', 'approve', String(adapter.number), ...ungated], { cwd }).then(() => true, showError);
}

export async function activate(cli: Cli, adapter: Adapter): Promise<boolean> {
  const cwd = folderOf()?.fsPath;
  const detail = 'Completions use it from the next request on; the server is not restarted.';
  if (!cwd || !(await sure(`Activate adapter ${label(adapter)}?`, detail, 'Activate'))) return false;
  return cli.run(['adapter', 'activate', String(adapter.number)], { cwd }).then(() => true, showError);
}

export async function rollback(cli: Cli): Promise<boolean> {
  const cwd = folderOf()?.fsPath;
  const detail = 'The version that was active before takes part again, as a new version.';
  if (!cwd || !(await sure('Go back to the adapter before?', detail, 'Go back'))) return false;
  return cli.run(['adapter', 'rollback'], { cwd }).then(() => true, showError);
}

async function sure(question: string, detail: string, yes: string): Promise<boolean> {
  return (await vscode.window.showWarningMessage(question, { modal: true, detail }, yes)) === yes;
}
