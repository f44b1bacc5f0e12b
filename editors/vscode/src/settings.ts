// The settings that somebody set, in the server's names. Defaults are the server's own business: sent along, they
// would look like wishes.
import * as vscode from 'vscode';

export const SECTION = 'housestyle';
/** Settings of the extension itself; the server knows nothing of them. */
const OURS = ['server.', 'model', 'offline', 'trace.'];

/** Returns the names of the server's settings, without the section, as the manifest lists them. */
export function serverSettings(extension: vscode.Extension<unknown>): string[] {
  const manifest = extension.packageJSON as {
    contributes: { configuration: { properties: Record<string, unknown> }[] };
  };
  return manifest.contributes.configuration
    .flatMap((group) => Object.keys(group.properties))
    .map((name) => name.slice(SECTION.length + 1))
    .filter((name) => !OURS.some((own) => (own.endsWith('.') ? name.startsWith(own) : name === own)));
}

/** Returns what is set, and whether the workspace is trusted. */
export function collect(names: string[]): Record<string, unknown> {
  const settings: Record<string, unknown> = {};
  const languages: Record<string, Record<string, unknown>> = {};
  const configuration = vscode.workspace.getConfiguration(SECTION);
  for (const name of names) {
    const found = configuration.inspect(name);
    if (!found) continue;
    const value = merged(found.globalValue, found.workspaceValue);
    if (value !== undefined) settings[name] = value;
    for (const language of found.languageIds ?? []) {
      const special = vscode.workspace.getConfiguration(SECTION, { languageId: language }).inspect(name);
      const own = merged(special?.globalLanguageValue, special?.workspaceLanguageValue);
      if (own !== undefined) (languages[language] ??= {})[name] = own;
    }
  }
  if (Object.keys(languages).length > 0) {
    const named = (settings['languages'] ?? {}) as Record<string, Record<string, unknown>>;
    const ids = new Set([...Object.keys(named), ...Object.keys(languages)]);
    settings['languages'] = Object.fromEntries(
      [...ids].map((id) => [id, { ...named[id], ...languages[id] }]),
    );
  }
  settings['trusted'] = vscode.workspace.isTrusted; // said either way, as it can be granted later
  return settings;
}

/** A workspace's value stands over the user's; of lists both count. */
function merged(user: unknown, workspace: unknown): unknown {
  if (Array.isArray(user) && Array.isArray(workspace)) return [...new Set([...user, ...workspace])];
  return workspace ?? user;
}

/** Returns whether completions are switched off for everything: then no server is needed. */
export function isOff(): boolean {
  const configuration = vscode.workspace.getConfiguration(SECTION);
  const enabled = configuration.inspect<boolean>('enabled');
  const isOn = enabled?.workspaceValue ?? enabled?.globalValue ?? true;
  return !isOn && (enabled?.languageIds ?? []).length === 0;
}
