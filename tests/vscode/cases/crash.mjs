// A server that ends is started again; one that only crashes is left, with a button.
const FILES = { 'a.rs': 'fn main() {\n    \n}\n' };

export default [
  [
    'killed, it comes back and completes',
    async (t) => {
      const desk = t.desk({ script: [{ text: 'x = 1;' }], files: FILES });
      const window = await (await t.open(desk, 'a.rs')).waitForModel();
      const first = desk.server();
      t.check('a server runs', first !== undefined);
      process.kill(first, 'SIGKILL');
      const second = await window.until(() => desk.server(), (pid) => pid !== undefined && pid !== first);
      t.check('another one runs', second !== undefined && second !== first, { first, second });
      await window.waitForModel();
      await window.press('Control+Home', 'ArrowDown', 'End');
      await window.type('let ');
      t.equal('ghost text', await window.waitGhost('x = 1;'), 'x = 1;');
    },
  ],
  [
    'closing the window ends the server',
    async (t) => {
      const desk = t.desk({ script: [{ text: 'x = 1;' }], files: FILES });
      const window = await (await t.open(desk, 'a.rs')).waitForModel();
      t.check('a server runs', desk.server() !== undefined);
      await t.code.closeWindows();
      t.equal('it has ended', await window.until(() => desk.server(), (pid) => pid === undefined), undefined);
    },
  ],
];
