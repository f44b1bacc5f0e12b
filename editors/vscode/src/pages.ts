// Pages to read: Markdown that is in no file, shown by VS Code's own preview (no scripts, nothing from elsewhere).
import * as vscode from 'vscode';

const SCHEME = 'housestyle-page';

export class Pages implements vscode.TextDocumentContentProvider, vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<vscode.Uri>();
  readonly onDidChange = this.changed.event;
  private readonly texts = new Map<string, string>();
  private readonly registered = vscode.workspace.registerTextDocumentContentProvider(SCHEME, this);

  provideTextDocumentContent(uri: vscode.Uri): string {
    return this.texts.get(uri.toString()) ?? '';
  }

  /** Shows a page; one of the same title takes its place. */
  async show(title: string, markdown: string): Promise<void> {
    const uri = this.put(title, 'md', markdown);
    try {
      await vscode.commands.executeCommand('markdown.showPreview', uri);
    } catch {
      await vscode.window.showTextDocument(uri, { preview: true }); // the Markdown extension can be switched off
    }
  }

  /** Shows text as it is, coloured by its extension. */
  async showSource(title: string, extension: string, text: string): Promise<void> {
    await vscode.window.showTextDocument(this.put(title, extension, text), { preview: true });
  }

  dispose(): void {
    this.registered.dispose();
    this.changed.dispose();
  }

  private put(title: string, extension: string, text: string): vscode.Uri {
    const uri = vscode.Uri.from({ scheme: SCHEME, path: `/${title.replaceAll('/', '-')}.${extension}` });
    this.texts.set(uri.toString(), text);
    this.changed.fire(uri);
    return uri;
  }
}
