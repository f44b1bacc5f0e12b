// The menu behind the status bar item: what can be asked and done, with what holds now.
import * as vscode from 'vscode';
import { isServed } from './documents';
import type { Server } from './server';
import type { Snooze } from './snooze';
import { isOn } from './toggle';

interface Entry extends vscode.QuickPickItem {
  command?: string;
  arguments?: unknown[];
}

export async function showMenu(server: Server, snooze: Snooze): Promise<void> {
  const placeHolder = `Housestyle: ${server.known.message}`;
  const picked = await vscode.window.showQuickPick(entries(server, snooze), { placeHolder, matchOnDescription: true });
  if (picked?.command) await vscode.commands.executeCommand(picked.command, ...(picked.arguments ?? []));
}

function entries(server: Server, snooze: Snooze): Entry[] {
  const document = vscode.window.activeTextEditor?.document;
  const known = server.known;
  return [
    ...remedy(known.state),
    { label: '$(question) Why is there nothing?', command: 'housestyle.showWhy' },
    separator('Switch'),
    ...(isServed(document)
      ? [
          switching('this file', isOn('file', document), 'housestyle.toggleFile'),
          switching(`language ${document.languageId}`, isOn('language', document), 'housestyle.toggleLanguage'),
        ]
      : []),
    switching('everywhere', isOn('everywhere'), 'housestyle.toggleEverywhere'),
    ...(snooze.until || known.state === 'paused'
      ? [{ label: '$(bell) Resume now', command: 'housestyle.resume' }]
      : [5, 15, 60].map((minutes) => ({
          label: `$(bell-slash) Snooze for ${minutes} minutes`,
          command: 'housestyle.snooze',
          arguments: [minutes],
        }))),
    separator('What is learned'),
    { label: '$(law) Skills', description: "the team's rules", command: 'housestyle.skills.focus' },
    { label: '$(layers) Adapters', description: 'list, activate, go back', command: 'housestyle.adapters.focus' },
    { label: '$(graph) Report', description: 'what learning is worth here', command: 'housestyle.report' },
    separator('The server'),
    {
      label: '$(chip) Model',
      description: ('model' in known && known.model) || '',
      command: 'housestyle.selectModel',
    },
    { label: '$(debug-restart) Restart', command: 'housestyle.restart' },
    { label: '$(output) Output', command: 'housestyle.showOutput' },
    { label: '$(gear) Settings', command: 'workbench.action.openSettings', arguments: ['@ext:housestyle.housestyle'] },
  ];
}

/** What helps against an error comes first. */
function remedy(state: Server['known']['state']): Entry[] {
  if (state === 'error') return [{ label: '$(cloud-download) Download model', command: 'housestyle.downloadModel' }];
  if (state === 'crashed' || state === 'stopped') return [{ label: '$(debug-restart) Start the server', command: 'housestyle.restart' }];
  return [];
}

function switching(what: string, on: boolean, command: string): Entry {
  return { label: `${on ? '$(circle-slash) Switch off' : '$(check) Switch on'}: ${what}`, command };
}

function separator(label: string): Entry {
  return { label, kind: vscode.QuickPickItemKind.Separator };
}
