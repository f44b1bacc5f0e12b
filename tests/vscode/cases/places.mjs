// Where people type other than in one plain file with one cursor.
const MAIN = 'fn main() {\n    \n}\n';
const TEXT = 'value = compute();';

const NOTEBOOK = JSON.stringify({
  cells: [{ cell_type: 'code', execution_count: null, metadata: {}, outputs: [], source: ['rows = []\n'] }],
  metadata: { language_info: { name: 'python' } },
  nbformat: 4,
  nbformat_minor: 5,
});

export default [
  [
    'asked again by hand, another one is shown and can be taken',
    async (t) => {
      // Every key may use one up, and the last answer is given again and again.
      const script = Array.from({ length: 40 }, (_, n) => ({ text: `row_${n} = compute();` }));
      const desk = t.desk({ script, files: { 'a.rs': MAIN } });
      const window = await (await t.open(desk, 'a.rs')).waitForModel();
      await window.press('Control+Home', 'ArrowDown', 'End');
      await window.type('let');
      const first = await window.spaceForGhost();
      t.check('the first', first !== '', first);
      await window.press('Alt+]');
      const next = await window.until(() => window.ghost(), (ghost) => ghost !== '' && ghost !== first);
      t.check('the next', next !== '' && next !== first, { first, next });
      await window.press('Alt+[');
      t.equal('the first again', await window.waitGhost(first), first);
      await window.press('Alt+]');
      t.equal('the next again', await window.waitGhost(next), next);
      await window.press('Tab');
      const wanted = `fn main() {\n    let ${next}\n}\n`;
      t.equal('saved', await window.save('a.rs', wanted), wanted);
    },
  ],
  [
    'what is suggested goes on from what the menu has selected',
    async (t) => {
      const files = { 'a.txt': 'remarkable\n' };
      const settings = { 'editor.quickSuggestions': { other: 'on' }, 'editor.wordBasedSuggestions': 'currentDocument', 'housestyle.prose.mode': 'auto' };
      const desk = t.desk({ script: [{ text: ' and more' }], settings, files });
      const window = await (await t.open(desk, 'a.txt')).waitForModel();
      await window.press('Control+End');
      await window.type('rem');
      await window.page.locator('.suggest-widget.visible .monaco-list-row', { hasText: 'remarkable' }).first().waitFor();
      // A suggestion for the text alone may come before VS Code asks with the menu's selection: what stays counts.
      let since = null;
      let shown = '';
      const stays = async () => {
        shown = await window.ghost();
        since = shown === '' || shown.startsWith('arkable') ? (since ?? Date.now()) : null;
        return since !== null && Date.now() - since >= 1500;
      };
      t.check('nothing that the menu contradicts', await window.until(stays), shown);
      await window.press('Escape');
      t.equal('without the menu', await window.waitGhost(' and more'), ' and more');
    },
  ],
  [
    'at several cursors it is taken at each',
    async (t) => {
      const desk = t.desk({ script: [{ text: TEXT }], files: { 'a.rs': 'fn main() {\n    \n    \n}\n' } });
      const window = await (await t.open(desk, 'a.rs')).waitForModel();
      await window.press('Control+Home', 'ArrowDown', 'End', 'Control+Shift+ArrowDown');
      await window.type('let ');
      t.check('seen', (await window.until(() => window.ghost(), (ghost) => ghost.startsWith(TEXT))).startsWith(TEXT));
      await window.press('Tab');
      const wanted = `fn main() {\n    let ${TEXT}\n    let ${TEXT}\n}\n`;
      t.equal('saved', await window.save('a.rs', wanted), wanted);
    },
  ],
  [
    'in a snippet the key goes from place to place, and after the last one takes what is shown',
    async (t) => {
      const snippet = { pair: { prefix: 'pair', body: 'let ${1:first} = ${2:second};' } };
      const files = { 'a.rs': MAIN, '.vscode/a.code-snippets': JSON.stringify(snippet) };
      const desk = t.desk({ script: [{ text: '_name' }], files });
      const window = await (await t.open(desk, 'a.rs')).waitForModel();
      await window.press('Control+Home', 'ArrowDown', 'End');
      await window.command('Insert Snippet');
      await window.pick('pair');
      await window.type('a', 0);
      await window.press('Tab');
      await window.type('b');
      t.equal('between places VS Code shows nothing', await window.anyGhost(1500), '');
      await window.press('Tab');
      await window.type(' // the');
      t.equal('after the last one', await window.waitGhost('_name'), '_name');
      await window.press('Tab');
      const wanted = 'fn main() {\n    let a = b; // the_name\n}\n';
      t.equal('saved', await window.save('a.rs', wanted), wanted);
    },
  ],
  [
    'a notebook has it in its cells',
    async (t) => {
      const desk = t.desk({ script: [{ text: 'total = sum(rows)' }], files: { 'a.ipynb': NOTEBOOK, 'a.py': '' } });
      const window = await (await t.open(desk, 'a.py')).waitForModel();
      await window.quickOpen('a.ipynb', { isText: false });
      const cell = window.page.locator('.notebook-editor .cell .monaco-editor .view-lines').first();
      await window.clickInto(cell);
      await window.press('Control+End');
      await window.type('the');
      t.check('the cell has the keys', await window.until(async () => (await cell.innerText()).includes('the')), await cell.innerText());
      const ghost = () => window.page.evaluate(() => [...document.querySelectorAll('.notebook-editor [class*="ghost-text"]')].map((e) => e.textContent).join('').replaceAll('\u00a0', ' '));
      t.equal('ghost text', await window.spaceForGhost(ghost), 'total = sum(rows)');
    },
  ],
  [
    'in a diff the new side has it',
    async (t) => {
      const settings = { 'git.enabled': true };
      const desk = t.desk({ script: [{ text: TEXT }], settings, files: { 'a.rs': MAIN } });
      desk.commit('Begin');
      desk.write('a.rs', `// New.\n${MAIN}`);
      const window = await (await t.open(desk, 'a.rs')).waitForModel();
      await window.command('Git: Open Changes');
      const sides = window.page.locator('.monaco-diff-editor .editor .view-lines');
      await window.page.locator('.monaco-diff-editor .editor.modified .view-lines').first().waitFor();
      t.check('two sides', (await sides.count()) >= 2, await sides.count());
      await window.page.locator('.monaco-diff-editor .editor.modified .view-lines').first().click();
      await window.press('Control+Home', 'ArrowDown', 'ArrowDown', 'End');
      await window.type('let');
      const ghost = () => window.page.evaluate(() => [...document.querySelectorAll('.monaco-diff-editor [class*="ghost-text"]')].map((e) => e.textContent).join('').replaceAll('\u00a0', ' '));
      t.equal('ghost text', await window.spaceForGhost(ghost), TEXT);
    },
  ],
  [
    'a file of some megabytes',
    async (t) => {
      const line = 'fn number_one(rows: &[u32]) -> usize { rows.len() } // one of very many\n';
      const desk = t.desk({ script: [{ text: TEXT }], files: { 'a.rs': line.repeat(60_000) + MAIN } });
      const window = await (await t.open(desk, 'a.rs')).waitForModel();
      await window.press('Control+End', 'ArrowUp', 'ArrowUp', 'End');
      await window.type('let');
      t.equal('ghost text', await window.spaceForGhost(), TEXT);
    },
  ],
];
