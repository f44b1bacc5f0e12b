// The default model, for real: what it writes is seen and taken. Left out where it is not here.
import { existsSync } from 'node:fs';
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

const cases = [
  [
    'the default model completes a function',
    async (t) => {
      const desk = t.desk({ files: { 'numbers.py': CODE } });
      const window = await (await t.open(desk, 'numbers.py')).ready();
      t.check('which model', (await window.statusTold()).includes('qwen2.5-coder-0.5b'), await window.statusTold());
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
];

export default isHere ? cases : [];
