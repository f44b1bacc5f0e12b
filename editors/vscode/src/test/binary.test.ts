// Which program is run: never one that the workspace brings along by chance.
import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import test from 'node:test';
import { findBinary } from '../binary';

const NAME = process.platform === 'win32' ? 'housestyle.exe' : 'housestyle';
const root = mkdtempSync(join(tmpdir(), 'housestyle-binary-'));

function program(folder: string, mode = 0o755): string {
  mkdirSync(join(root, folder), { recursive: true });
  const path = join(root, folder, NAME);
  writeFileSync(path, '');
  chmodSync(path, mode);
  return path;
}

const onPath = program('bin');
const bundled = program('extension/server');
const named = program('named');
const plain = program('plain', 0o644);
const extension = join(root, 'extension');
const path = [join(root, 'none'), join(root, 'bin')].join(delimiter);
const find = (name: string, extensionFolder = root) => findBinary({ named: name, extensionFolder, path });

test('the named one, the bundled one, the one on PATH, in this order', () => {
  assert.deepEqual(find(named, extension), { path: named });
  assert.deepEqual(find('', extension), { path: bundled });
  assert.deepEqual(find(''), { path: onPath });
  assert.deepEqual(find(NAME, extension), { path: onPath });
});

test('a named one that is not there is no reason to take another', () => {
  for (const wrong of [join(root, 'nothing'), plain, root, './housestyle', 'bin/housestyle']) {
    const found = find(wrong, extension);
    assert.ok('problem' in found && found.problem.includes(wrong), JSON.stringify(found));
  }
});

test('a relative entry of PATH is passed over', () => {
  const found = findBinary({ named: '', extensionFolder: root, path: ['.', 'bin', ''].join(delimiter) });
  assert.ok('problem' in found && found.problem.includes('housestyle.server.path'));
});
