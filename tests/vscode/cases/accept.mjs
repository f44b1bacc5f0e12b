// Ghost text is seen and accepted: whole, by word, by line; the file is right, and the journal knows.
const TEXT = 'a: i32, b: i32) -> i32 {\n    a + b\n}';
const MAIN = 'fn main() {}\n';

async function ghost(t, more = {}) {
  const desk = t.desk({ script: [{ text: TEXT }], files: { 'src/a.rs': MAIN }, ...more });
  const window = await (await t.open(desk, 'src/a.rs')).ready();
  await window.press('Control+End');
  await window.type('fn add(');
  t.equal('ghost text', await window.waitGhost(TEXT), TEXT);
  return { desk, window };
}

export default [
  [
    'Tab takes all of it, as one undo step, and the journal notes it',
    async (t) => {
      const { desk, window } = await ghost(t);
      await t.picture('ghost');
      await window.press('Tab');
      const wanted = `${MAIN}fn add(${TEXT}`;
      t.equal('saved', await window.save('src/a.rs', wanted), wanted);
      const noted = await window.until(() => desk.run('journal', 'stats').all.outcomes.accepted, (n) => n === 1);
      t.equal('accepted in the journal', noted, 1);
      await window.press('Control+z');
      const before = `${MAIN}fn add(`;
      t.equal('after one undo', await window.save('src/a.rs', before), before);
    },
  ],
];
