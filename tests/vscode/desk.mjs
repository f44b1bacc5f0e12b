// A folder to work in, with what the server is to say and where it keeps its state.
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

export class Desk {
  /** `script` is what the model says, one answer after the other; without one it is the real model. */
  constructor(folder, home, { script, settings = {}, files = {} } = {}) {
    this.folder = folder;
    this.home = home;
    mkdirSync(folder, { recursive: true });
    const own = { ...settings };
    if (script) {
      const path = `${folder}.jsonl`;
      this.script = path;
      writeFileSync(path, script.map((answer) => `${JSON.stringify(answer)}\n`).join(''));
      own['housestyle.server.args'] = ['--backend', `script:${path}`];
    }
    this.write('.vscode/settings.json', JSON.stringify(own));
    for (const [path, text] of Object.entries(files)) this.write(path, text);
  }

  write(path, text) {
    const file = join(this.folder, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }

  read(path) {
    return readFileSync(join(this.folder, path), 'utf8');
  }

  /** Returns the workspace's settings; undefined while they are being written. */
  settings() {
    try {
      return JSON.parse(this.read('.vscode/settings.json'));
    } catch {
      return undefined;
    }
  }

  /** Returns the process of the server that works here: the one with this desk's script. */
  server() {
    for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
      try {
        if (readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').includes(`script:${this.script}`)) return Number(pid);
      } catch {} // it has ended meanwhile
    }
    return undefined;
  }

  git(...args) {
    const person = ['-c', 'user.name=Ann', '-c', 'user.email=ann@example.org', '-c', 'commit.gpgsign=false'];
    return execFileSync('git', [...person, ...args], { cwd: this.folder, encoding: 'utf8' });
  }

  /** Makes it a repository with all that is there. */
  commit(subject) {
    this.git('init', '--quiet', '--initial-branch', 'main');
    this.git('add', '--all');
    this.git('commit', '--quiet', '--message', subject);
  }

  /** Returns what a command prints. */
  run(...args) {
    const env = { ...process.env, HOUSESTYLE_HOME: this.home };
    const output = execFileSync(process.env.HOUSESTYLE_BIN, ['--json', ...args], { cwd: this.folder, encoding: 'utf8', env });
    return JSON.parse(output);
  }
}
