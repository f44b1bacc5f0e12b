// Switching completions off and on: for this file, for its language, for everything. Each is a setting, so that it lasts
// and can be seen.
import * as vscode from 'vscode';
import { SECTION } from './settings';

type Where = 'file' | 'language' | 'everywhere';

/** Returns whether completions are switched on at a place, as far as these switches say. */
export function isOn(where: Where, document?: vscode.TextDocument): boolean {
  const configuration = vscode.workspace.getConfiguration(SECTION);
  switch (where) {
    case 'file':
      return !document || !ownGlobs().includes(globOf(document));
    case 'language':
      return !document || vscode.workspace.getConfiguration(SECTION, { languageId: document.languageId }).get('enabled', true);
    case 'everywhere':
      return configuration.get('enabled', true);
  }
}

export async function toggle(where: Where, document = vscode.window.activeTextEditor?.document): Promise<void> {
  if (where === 'everywhere') {
    const on = isOn(where);
    const target = vscode.ConfigurationTarget.Global;
    await vscode.workspace.getConfiguration(SECTION).update('enabled', on ? false : undefined, target);
    return;
  }
  if (!document) {
    void vscode.window.showInformationMessage('Housestyle: no document is open.');
    return;
  }
  if (where === 'language') {
    const configuration = vscode.workspace.getConfiguration(SECTION, { languageId: document.languageId });
    const on = isOn(where, document);
    const everywhere = isOn('everywhere');
    await configuration.update('enabled', on ? false : everywhere ? undefined : true, vscode.ConfigurationTarget.Global, true);
    return;
  }
  await toggleFile(document);
}

async function toggleFile(document: vscode.TextDocument): Promise<void> {
  if (!vscode.workspace.getWorkspaceFolder(document.uri)) {
    const text = 'Housestyle: this file is in no folder that is open, so there is no place to note it.';
    void vscode.window.showInformationMessage(text);
    return;
  }
  const glob = globOf(document);
  const own = ownGlobs();
  const globs = own.includes(glob) ? own.filter((each) => each !== glob) : [...own, glob];
  const value = globs.length > 0 ? globs : undefined;
  await vscode.workspace.getConfiguration(SECTION).update('disabled', value, vscode.ConfigurationTarget.Workspace);
}

/** The workspace's own list; what the server leaves alone by itself stays left alone. */
function ownGlobs(): string[] {
  return vscode.workspace.getConfiguration(SECTION).inspect<string[]>('disabled')?.workspaceValue ?? [];
}

/** Returns the glob that is this file alone: with a slash, so that it is a path and not any file of that name. */
function globOf(document: vscode.TextDocument): string {
  const path = vscode.workspace.asRelativePath(document.uri, false).replaceAll('*', '?');
  return path.includes('/') ? path : `/${path}`;
}
