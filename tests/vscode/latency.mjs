// Measures what the extension costs: from a key to the next frame with its letter, with and without the extension; its
// activation; and what the server does while nothing is asked.
// usage: latency.mjs      ($HOUSESTYLE_BIN, $VSIX and $VSCODE_TOOLS as in drive.mjs; $HOUSESTYLE_TEST_HOME for the idle server)
import { readFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Code } from './code.mjs';
import { Desk } from './desk.mjs';
import { sleep } from './window.mjs';

const ROUNDS = Number(process.env.ROUNDS ?? 4);
const LETTERS = 120; // a round
const PAUSE_MS = 90; // between keys: a quick typist
const IDLE_S = 20;
/** Answers that come while the typing goes on. */
const SLOW = { text: 'value_of_something = compute();', delay_ms: 200 };

const root = mkdtempSync(join(tmpdir(), 'housestyle-latency-'));

function quantile(values, share) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))];
}

/** Notes for each key the time from the event to the first frame after the line has changed. */
function watch() {
  const state = (window.keyTimes ??= { times: [], pressed: undefined });
  if (state.watching) return;
  state.watching = true;
  // Letters alone: after another key the next change of the line may be ghost text.
  const isLetter = (event) => event.key.length === 1 && !event.ctrlKey;
  document.addEventListener('keydown', (event) => (state.pressed = isLetter(event) ? performance.now() : undefined), true);
  const changed = () => {
    const { pressed } = state;
    if (pressed === undefined) return;
    state.pressed = undefined;
    // The frame that draws it begins with this callback; what comes after the next one is on the screen.
    requestAnimationFrame(() => {
      const channel = new MessageChannel();
      channel.port1.onmessage = () => state.times.push(performance.now() - pressed);
      channel.port2.postMessage(0);
    });
  };
  new MutationObserver(changed).observe(document.querySelector('.editor-instance .view-lines'), {
    subtree: true,
    childList: true,
    characterData: true,
  });
}

async function typing(window) {
  await window.page.evaluate(watch);
  await window.page.evaluate(() => (window.keyTimes.times = []));
  for (let line = 0; line < LETTERS / 30; line++) {
    await window.press('Control+End', 'Enter');
    await window.type('let number = some_function(one', PAUSE_MS);
    await window.press('Escape');
  }
  await sleep(300);
  return window.page.evaluate(() => window.keyTimes.times);
}

async function editor(name, vsix) {
  const folder = join(root, name);
  const home = join(folder, 'housestyle-home');
  mkdirSync(home, { recursive: true });
  const settings = { 'housestyle.server.path': process.env.HOUSESTYLE_BIN };
  const code = await new Code(folder, { vsix, settings, environment: { HOUSESTYLE_HOME: home } }).start();
  const desk = new Desk(join(folder, 'desk'), home, { script: [SLOW], files: { 'a.rs': 'fn main() {}\n' } });
  const window = await code.open(desk.folder, 'a.rs');
  if (vsix) await window.waitForModel();
  await sleep(3000); // VS Code itself has things to do after its start
  return { code, window, desk };
}

/** Returns what VS Code's own page tells: the milliseconds for loading the code and for the call of `activate`. */
async function activation(window) {
  await window.command('Developer: Startup Performance');
  await window.page.locator('.view-line', { hasText: 'System Info' }).first().waitFor();
  for (let page = 0; page < 60; page += 1) {
    const lines = (await window.page.locator('.view-line').allInnerTexts()).map((line) => line.replaceAll('\u00a0', ' '));
    const row = lines.find((line) => /^\|\s*housestyle\./.test(line));
    if (row) {
      const [load, call] = row.split('|').slice(3).map(Number);
      return { load, call };
    }
    await window.press('PageDown');
  }
  throw new Error('VS Code tells of no activation');
}

const ticks = (pid) => {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
  return Number(fields[11]) + Number(fields[12]);
};

/** Returns the share of a core that the server takes while nothing happens. */
async function idle() {
  const home = process.env.HOUSESTYLE_TEST_HOME;
  if (!home) return undefined;
  const folder = join(root, 'idle');
  const settings = { 'housestyle.server.path': process.env.HOUSESTYLE_BIN };
  const code = await new Code(folder, { vsix: process.env.VSIX, settings, environment: { HOUSESTYLE_HOME: home } }).start();
  const desk = new Desk(join(folder, 'desk'), home, { files: { 'a.rs': 'fn main() {\n    let x = 1;\n}\n' } });
  const window = await (await code.open(desk.folder, 'a.rs')).waitForModel();
  await window.press('Control+End');
  await window.type('fn f() { ');
  await sleep(15_000); // what it does in idle time is done by then
  const pid = desk.server();
  const before = ticks(pid);
  await sleep(1000 * IDLE_S);
  const share = (ticks(pid) - before) / 100 / IDLE_S; // USER_HZ is 100 on Linux
  await code.stop();
  return share;
}

const plain = await editor('plain', undefined);
const ours = await editor('ours', process.env.VSIX);
const times = { plain: [], ours: [] };
await typing(plain.window); // the first letters are slower everywhere
await typing(ours.window);
for (let round = 0; round < ROUNDS; round++) {
  // By turns, so that what else the machine does falls on both.
  const order = round % 2 === 0 ? ['plain', 'ours'] : ['ours', 'plain'];
  for (const name of order) times[name].push(...(await typing({ plain, ours }[name].window)));
}
console.log('| key to frame, ms | keys | median | p95 |\n|---|--:|--:|--:|');
const row = (label, all) =>
  console.log(`| ${label} | ${all.length} | ${quantile(all, 0.5).toFixed(1)} | ${quantile(all, 0.95).toFixed(1)} |`);
row('without the extension', times.plain);
row('with it, answers after 200 ms', times.ours);
const slower = quantile(times.ours, 0.95) - quantile(times.plain, 0.95);
console.log(`\nslower at p95: ${slower.toFixed(1)} ms`);
const { load, call } = await activation(ours.window);
console.log(`activation: ${load + call} ms (${load} to load the code)`);
await Promise.all([plain.code.stop(), ours.code.stop()]);
const share = await idle();
if (share !== undefined) console.log(`server at rest: ${(100 * share).toFixed(2)} % of a core`);
rmSync(root, { recursive: true, force: true, maxRetries: 5 });
