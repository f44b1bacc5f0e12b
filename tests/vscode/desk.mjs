// A folder to work in, with what the server is to say and where it keeps its state.
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, readdirSync, readlinkSync, writeFileSync } from 'node:fs';
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

  /** Returns the process of the server that VS Code started for this folder. */
  server() {
    for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
      try {
        const [program, ...args] = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
        const isOurs = program === process.env.HOUSESTYLE_BIN && args.includes('serve');
        if (isOurs && readlinkSync(`/proc/${pid}/cwd`) === this.folder) return Number(pid);
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

  /** Returns the journal. */
  suggestions() {
    return this.run('journal', 'export').suggestions ?? [];
  }

  /** Returns what a command prints. */
  run(...args) {
    const env = { ...process.env, HOUSESTYLE_HOME: this.home };
    const output = execFileSync(process.env.HOUSESTYLE_BIN, ['--json', ...args], { cwd: this.folder, encoding: 'utf8', env });
    return JSON.parse(output);
  }
}
