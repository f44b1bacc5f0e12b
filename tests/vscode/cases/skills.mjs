// Skills in the editor: hints with quick fixes, the views, a candidate read and proposed, its branch looked at.
const RULE = {
  'skills/ask-is-empty/SKILL.md':
    '---\nname: ask-is-empty\ndescription: Ask is_empty instead of comparing len with 0.\n---\n\nAsk `is_empty`.\n',
  'skills/ask-is-empty/rule.json':
    '{"format":1,"scope":{"languages":["rust"]},"rule":{"rewrite":{"avoid":["$A.len() == 0"],"prefer":"$A.is_empty()"}}}',
};
const CODE = 'fn f(a: &[u8]) -> bool {\n    a.len() == 0\n}\n';

/** A habit of three people, which the miner finds. */
function habit(desk) {
  const texts = ['# Guide\n', '# Usage\n'];
  desk.git('init', '--quiet', '--initial-branch', 'main');
  for (let number = 0; number < 40; number++) {
    const verb = ['reads', 'writes', 'keeps', 'sorts'][number % 4];
    const word = number === 5 ? 'behavior' : 'behaviour'; // once otherwise, and put right by the next
    const at = number % 2;
    texts[at] = texts[at].replace('behavior ', 'behaviour ');
    texts[at] += `\nStep ${number} ${verb} the table and shows the ${word} of rows that come\nafter it.\n`;
    desk.write(['docs/guide.md', 'docs/usage.md'][at], texts[at]);
    desk.git('add', '--all');
    const name = ['Ann', 'Bob', 'Cy'][number % 3];
    desk.git('-c', `user.name=${name}`, '-c', `user.email=${name}@example.com`, 'commit', '--quiet', '--message', `Step ${number}`);
  }
}

export default [
  [
    'an approved skill gives a hint, and its quick fix follows it',
    async (t) => {
      const desk = t.desk({ script: [{ text: 'x' }], files: { ...RULE, 'src/a.rs': CODE } });
      desk.commit('Begin');
      const window = await (await t.open(desk, 'src/a.rs')).waitForModel();
      const hint = window.page.locator('.editor-instance .squiggly-hint').first();
      await hint.waitFor({ timeout: 30_000 });
      await window.press('Control+Home', 'ArrowDown', 'End', 'Control+.');
      const action = window.page.locator('.action-widget').getByText('Apply house style: ask-is-empty', { exact: false }).first();
      await action.waitFor({ timeout: 30_000 });
      await t.picture('hint');
      await action.click();
      const wanted = CODE.replace('a.len() == 0', 'a.is_empty()');
      t.equal('fixed', await window.save('src/a.rs', wanted), wanted);
      t.equal('no hint is left', await window.until(() => hint.count(), (n) => n === 0), 0);
    },
  ],
  [
    'where nothing says which branch approves, a message and the view tell what to run',
    async (t) => {
      const desk = t.desk({ script: [{ text: 'x' }], files: { ...RULE, 'src/a.rs': CODE } });
      desk.commit('Begin');
      desk.git('branch', 'side');
      const window = await (await t.open(desk, 'src/a.rs')).waitForModel();
      const remedy = 'git config housestyle.branch NAME';
      await window.notification(remedy);
      await window.command('Focus on Skills View');
      await window.page.locator('.pane-body .monaco-list-row', { hasText: 'nothing is approved here' }).first().waitFor({ timeout: 30_000 });
    },
  ],
  [
    'the view has a candidate with its evidence, which is proposed on a branch',
    async (t) => {
      const desk = t.desk({ script: [{ text: 'x' }], files: { 'a.rs': CODE } });
      habit(desk);
      desk.run('skill', 'mine', '--no-model');
      const head = desk.git('rev-parse', 'HEAD');
      const window = await (await t.open(desk, 'a.rs')).waitForModel();
      await window.command('Focus on Skills View');
      const row = window.page.locator('.pane-body .monaco-list-row', { hasText: 'term-behaviour' }).first();
      await row.waitFor({ timeout: 30_000 });
      await row.click();
      const page = await window.preview('Evidence for term-behaviour');
      t.check('evidence', /\d+ of \d+ places follow it/.test(page), page);
      t.check('before and after', page.includes('Before and after') && page.includes('behavior'), page);
      await window.drawn();
      await t.picture('review');
      await window.command('Housestyle: Propose Skill for Review');
      await window.pick('term-behaviour');
      await window.pick('Commit to a branch here');
      const toast = await window.notification('term-behaviour is on');
      const branch = 'housestyle/proposals/term-behaviour';
      t.check('the branch is named', (await toast.innerText()).includes(branch), await toast.innerText());
      t.check('it is there', desk.git('branch', '--list', branch).includes(branch));
      t.equal('nothing else moved', desk.git('rev-parse', 'HEAD'), head);
      await toast.getByText('Open the branch', { exact: true }).click();
      await window.page.locator('.tab.active', { hasText: 'term-behaviour.diff' }).first().waitFor({ timeout: 30_000 });
      const shown = await window.until(
        () => window.page.locator('.editor-instance .view-lines').first().innerText(),
        (text) => text.includes('EVIDENCE.md'),
      );
      t.check('the diff', shown.includes('.agents/skills/term-behaviour/EVIDENCE.md'), shown.slice(0, 300));
      await window.page.locator('.pane-body .monaco-list-row', { hasText: 'proposed' }).first().waitFor({ timeout: 30_000 });
    },
  ],
  [
    'mining by the command finds the habit',
    async (t) => {
      const desk = t.desk({ script: [{ text: 'x' }], files: { 'a.rs': CODE }, settings: { 'housestyle.model': '/nowhere.gguf' } });
      habit(desk);
      const window = await (await t.open(desk, 'a.rs')).waitForModel();
      await window.command('Housestyle: Mine Skills');
      await window.notification('candidates are in the view', 120_000);
      const { skills } = desk.run('skill', 'list');
      t.check('found', skills.some((skill) => skill.name === 'term-behaviour'), skills.map((skill) => skill.name));
    },
  ],
];
