// Placeholder until the views are there.
import type * as vscode from 'vscode';
export function registerReview(_context: vscode.ExtensionContext, _parts: unknown): void {}
