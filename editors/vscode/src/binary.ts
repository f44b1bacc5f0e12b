// Where the server's binary is: the one that was named, the one packaged along, or the one on PATH.
import { accessSync, constants, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, isAbsolute, join } from 'node:path';

export interface Places {
  /** What the user named; empty for nothing. */
  named: string;
  extensionFolder: string;
  path: string;
}

const NAME = process.platform === 'win32' ? 'housestyle.exe' : 'housestyle';

/** Returns the binary's path, or a sentence that says what to do. */
export function findBinary(places: Places): { path: string } | { problem: string } {
  if (places.named) {
    const named = expandHome(places.named);
    if (isAbsolute(named)) {
      return isProgram(named)
        ? { path: named }
        : { problem: `housestyle.server.path is ${named}, and there is no program of that name.` };
    }
    const found = /[\\/]/.test(named) ? undefined : onPath(named, places.path);
    return found
      ? { path: found }
      : { problem: `housestyle.server.path is ${places.named}, which is neither an absolute path nor on PATH.` };
  }
  const bundled = join(places.extensionFolder, 'server', NAME);
  if (isProgram(bundled)) return { path: bundled };
  const found = onPath(NAME, places.path);
  return found
    ? { path: found }
    : { problem: 'The program housestyle is not on PATH. Install it, or name it in housestyle.server.path.' };
}

function expandHome(path: string): string {
  return path.startsWith('~/') ? join(homedir(), path.slice(2)) : path;
}

function onPath(name: string, path: string): string | undefined {
  // A relative entry would mean another program in every workspace.
  const folders = path.split(delimiter).filter(isAbsolute);
  const names = process.platform === 'win32' && !name.endsWith('.exe') ? [`${name}.exe`] : [name];
  return folders.flatMap((folder) => names.map((each) => join(folder, each))).find(isProgram);
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
