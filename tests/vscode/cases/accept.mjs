// Ghost text is seen and accepted: whole, by word, by line; the file is right, and the journal knows.
const TEXT = 'a: i32, b: i32) -> i32 {\n    a + b\n}';
const MAIN = 'fn main() {}\n';

async function ghost(t, { script = [{ text: TEXT }], ...more } = {}) {
  const desk = t.desk({ script, files: { 'src/a.rs': MAIN }, ...more });
  const window = await (await t.open(desk, 'src/a.rs')).waitForModel();
  await window.press('Control+End');
  await window.type('fn add(');
  t.equal('ghost text', await window.waitGhost(TEXT), TEXT);
  return { desk, window };
}

const outcomes = (desk) => desk.run('journal', 'stats').all.outcomes;

export default [
  [
    'Tab takes all of it, as one undo step, and the journal notes it',
    async (t) => {
      const { desk, window } = await ghost(t);
      await t.picture('ghost');
      await window.press('Tab');
      const wanted = `${MAIN}fn add(${TEXT}`;
      t.equal('saved', await window.save('src/a.rs', wanted), wanted);
      t.equal('accepted in the journal', await window.until(() => outcomes(desk).accepted, (n) => n === 1), 1);
      await window.press('Control+z');
      const before = `${MAIN}fn add(`;
      t.equal('after one undo', await window.save('src/a.rs', before), before);
    },
  ],
  [
    'words, a line, the rest',
    async (t) => {
      const { desk, window } = await ghost(t);
      const steps = [
        ['word', () => window.press('Control+ArrowRight'), 'a'],
        ['second word', () => window.press('Control+ArrowRight'), 'a:'],
        ['third word', () => window.press('Control+ArrowRight'), 'a: i32'],
        ['line', () => window.press('Control+Alt+ArrowRight'), 'a: i32, b: i32) -> i32 {'],
        // Tab alone would indent here: VS Code does that before a suggestion that begins with indentation.
        ['second line', () => window.press('Control+Alt+ArrowRight'), 'a: i32, b: i32) -> i32 {\n    a + b'],
        ['rest', () => window.press('Tab'), TEXT],
      ];
      for (const [name, act, taken] of steps) {
        await window.until(() => window.ghost());
        await act();
        // Where a piece ends is VS Code's business, white space apart.
        const wanted = `${MAIN}fn add(${taken}`;
        const fits = (text) => text.trimEnd() === wanted;
        await window.press('Control+s');
        const saved = await window.until(() => desk.read('src/a.rs'), fits, 10_000);
        t.check(`${name} is in the file`, fits(saved), saved);
      }
      t.equal('accepted in the journal', await window.until(() => outcomes(desk).accepted, (n) => n === 1), 1);
    },
  ],
  [
    'after one is taken, the next comes without a key',
    async (t) => {
      // Every key may use one up, and the last answer is given again and again.
      const script = Array.from({ length: 40 }, (_, n) => ({ text: `row_${n}: u8, ` }));
      const desk = t.desk({ script, files: { 'a.rs': MAIN } });
      const window = await (await t.open(desk, 'a.rs')).waitForModel();
      await window.press('Control+End');
      await window.type('fn add(');
      const first = await window.anyGhost(30_000);
      t.check('the first', first !== '', first);
      await window.press('Tab');
      const next = await window.until(() => window.ghost(), (ghost) => ghost !== '' && ghost !== first);
      t.check('the next', next !== '' && next !== first, [first, next]);
    },
  ],
  [
    'Escape dismisses it; asked by hand it comes again',
    async (t) => {
      const { desk, window } = await ghost(t);
      await window.press('Escape');
      t.equal('nothing after Escape', await window.until(() => window.ghost(), (ghost) => ghost === ''), '');
      await window.command('Trigger Inline Suggestion');
      t.equal('by hand', await window.waitGhost(TEXT), TEXT);
      t.equal('the file on the disk', desk.read('src/a.rs'), MAIN);
    },
  ],
];
