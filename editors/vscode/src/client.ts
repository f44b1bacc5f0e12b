// One connection to one server process: what it serves, and what is put between it and VS Code.
import * as vscode from 'vscode';
import {
  CloseAction,
  DidChangeConfigurationNotification,
  ErrorAction,
  type Executable,
  LanguageClient,
  type Middleware,
  RevealOutputChannelOn,
  TransportKind,
} from 'vscode-languageclient/node';
import { SELECTOR } from './documents';
import { ACCEPTED, STATUS, type Status } from './protocol';
import { SECTION, collect } from './settings';

export interface Connection {
  command: string;
  args: string[];
  /** The names of the server's settings. */
  settings: string[];
  channel: vscode.LogOutputChannel;
  onStatus(status: Status): void;
  onClosed(): void;
}

/** Returns a client that does not restart by itself: `Server` decides that. */
export function connect(connection: Connection): LanguageClient {
  const run: Executable = { command: connection.command, args: connection.args, transport: TransportKind.stdio };
  const client: LanguageClient = new LanguageClient(
    SECTION,
    'Housestyle',
    { run, debug: run },
    {
      documentSelector: SELECTOR,
      diagnosticCollectionName: SECTION,
      outputChannel: connection.channel,
      traceOutputChannel: connection.channel,
      revealOutputChannelOn: RevealOutputChannelOn.Never,
      // The rest is asked for before the model is loaded. What is said here could only be overruled, never unset.
      initializationOptions: () => ({ trusted: vscode.workspace.isTrusted }),
      initializationFailedHandler: () => false,
      errorHandler: {
        error: () => ({ action: ErrorAction.Continue, handled: true }),
        closed: () => {
          connection.onClosed();
          return { action: CloseAction.DoNotRestart, handled: true, message: 'The server ended.' };
        },
      },
      middleware: middleware(connection.settings, () => client),
    },
  );
  let failure: string | undefined;
  client.onNotification(STATUS, (status: Status) => {
    failure = status.state === 'error' ? status.message : undefined;
    connection.onStatus(status);
  });
  client.onNotification('window/showMessage', ({ message }: { message: string }) => {
    connection.channel.info(message);
    // An error is shown once, with a button that helps: see `advice.ts`.
    if (!failure || !message.includes(failure)) void vscode.window.showWarningMessage(message);
  });
  return client;
}

function middleware(settings: string[], client: () => LanguageClient): Middleware {
  let afterAccept = false;
  return {
    provideInlineCompletionItems: (document, position, context, token, next) => {
      // Nobody asked for this one by hand, and the server is more reserved while typing.
      const asked = afterAccept
        ? { ...context, triggerKind: vscode.InlineCompletionTriggerKind.Automatic }
        : context;
      afterAccept = false;
      return next(document, position, asked, token);
    },
    executeCommand: async (command, args, next) => {
      const result: unknown = await next(command, args);
      if (command === ACCEPTED) {
        // VS Code does not ask again after an item that has a command.
        afterAccept = true;
        void vscode.commands.executeCommand('setContext', 'housestyle.accepted', true); // for the walkthrough
        await vscode.commands.executeCommand('editor.action.inlineSuggest.trigger');
      }
      return result;
    },
    workspace: {
      configuration: (params) =>
        params.items.map((item) => (item.section === SECTION ? collect(settings) : null)),
      didChangeConfiguration: () => sendSettings(client(), settings),
    },
  };
}

/** Tells the server what is set now. */
export function sendSettings(client: LanguageClient, settings: string[]): Promise<void> {
  return client.sendNotification(DidChangeConfigurationNotification.type, {
    settings: { [SECTION]: collect(settings) },
  });
}
