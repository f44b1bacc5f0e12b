// Runs `housestyle COMMAND` beside the server and reads its JSON.
import { spawn } from 'node:child_process';
import type * as vscode from 'vscode';
import { binary, globalOptions } from './commandLine';

/** The program said no: its own sentence. */
export class CliError extends Error {}
export class Cancelled extends Error {}

export interface Call {
  cwd?: string | undefined;
  token?: vscode.CancellationToken;
  /** Gets each line of what it says on the way. */
  onLine?: (line: string) => void;
  /** A check that said no (exit 1) has printed its document all the same. */
  mayRefuse?: boolean;
}

export class Cli {
  constructor(
    private readonly context: vscode.ExtensionContext,
    private readonly log: vscode.LogOutputChannel,
  ) {}

  /** Returns the JSON document that a command prints. */
  async json<T>(args: string[], call: Call = {}): Promise<T> {
    const output = await this.run(['--json', ...args], call);
    try {
      return JSON.parse(output) as T;
    } catch {
      throw new CliError(`housestyle ${args.join(' ')} printed no JSON: ${output.slice(0, 200)}`);
    }
  }

  /** Returns what a command prints. */
  run(args: string[], call: Call = {}): Promise<string> {
    const found = binary(this.context);
    if ('problem' in found) return Promise.reject(new CliError(found.problem));
    const line = [...globalOptions(), ...args];
    this.log.debug(`housestyle ${line.join(' ')}`);
    return new Promise((resolve, reject) => {
      const child = spawn(found.path, line, {
        cwd: call.cwd,
        stdio: ['ignore', 'pipe', 'pipe'],
        windowsHide: true,
      });
      const cancelling = call.token?.onCancellationRequested(() => child.kill());
      let out = '';
      const err = new Lines(call.onLine);
      child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
      child.stderr.setEncoding('utf8').on('data', (text: string) => err.take(text));
      child.on('error', (error) => reject(new CliError(`${found.path}: ${error.message}`)));
      child.on('close', (code) => {
        cancelling?.dispose();
        if (call.token?.isCancellationRequested) return reject(new Cancelled());
        if (code === 0 || (code === 1 && call.mayRefuse && out)) return resolve(out);
        this.log.warn(`housestyle ${line.join(' ')}: exit ${code}\n${err.all}`);
        reject(new CliError(problem(err.all) || `housestyle ${args.join(' ')} ended with ${code}`));
      });
    });
  }
}

/** Returns the sentence with which the program says why it failed: its last line. */
function problem(text: string): string {
  return (text.trim().split('\n').at(-1) ?? '').replace(/^housestyle: /, '');
}

/** Cuts what comes in pieces into lines. */
class Lines {
  all = '';
  private begun = '';

  constructor(private readonly onLine: ((line: string) => void) | undefined) {}

  take(text: string): void {
    this.all += text;
    const lines = (this.begun + text).split(/\r?\n|\r/);
    this.begun = lines.pop() ?? '';
    for (const line of lines) this.onLine?.(line);
  }
}
