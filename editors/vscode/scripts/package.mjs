// Checks, bundles and packs the extension: housestyle-VERSION.vsix here.
// usage: npm run package [-- [--target PLATFORM --binary FILE] [--out FILE]]
//   --target linux-x64 --binary FILE   for one platform, with the server's binary inside
import { chmodSync, copyFileSync, mkdirSync, rmSync } from 'node:fs';
import { execFileSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const caller = process.env.INIT_CWD ?? process.cwd(); // npm changes the folder
process.chdir(join(dirname(fileURLToPath(import.meta.url)), '..'));

const { values } = parseArgs({
  options: { target: { type: 'string' }, binary: { type: 'string' }, out: { type: 'string' } },
});
if (Boolean(values.target) !== Boolean(values.binary)) {
  console.error('package: --target and --binary belong together: a binary is for one platform');
  process.exit(2);
}

const run = (script, ...args) => execFileSync(process.execPath, [script, ...args], { stdio: 'inherit' });
const from = (path) => (path.startsWith('/') ? path : join(caller, path));

run('node_modules/typescript/bin/tsc');
run('scripts/bundle.mjs');
rmSync('server', { recursive: true, force: true });
const more = [];
if (values.target) {
  const name = values.target.startsWith('win32') ? 'housestyle.exe' : 'housestyle';
  mkdirSync('server');
  copyFileSync(from(values.binary), join('server', name));
  chmodSync(join('server', name), 0o755);
  more.push('--target', values.target);
}
if (values.out) more.push('--out', from(values.out));
try {
  // The pictures are inside: the page is whole without a network.
  run('node_modules/@vscode/vsce/vsce', 'package', '--no-dependencies', '--no-rewrite-relative-links', ...more);
} finally {
  rmSync('server', { recursive: true, force: true });
}
