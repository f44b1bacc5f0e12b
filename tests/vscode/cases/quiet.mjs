// Where nothing is to appear, nothing appears; and what the editor wrote by itself is not written twice.
const SCRIPT = [{ text: 'x = 1;' }];

export default [
  [
    'a language that is switched off gets nothing, and the status says so; another one still does',
    async (t) => {
      const settings = { '[python]': { 'housestyle.enabled': false } };
      const desk = t.desk({ script: SCRIPT, settings, files: { 'a.py': 'x = 1\n', 'a.rs': 'fn main() {\n    \n}\n' } });
      const window = await (await t.open(desk, 'a.py')).waitForModel();
      await window.press('Control+End');
      await window.type('def f');
      const tooltip = await window.waitTooltip('switched off');
      t.check('the status tells why', tooltip.includes('switched off'), tooltip);
      t.equal('nothing', await window.ghost(), '');
      t.check('off here', (await window.status()).includes('off here'), await window.status());
      await window.quickOpen('a.rs');
      await window.press('Control+Home', 'ArrowDown', 'End');
      await window.type('let ');
      t.equal('Rust', await window.waitGhost('x = 1;'), 'x = 1;');
    },
  ],
  [
    'a file with secrets by its name gets nothing, and `why` names the glob',
    async (t) => {
      const desk = t.desk({ script: SCRIPT, files: { '.env': 'KEY=1\n' } });
      const window = await (await t.open(desk, '.env')).waitForModel();
      await window.press('Control+End');
      await window.type('TOKEN=');
      const tooltip = await window.waitTooltip('left alone');
      t.check('it was asked for', tooltip.includes('left alone'), tooltip);
      t.equal('nothing', await window.ghost(), '');
      await window.command('Housestyle: Why Is There Nothing?');
      const page = await window.preview('left alone');
      t.check('the page names it', page.includes('.env*') && page.includes('.env:2:'), page);
    },
  ],
  [
    'output panes and read-only files are left alone',
    async (t) => {
      const settings = { 'files.readonlyInclude': { '**/fixed.rs': true } };
      const main = 'fn main() {\n    \n}\n';
      const desk = t.desk({ script: SCRIPT, settings, files: { 'fixed.rs': main, 'a.rs': main } });
      const window = await (await t.open(desk, 'fixed.rs')).waitForModel();
      await window.press('Control+Home', 'ArrowDown', 'End');
      await window.type('let ');
      await window.command('Housestyle: Show Output');
      await window.page.locator('.output-view .view-line').first().waitFor();
      await window.page.locator('.output-view .view-lines').first().click();
      await window.type('let ');
      t.equal('nothing', await window.ghost(), '');
      // Once a later request was answered, every request that there was before is noted.
      await window.quickOpen('a.rs');
      await window.press('Control+Home', 'ArrowDown', 'End');
      await window.type('let');
      t.equal('elsewhere', await window.spaceForGhost(), 'x = 1;');
      const noted = () => desk.run('why').requests.map(({ request }) => request.path);
      const paths = await window.until(noted, (all) => all.includes('a.rs'));
      t.check('the later one is noted', paths.includes('a.rs'), paths);
      t.check('no other', !paths.some((path) => path.includes('fixed.rs') || path.startsWith('output')), paths);
    },
  ],
  [
    'brackets and quotes that the editor closed are not closed twice',
    async (t) => {
      const settings = { 'editor.autoClosingBrackets': 'always', 'editor.autoClosingQuotes': 'always' };
      const files = { 'a.rs': 'fn main() {\n    \n}\n' };
      const desk = t.desk({ script: [{ text: '"hello");' }], settings, files });
      const window = await (await t.open(desk, 'a.rs')).waitForModel();
      await window.press('Control+Home', 'ArrowDown', 'End');
      await window.type('println!(');
      const shown = await window.until(() => window.ghost(), Boolean);
      t.check('seen', shown.includes('"hello"'), shown);
      await window.press('Tab');
      const wanted = 'fn main() {\n    println!("hello")\n}\n';
      t.equal('saved', await window.save('a.rs', wanted), wanted);
    },
  ],
  [
    'manual mode waits for the key',
    async (t) => {
      const settings = { 'housestyle.mode': 'manual' };
      const desk = t.desk({ script: SCRIPT, settings, files: { 'a.rs': 'fn main() {\n    \n}\n' } });
      const window = await (await t.open(desk, 'a.rs')).waitForModel();
      await window.press('Control+Home', 'ArrowDown', 'End');
      await window.type('let ');
      const tooltip = await window.waitTooltip('only when asked for');
      t.check('asked, and answered with the reason', tooltip.includes('only when asked for'), tooltip);
      t.equal('nothing by itself', await window.ghost(), '');
      await window.command('Trigger Inline Suggestion');
      t.equal('asked for', await window.waitGhost('x = 1;'), 'x = 1;');
    },
  ],
];
