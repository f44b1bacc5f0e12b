// Runs the cases in a real VS Code, with the packaged extension and the built server.
// usage: drive.mjs [PATTERN]
//   $HOUSESTYLE_BIN   the server's binary
//   $VSIX             the extension
//   $VSCODE_TOOLS     what install.sh made
//   $SHOTS            a folder for pictures of what failed, and for those of the README
//   PATTERN           only cases whose name or file holds it
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { Code } from './code.mjs';
import { Desk } from './desk.mjs';

const LONGEST_MS = 180_000; // of one case
const here = dirname(fileURLToPath(import.meta.url));
const pattern = process.argv[2] ?? '';
const root = mkdtempSync(join(tmpdir(), 'housestyle-vscode-'));
const shots = process.env.SHOTS;
if (shots) mkdirSync(shots, { recursive: true });

/** What a case gets. */
class Case {
  constructor(code, folder, home) {
    this.code = code;
    this.folder = folder;
    this.home = home;
    this.desks = 0;
  }

  desk(options) {
    return new Desk(join(this.folder, `desk${++this.desks}`), this.home, options);
  }

  async open(desk, file) {
    this.window = await this.code.open(desk.folder, file);
    return this.window;
  }

  check(what, holds, seen = '') {
    if (!holds) throw new Error(`${what}${seen === '' ? '' : `: ${JSON.stringify(seen)}`}`);
  }

  equal(what, found, wanted) {
    this.check(what, found === wanted, { found, wanted });
  }

  async picture(name) {
    if (shots) await this.window.shot(join(shots, `${name}.png`));
  }
}

let passed = 0;
let failed = 0;
const codes = new Map();

/** Cases that want the same VS Code share it; each has a window of its own. */
async function codeFor(group) {
  const key = JSON.stringify(group);
  if (!codes.has(key)) {
    const folder = join(root, `code${codes.size}`);
    const home = join(folder, 'housestyle-home');
    mkdirSync(home, { recursive: true });
    const { binary = process.env.HOUSESTYLE_BIN, models, environment, ...rest } = group;
    const settings = { ...(binary ? { 'housestyle.server.path': binary } : {}), ...rest.settings };
    const state = models ?? home;
    const code = new Code(folder, { ...rest, vsix: process.env.VSIX, settings, environment: { HOUSESTYLE_HOME: state, ...environment } });
    codes.set(key, { code: code.start(), home: state });
  }
  const found = codes.get(key);
  return { code: await found.code, home: found.home };
}

async function run(name, group, test) {
  const began = Date.now();
  let context;
  try {
    const { code, home } = await codeFor(group);
    context = new Case(code, mkdtempSync(join(root, 'case-')), home);
    const limit = new Promise((_, reject) => setTimeout(() => reject(new Error('it took too long')), LONGEST_MS).unref());
    await Promise.race([test(context), limit]);
    passed++;
    console.log(`ok    ${name} (${((Date.now() - began) / 1000).toFixed(1)} s)`);
  } catch (error) {
    failed++;
    console.log(`FAIL  ${name}\n      ${error.stack ?? error}`);
    if (context?.window) {
      console.log(`      status: ${await context.window.statusTooltip().catch(() => '?')}`);
      if (shots) await context.picture(`failed-${name.replace(/\W+/g, '-')}`).catch(() => {});
    }
  } finally {
    await context?.code.closeWindows();
  }
}

for (const file of readdirSync(join(here, 'cases')).sort()) {
  const { default: cases, group = {} } = await import(pathToFileURL(join(here, 'cases', file)).href);
  for (const [name, test] of cases) {
    const full = `${basename(file, '.mjs')}: ${name}`;
    if (full.includes(pattern)) await run(full, group, test);
  }
}
for (const { code } of codes.values()) await (await code.catch(() => undefined))?.stop();
rmSync(root, { recursive: true, force: true, maxRetries: 5 });
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed > 0 || passed === 0 ? 1 : 0);
