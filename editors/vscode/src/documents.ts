// Which documents are completed: those that a person writes. Not output panes, old sides of a diff, or what is read-only.
import * as vscode from 'vscode';

export const SCHEMES = ['file', 'untitled', 'vscode-notebook-cell'];

export const SELECTOR = SCHEMES.map((scheme) => ({ scheme }));

/** Returns whether the server knows this document. */
export function isServed(document: vscode.TextDocument | undefined): document is vscode.TextDocument {
  return document !== undefined && SCHEMES.includes(document.uri.scheme);
}

/** Returns the folder that a document, or else the window, is about. */
export function folderOf(uri: vscode.Uri | undefined = vscode.window.activeTextEditor?.document.uri): vscode.Uri | undefined {
  const folders = vscode.workspace.workspaceFolders ?? [];
  const own = uri && vscode.workspace.getWorkspaceFolder(uri);
  return (own ?? folders.find((folder) => folder.uri.scheme === 'file'))?.uri;
}
