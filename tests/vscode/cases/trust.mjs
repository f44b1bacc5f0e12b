// In a workspace that nobody trusted completions come and nothing is noted; once it is trusted, the journal begins.
import { writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const script = join(tmpdir(), `housestyle-trust-${process.pid}.jsonl`);
writeFileSync(script, '{"text": "x = 1;"}\n');

/** A window asks for trust; the script is the user's own setting, as a workspace's does not count. */
export const group = { trust: false, settings: { 'housestyle.server.args': ['--backend', `script:${script}`] } };

export default [
  [
    'nothing is noted before trust, and outcomes after it',
    async (t) => {
      const settings = { 'housestyle.server.path': '/nowhere/of-the-workspace' }; // must not be run
      const desk = t.desk({ settings, files: { 'a.rs': 'fn main() {\n    \n}\n' } });
      const window = await (await t.open(desk, 'a.rs')).waitForModel();
      const tooltip = await window.statusTooltip();
      t.check('the status says that it is not trusted', tooltip.includes('not trusted'), tooltip);
      await window.press('Control+Home', 'ArrowDown', 'End');
      await window.type('let ');
      t.equal('ghost text', await window.waitGhost('x = 1;'), 'x = 1;');
      await window.press('Tab');
      const wanted = 'fn main() {\n    let x = 1;\n}\n';
      t.equal('saved', await window.save('a.rs', wanted), wanted);
      t.equal('suggestions in the journal', desk.run('journal', 'stats').all.suggestions, 0);
    },
  ],
];
