// The status bar item tells the truth, and its menu does what it says.
const FILES = { 'a.rs': 'fn main() {\n    \n}\n' };

export default [
  [
    'thinking is shown while the model takes its time, and not after',
    async (t) => {
      const desk = t.desk({ script: [{ text: 'x = 1;', delay_ms: 1500 }], files: FILES });
      const window = await (await t.open(desk, 'a.rs')).waitForModel();
      await window.press('Control+Home', 'ArrowDown', 'End');
      await window.type('let ');
      const spinning = () => window.page.locator('.statusbar-item[id*="housestyle"] .codicon-sync').count();
      t.equal('spins', await window.until(spinning), 1);
      await window.waitGhost('x = 1;');
      t.equal('rests', await window.until(spinning, (n) => n === 0), 0);
      const tooltip = await window.waitTooltip('a suggestion was shown');
      t.check('how the last one ended', tooltip.includes('a suggestion was shown'), tooltip);
    },
  ],
  [
    'the menu snoozes, and goes on',
    async (t) => {
      const desk = t.desk({ script: [{ text: 'x = 1;' }], files: FILES });
      const window = await (await t.open(desk, 'a.rs')).waitForModel();
      await window.press('Control+Home', 'ArrowDown', 'End');
      await window.openMenu();
      await t.picture('menu');
      const menu = (await window.menu()).join('\n');
      for (const line of ['Why is there nothing', 'this file', 'language rust', 'everywhere', 'Skills', 'Adapters', 'Report']) {
        t.check(`the menu has ${line}`, menu.includes(line), menu);
      }
      await window.pick('Snooze for 5 minutes');
      const tooltip = await window.waitTooltip('Quiet until');
      t.check('snoozed', tooltip.includes('Quiet until'), tooltip);
      await window.focusEditor();
      await window.type('let');
      const codes = () => desk.run('why').requests.map(({ request }) => request.code);
      const answered = await window.until(codes, (all) => all.includes('paused'));
      t.check('asked for and answered', answered.includes('paused'), answered);
      t.equal('nothing', await window.ghost(), '');
      await window.openMenu();
      await window.pick('Resume now');
      await window.waitTooltip('Model ');
      await window.focusEditor();
      await window.type(' ');
      t.equal('again', await window.waitGhost('x = 1;'), 'x = 1;');
    },
  ],
  [
    'the menu switches this file off, and on',
    async (t) => {
      const desk = t.desk({ script: [{ text: 'x = 1;' }], files: FILES });
      const window = await (await t.open(desk, 'a.rs')).waitForModel();
      await window.press('Control+Home', 'ArrowDown', 'End');
      await window.openMenu();
      await window.pick('Switch off: this file');
      const globs = () => desk.settings()?.['housestyle.disabled']?.join();
      t.equal('noted', await window.until(globs, (found) => found === '/a.rs'), '/a.rs');
      await window.focusEditor();
      // VS Code tells its settings in its own time.
      const typed = async () => {
        await window.type('t');
        return window.waitTooltip('left alone', 1000);
      };
      const tooltip = await window.until(typed, (text) => text.includes('left alone'));
      t.check('off here', tooltip.includes('left alone'), tooltip);
      await window.openMenu();
      await window.pick('Switch on: this file');
      t.equal('forgotten', await window.until(globs, (found) => found === undefined), undefined);
      await window.focusEditor();
      const again = async () => {
        await window.type(' ');
        return window.anyGhost(1000);
      };
      t.equal('again', await window.until(again), 'x = 1;');
    },
  ],
];
