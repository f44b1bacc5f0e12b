// A real VS Code: code-server with its own settings and extensions, and a browser that shows its windows.
import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import net from 'node:net';
import { join } from 'node:path';
import { Window } from './window.mjs';

const TOOLS = process.env.VSCODE_TOOLS;
const { chromium } = createRequire(join(TOOLS, 'playwright', 'package.json'))('playwright-core');

/** What would come and go on the screen, or ask something, while a test looks. */
const QUIET = {
  'workbench.startupEditor': 'none',
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'workbench.enableExperiments': false,
  'workbench.tips.enabled': false,
  'telemetry.telemetryLevel': 'off',
  'security.workspace.trust.startupPrompt': 'never',
  'security.workspace.trust.banner': 'never',
  'extensions.autoCheckUpdates': false,
  'extensions.autoUpdate': false,
  'extensions.ignoreRecommendations': true,
  'update.mode': 'none',
  'git.enabled': false,
  'chat.disableAIFeatures': true,
  'editor.quickSuggestions': { other: 'off', comments: 'off', strings: 'off' },
  'editor.suggestOnTriggerCharacters': false,
  'editor.autoClosingBrackets': 'never',
  'editor.autoIndent': 'none',
  'editor.hover.enabled': false,
  'editor.lightbulb.enabled': 'off',
  'files.autoSave': 'off',
};

export class Code {
  /**
   * @param {string} root a folder of its own
   * @param {{vsix?: string, trust?: boolean, settings?: object, environment?: object}} options
   */
  constructor(root, options = {}) {
    this.root = root;
    this.options = options;
    this.output = '';
    this.windows = [];
  }

  async start() {
    const { vsix, trust = true, settings = {}, environment = {} } = this.options;
    const folder = (name) => {
      const path = join(this.root, name);
      mkdirSync(path, { recursive: true });
      return path;
    };
    const data = folder('data');
    for (const where of ['User', 'Machine']) {
      mkdirSync(join(data, where), { recursive: true });
      writeFileSync(join(data, where, 'settings.json'), JSON.stringify({ ...QUIET, ...settings }));
    }
    // As the extension's README says.
    const line = { key: 'ctrl+alt+right', command: 'editor.action.inlineSuggest.acceptNextLine', when: 'inlineSuggestionVisible && !editorReadonly' };
    writeFileSync(join(data, 'User', 'keybindings.json'), JSON.stringify([line]));
    const user = '[user]\n\tname = Ann\n\temail = ann@example.org\n';
    writeFileSync(join(folder('home'), '.gitconfig'), user);
    const config = join(this.root, 'config.yaml');
    writeFileSync(config, ''); // else it writes to the user's own
    const own = ['--config', config, '--user-data-dir', data, '--extensions-dir', folder('extensions')];
    const node = join(TOOLS, 'node');
    const entry = join(TOOLS, 'entry.js');
    const env = { ...process.env, HOME: folder('home'), VSCODE_PROXY_URI: '', ...environment };
    if (vsix) execFileSync(node, [entry, ...own, '--install-extension', vsix], { stdio: 'ignore', env });
    this.port = await freePort();
    const flags = ['--auth', 'none', '--bind-addr', `127.0.0.1:${this.port}`, '--disable-telemetry', '--disable-update-check'];
    flags.push('--reconnection-grace-time', '10'); // seconds; the word that a window is closed may be lost with it
    if (trust) flags.push('--disable-workspace-trust');
    this.server = spawn(node, [entry, ...own, ...flags], { detached: true, stdio: ['ignore', 'pipe', 'pipe'], env });
    for (const stream of [this.server.stdout, this.server.stderr]) stream.on('data', (text) => (this.output += text));
    const [browser] = await Promise.all([launch(folder('browser')), this.answers()]);
    this.browser = browser;
    return this;
  }

  async answers() {
    const until = Date.now() + 90_000;
    for (;;) {
      const up = await fetch(`http://127.0.0.1:${this.port}/healthz`).then((answer) => answer.ok, () => false);
      if (up) return;
      if (Date.now() > until) throw new Error(`code-server does not answer\n${this.output}`);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }

  /**
   * Opens a folder, and a text file of it with the cursor in its editor. A file of another kind is opened later, by
   * `quickOpen`: a window that starts may not know yet which extension has an editor for it, and then shows its text.
   */
  async open(folder, file) {
    const page = await this.browser.newPage();
    const window = new Window(page, folder);
    this.windows.push(window);
    const authority = `127.0.0.1:${this.port}`;
    const payload = file ? [['openFile', `vscode-remote://${authority}${join(folder, file)}`]] : [];
    const query = new URLSearchParams({ folder, payload: JSON.stringify(payload) });
    await page.goto(`http://${authority}/?${query}`);
    await page.waitForSelector('.monaco-workbench .statusbar', { timeout: 120_000 });
    if (file) await window.focus(file);
    return window;
  }

  async closeWindows() {
    for (const window of this.windows.splice(0)) await window.close();
  }

  async stop() {
    await this.browser?.close().catch(() => {});
    try {
      process.kill(-this.server.pid, 'SIGTERM'); // its group: helpers outlive it otherwise
    } catch {}
  }
}

function launch(folder) {
  return chromium.launchPersistentContext(folder, {
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    headless: true,
    viewport: { width: 1100, height: 640 },
    args: [
      '--no-sandbox', // a test often runs as root, in a container
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}

function freePort() {
  return new Promise((resolve) => {
    const server = net.createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}
