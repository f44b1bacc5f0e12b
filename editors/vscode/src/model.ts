// Models: which there are, fetching one, choosing one.
import * as vscode from 'vscode';
import { Cancelled, type Cli } from './cli';
import { percentOf } from './percent';
import { SECTION } from './settings';

export interface Model {
  name: string;
  about: string;
  default: boolean;
  licence: string;
  size: number;
  status: string;
}

/** Returns the catalogue with what is here of it. */
export async function models(cli: Cli): Promise<Model[]> {
  return (await cli.json<{ models: Model[] }>(['model', 'list'])).models;
}

/** Returns the one that completions use; undefined for a file of the user's own. */
export function chosen(models: Model[]): Model | undefined {
  const name = vscode.workspace.getConfiguration(SECTION).get('model', '');
  return models.find((model) => (name ? model.name === name : model.default));
}

/** Fetches a model while a bar shows how far it is; returns whether it is here now. */
export async function download(cli: Cli, name?: string): Promise<boolean> {
  const options = { location: vscode.ProgressLocation.Notification, title: 'Housestyle: fetching the model', cancellable: true };
  try {
    await vscode.window.withProgress(options, async (progress, token) => {
      let shown = 0;
      const onLine = (line: string) => {
        const percent = percentOf(line);
        if (percent === undefined) return progress.report({ message: line });
        progress.report({ message: `${percent} %`, increment: Math.max(0, percent - shown) });
        shown = Math.max(shown, percent);
      };
      await cli.run(['model', 'pull', ...(name ? [name] : [])], { token, onLine });
    });
    return true;
  } catch (error) {
    if (error instanceof Cancelled) return false;
    const again = 'Try again';
    const text = `Housestyle: the model could not be fetched: ${(error as Error).message}`;
    const answer = await vscode.window.showErrorMessage(text, again, 'Show output');
    if (answer === again) return download(cli, name);
    if (answer) await vscode.commands.executeCommand('housestyle.showOutput');
    return false;
  }
}

/** Lets the user choose a model, and fetches it where it is not here; returns whether the server has to read it anew. */
export async function select(cli: Cli): Promise<boolean> {
  const list = await models(cli);
  const current = chosen(list);
  const items = list.map((model) => ({
    label: `${model.name === current?.name ? '$(check)' : '$(blank)'} ${model.name}`,
    description: model.status === 'present' ? 'here' : `${Math.round(model.size / 1e6)} MB to fetch`,
    detail: `${model.about} · ${model.licence}`,
    model,
  }));
  const picked = await vscode.window.showQuickPick(items, { placeHolder: 'The model that writes completions' });
  if (!picked) return false;
  const isNew = picked.model.status !== 'present';
  if (isNew && !(await download(cli, picked.model.name))) return false;
  const value = picked.model.default ? undefined : picked.model.name;
  await vscode.workspace.getConfiguration(SECTION).update('model', value, vscode.ConfigurationTarget.Global);
  return isNew && picked.model.name === current?.name;
}
