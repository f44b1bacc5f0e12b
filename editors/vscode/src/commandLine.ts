// The binary and the options that every call of it gets, the server's and the others'.
import * as vscode from 'vscode';
import { findBinary } from './binary';
import { SECTION } from './settings';

/** Returns the binary, or a sentence that says what to do. */
export function binary(context: vscode.ExtensionContext): { path: string } | { problem: string } {
  const named = vscode.workspace.getConfiguration(SECTION).get('server.path', '');
  return findBinary({ named, extensionFolder: context.extensionPath, path: process.env['PATH'] ?? '' });
}

/** Returns the options for the model and the network. */
export function globalOptions(): string[] {
  const configuration = vscode.workspace.getConfiguration(SECTION);
  const model = configuration.get('model', '');
  return [...(model ? ['--model', model] : []), ...(configuration.get('offline', false) ? ['--offline'] : [])];
}

/** Returns what `serve` gets besides. */
export function serveOptions(): string[] {
  return vscode.workspace.getConfiguration(SECTION).get<string[]>('server.args', []);
}
