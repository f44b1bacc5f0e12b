// The default model, for real: what it writes is seen and taken. Left out where it is not here.
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const home = process.env.HOUSESTYLE_TEST_HOME;
const isHere = home !== undefined && existsSync(join(home, 'models', 'qwen2.5-coder-0.5b.gguf'));

export const group = { models: home };

const CODE = `"""Numbers."""


def add(first: int, second: int) -> int:
    """Returns the sum of two numbers."""
    return first + second


def multiply(first: int, second: int) -> int:
    """Returns the product of two numbers."""
`;

/** Writes an adapter that changes nothing, for the default model: a folder as PEFT leaves it. */
function adapter(folder) {
  const layer = 'base_model.model.model.layers.0.self_attn.q_proj';
  const bytes = 896 * 4;
  const header = JSON.stringify({
    [`${layer}.lora_A.weight`]: { dtype: 'F32', shape: [1, 896], data_offsets: [0, bytes] },
    [`${layer}.lora_B.weight`]: { dtype: 'F32', shape: [896, 1], data_offsets: [bytes, 2 * bytes] },
  });
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(header.length));
  const a = Buffer.from(new Float32Array(896).fill(0.01).buffer);
  mkdirSync(folder);
  writeFileSync(join(folder, 'adapter_model.safetensors'), Buffer.concat([length, Buffer.from(header), a, Buffer.alloc(bytes)]));
  const config = { peft_type: 'LORA', task_type: 'CAUSAL_LM', r: 1, lora_alpha: 1, target_modules: ['q_proj'], layers_to_transform: [0], layers_pattern: 'layers', bias: 'none' };
  writeFileSync(join(folder, 'adapter_config.json'), JSON.stringify(config));
  return folder;
}

const cases = [
  [
    'the default model completes a function',
    async (t) => {
      const desk = t.desk({ files: { 'numbers.py': CODE } });
      const window = await (await t.open(desk, 'numbers.py')).waitForModel();
      t.check('which model', (await window.statusTooltip()).includes('qwen2.5-coder-0.5b'), await window.statusTooltip());
      await window.press('Control+End');
      await window.type('    return ');
      const shown = await window.until(() => window.ghost(), Boolean, 90_000);
      t.check('it knows how to multiply', shown.includes('first * second'), shown);
      await t.picture('model');
      await window.press('Tab');
      const wanted = `${CODE}    return ${shown}`;
      t.equal('saved', await window.save('numbers.py', wanted), wanted);
    },
  ],
  [
    'an adapter that is activated in its view takes part without a restart',
    async (t) => {
      const desk = t.desk({ files: { 'numbers.py': CODE, 'more.py': CODE } });
      desk.commit('Begin');
      const { id } = desk.run('adapter', 'import', adapter(`${desk.folder}-peft`));
      const window = await (await t.open(desk, 'numbers.py')).waitForModel();
      const server = desk.server();
      await window.command('Focus on Adapters View');
      const row = window.page.locator('.pane-body .monaco-list-row', { hasText: id.slice(0, 12) }).first();
      const press = async (action, yes) => {
        await row.hover();
        await row.locator(`.action-label[aria-label*="${action}"]`).first().click();
        await window.page.locator('.monaco-dialog-box').getByText(yes, { exact: true }).click();
      };
      await row.waitFor({ timeout: 30_000 });
      await press('Approve', 'Approve');
      await window.page.locator('.quick-input-widget input').first().fill('for a test');
      await window.press('Enter');
      await row.filter({ hasText: 'approved' }).waitFor({ timeout: 30_000 });
      await press('Activate', 'Activate');
      await row.filter({ hasText: 'active' }).waitFor({ timeout: 30_000 });
      await t.picture('adapter');
      const before = desk.suggestions().length;
      const asked = async () => {
        await window.press('Control+z');
        await window.focusEditor();
        await window.press('Control+End');
        await window.type('    return ');
        await window.until(() => window.ghost(), Boolean, 60_000);
        await window.press('Escape');
        return desk.suggestions().slice(before).at(-1)?.offered.adapter;
      };
      t.equal('who wrote the suggestion', await window.until(asked, (found) => found === id), id);
      t.equal('the server', desk.server(), server);
    },
  ],
];

export default isHere ? cases : [];
