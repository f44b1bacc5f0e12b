// Review inside VS Code: two views, and the commands on what is in them.
import * as vscode from 'vscode';
import type { Cli } from '../cli';
import { folderOf } from '../documents';
import type { Pages } from '../pages';
import { type AdapterDetails, page as adapterPage } from './adapters';
import { mine, openBranch, propose, reject, showError } from './proposing';
import { showReport } from './report';
import { type SkillDetails, page as skillPage } from './skills';
import { activate, approve, rollback } from './switching';
import { AdapterItem, AdapterTree, SkillItem, SkillTree } from './trees';

export function registerReview(context: vscode.ExtensionContext, cli: Cli, pages: Pages): void {
  const skills = new SkillTree(cli);
  const adapters = new AdapterTree(cli);
  const refresh = () => {
    skills.refresh();
    adapters.refresh();
  };
  /** Runs what may change something, and looks again if it did. */
  const changing = (run: (item: never) => Promise<boolean>) => async (item: unknown) => {
    if (await run(item as never)) refresh();
  };
  const skillOf = (item: unknown) => (item instanceof SkillItem ? item.skill : undefined);

  const commands: Record<string, (item: unknown) => unknown> = {
    'review.refresh': refresh,
    'skills.open': (item) => item instanceof SkillItem && openSkill(cli, pages, item),
    'skills.mine': changing(() => mine(cli)),
    'skills.propose': changing((item) => propose(cli, pages, skillOf(item))),
    'skills.openBranch': (item) => openBranch(cli, pages, skillOf(item)),
    'skills.reject': changing(async (item: SkillItem) => item instanceof SkillItem && reject(cli, item.skill)),
    'adapters.open': (item) => item instanceof AdapterItem && openAdapter(cli, pages, item),
    'adapters.approve': changing(async (item: AdapterItem) => item instanceof AdapterItem && approve(cli, item.adapter)),
    'adapters.activate': changing(async (item: AdapterItem) => item instanceof AdapterItem && activate(cli, item.adapter)),
    'adapters.rollback': changing(() => rollback(cli)),
    report: () => showReport(context, cli),
  };
  context.subscriptions.push(
    vscode.window.registerTreeDataProvider('housestyle.skills', skills),
    vscode.window.registerTreeDataProvider('housestyle.adapters', adapters),
    vscode.workspace.onDidGrantWorkspaceTrust(refresh),
    vscode.workspace.onDidChangeWorkspaceFolders(refresh),
    ...Object.entries(commands).map(([name, run]) => vscode.commands.registerCommand(`housestyle.${name}`, run)),
  );
}

async function openSkill(cli: Cli, pages: Pages, { skill }: SkillItem): Promise<void> {
  const cwd = folderOf()?.fsPath;
  try {
    const details = await cli.json<SkillDetails>(['skill', 'show', skill.name], { cwd });
    await pages.show(`Skill ${skill.name}`, skillPage(details));
  } catch (error) {
    showError(error);
  }
}

async function openAdapter(cli: Cli, pages: Pages, { adapter }: AdapterItem): Promise<void> {
  const cwd = folderOf()?.fsPath;
  try {
    const details = await cli.json<AdapterDetails>(['adapter', 'show', String(adapter.number)], { cwd });
    await pages.show(`Adapter ${adapter.number}`, adapterPage(details));
  } catch (error) {
    showError(error);
  }
}
