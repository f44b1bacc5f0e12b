// The two trees: skills by state, and adapters, newest first.
import * as vscode from 'vscode';
import type { Cli } from '../cli';
import { folderOf } from '../documents';
import { type Adapter, type AdapterList, label, origin } from './adapters';
import { type Skill, type SkillList, byState } from './skills';

/** A line without anything below or behind it: why there is nothing. */
class Note extends vscode.TreeItem {
  constructor(text: string) {
    super(text, vscode.TreeItemCollapsibleState.None);
    this.tooltip = text; // a view is narrow
  }
}

/** Returns the line that says why nothing is approved, if something is to be approved. */
function problem(text: string | null | undefined, waits: boolean): Note[] {
  return text && waits ? [new Note(text)] : [];
}

class State extends vscode.TreeItem {
  constructor(
    state: string,
    readonly skills: Skill[],
  ) {
    const quiet = ['superseded', 'retired'].includes(state);
    super(state, quiet ? vscode.TreeItemCollapsibleState.Collapsed : vscode.TreeItemCollapsibleState.Expanded);
    this.description = String(skills.length);
  }
}

export class SkillItem extends vscode.TreeItem {
  constructor(readonly skill: Skill) {
    super(skill.name, vscode.TreeItemCollapsibleState.None);
    const off = skill.mode === 'on' ? '' : `(${skill.mode}) `;
    this.description = off + (skill.reason ?? skill.description ?? '');
    this.tooltip = [skill.description, skill.reason, skill.retirement, ...skill.branches].filter(Boolean).join('\n\n');
    this.iconPath = new vscode.ThemeIcon(ICONS[skill.state] ?? 'circle-outline');
    this.contextValue = `skill.${skill.state}${skill.branches.length > 0 ? '.branch' : ''}`;
    this.command = { command: 'housestyle.skills.open', title: 'Open', arguments: [this] };
  }
}

const ICONS: Record<string, string> = {
  candidate: 'lightbulb',
  proposed: 'git-pull-request',
  approved: 'pass',
  shadow: 'eye-closed',
  superseded: 'history',
  retired: 'archive',
  refused: 'error',
};

export class AdapterItem extends vscode.TreeItem {
  constructor(readonly adapter: Adapter) {
    super(label(adapter), vscode.TreeItemCollapsibleState.None);
    this.description = `${adapter.state}, ${origin(adapter)}`;
    this.iconPath = new vscode.ThemeIcon(adapter.state === 'active' ? 'pass-filled' : 'layers');
    this.contextValue = `adapter.${adapter.state}`;
    this.command = { command: 'housestyle.adapters.open', title: 'Open', arguments: [this] };
  }
}

/** A tree that is asked for anew when it is told to. */
abstract class Tree implements vscode.TreeDataProvider<vscode.TreeItem> {
  private readonly changed = new vscode.EventEmitter<void>();
  readonly onDidChangeTreeData = this.changed.event;

  constructor(protected readonly cli: Cli) {}

  refresh(): void {
    this.changed.fire();
  }

  getTreeItem(item: vscode.TreeItem): vscode.TreeItem {
    return item;
  }

  async getChildren(item?: vscode.TreeItem): Promise<vscode.TreeItem[]> {
    if (item) return item instanceof State ? item.skills.map((skill) => new SkillItem(skill)) : [];
    if (!vscode.workspace.isTrusted) return [new Note('This workspace is not trusted.')];
    const cwd = folderOf()?.fsPath;
    if (!cwd) return []; // the view's welcome says what to do
    try {
      return await this.roots(cwd);
    } catch (error) {
      return [new Note((error as Error).message)];
    }
  }

  protected abstract roots(cwd: string): Promise<vscode.TreeItem[]>;
}

export class SkillTree extends Tree {
  protected async roots(cwd: string): Promise<vscode.TreeItem[]> {
    const list = await this.cli.json<SkillList>(['skill', 'list'], { cwd });
    if (!list.trusted) return [new Note('This workspace is not trusted.')];
    const states = byState(list.skills).map(([state, skills]) => new State(state, skills));
    return [...problem(list.problem, states.length > 0), ...states];
  }
}

export class AdapterTree extends Tree {
  protected async roots(cwd: string): Promise<vscode.TreeItem[]> {
    const list = await this.cli.json<AdapterList>(['adapter', 'list'], { cwd });
    const versions = list.versions.map((version) => new AdapterItem(version));
    return [...problem(list.problem, versions.length > 0), ...versions];
  }
}
