// Without a model, or without the program, it says so once and what to do.
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A home without models, and a network that refuses everything. */
export const group = {
  models: mkdtempSync(join(tmpdir(), 'housestyle-none-')),
  environment: { HTTPS_PROXY: 'http://127.0.0.1:9', HTTP_PROXY: 'http://127.0.0.1:9', PIP_INDEX_URL: 'http://127.0.0.1:9/simple', PIP_RETRIES: '0' },
};

const FILES = { 'a.rs': 'fn main() {\n    \n}\n' };

export default [
  [
    'no model: a download is offered, and offline it says what else to do',
    async (t) => {
      const window = await t.open(t.desk({ files: FILES, settings: { 'housestyle.offline': true } }), 'a.rs');
      const toast = await window.notification('is not on this machine yet');
      await t.picture('no-model');
      t.check('the size', /\d+ MB/.test(await toast.innerText()), await toast.innerText());
      const tooltip = await window.waitTooltip('housestyle model pull');
      t.check('the status tells what to do', tooltip.includes('housestyle model pull'), tooltip);
      await toast.getByText('Download model', { exact: true }).click();
      const failed = await window.notification('could not be fetched');
      const text = await failed.innerText();
      t.check('side-loading', text.includes('--offline') && text.includes('.gguf'), text);
    },
  ],
  [
    'no network: the download ends soon, with a reason and another try',
    async (t) => {
      const window = await t.open(t.desk({ files: FILES }), 'a.rs');
      const toast = await window.notification('is not on this machine yet');
      await toast.getByText('Download model', { exact: true }).click();
      const failed = await window.notification('could not be fetched', 60_000);
      t.check('again', (await failed.innerText()).includes('Try again'), await failed.innerText());
    },
  ],
  [
    'no program: where to get it or to name it',
    async (t) => {
      const desk = t.desk({ files: FILES, settings: { 'housestyle.server.path': '/nowhere/housestyle' } });
      const window = await t.open(desk, 'a.rs');
      const toast = await window.notification('there is no program of that name');
      t.check('the status tells it, too', (await window.statusTooltip()).includes('/nowhere/housestyle'), await window.statusTooltip());
      await toast.getByText('Open settings', { exact: true }).click();
      const found = window.page.locator('.settings-editor').getByText('The program', { exact: false }).first();
      await found.waitFor({ timeout: 30_000 });
    },
  ],
];
