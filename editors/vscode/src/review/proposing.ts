// Skills on their way: looked for, proposed on a branch, and the branch looked at.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import * as vscode from 'vscode';
import { Cancelled, type Cli } from '../cli';
import { folderOf } from '../documents';
import type { Pages } from '../pages';
import { SECTION } from '../settings';
import { percentOf } from '../percent';
import type { Skill, SkillList } from './skills';

const git = promisify(execFile);
const MOST_DIFF_BYTES = 8 << 20;

interface Proposal {
  proposed: { name: string; branch: string; outcome: string; pull_request: { url: string } | null }[];
  refused: { name: string; reason: string }[];
}

export async function mine(cli: Cli): Promise<boolean> {
  const cwd = folderOf()?.fsPath;
  if (!cwd) return false;
  const options = { location: vscode.ProgressLocation.Notification, title: 'Housestyle: looking for rules', cancellable: true };
  try {
    const found = await vscode.window.withProgress(options, (progress, token) => {
      const onLine = (line: string) => {
        const percent = percentOf(line);
        if (percent !== undefined) progress.report({ message: `${line.split(':')[0]} ${percent} %` });
      };
      return cli.json<{ candidates: unknown[] }>(['skill', 'mine'], { cwd, token, onLine });
    });
    const count = found.candidates.length;
    const text = count > 0 ? `${count} candidates are in the view Skills.` : 'no rule is followed often enough to be proposed.';
    void vscode.window.showInformationMessage(`Housestyle: ${text}`);
    return true;
  } catch (error) {
    if (!(error instanceof Cancelled)) showError(error);
    return false;
  }
}

/** Commits a candidate to a branch of its own; the work tree stays as it is. */
export async function propose(cli: Cli, pages: Pages, skill: Skill | undefined): Promise<boolean> {
  const cwd = folderOf()?.fsPath;
  const candidate = skill ?? (cwd ? await choose(cli, cwd, ['candidate'], 'Which candidate?') : undefined);
  if (!candidate || !cwd) return false;
  const how = await vscode.window.showQuickPick(ways(), { placeHolder: `Propose ${candidate.name}` });
  if (!how) return false;
  try {
    const done = await cli.json<Proposal>(['skill', 'propose', candidate.name, ...how.options], { cwd, mayRefuse: true });
    for (const { name, reason } of done.refused) {
      void vscode.window.showWarningMessage(`Housestyle: ${name} is not proposed: ${reason}`);
    }
    for (const proposal of done.proposed) void showProposed(pages, cwd, proposal);
    return true;
  } catch (error) {
    showError(error);
    return false;
  }
}

function ways(): (vscode.QuickPickItem & { options: string[] })[] {
  const here = { label: '$(git-branch) Commit to a branch here', description: 'nothing leaves this machine', options: [] as string[] };
  if (vscode.workspace.getConfiguration(SECTION).get('offline', false)) return [here];
  return [
    here,
    { label: '$(repo-push) Push the branch too', description: "to the team's remote, with your git", options: ['--push'] },
    { label: '$(git-pull-request) Push it and open a pull request', options: ['--open'] },
  ];
}

async function showProposed(pages: Pages, cwd: string, { name, branch, pull_request }: Proposal['proposed'][number]): Promise<void> {
  const look = 'Open the branch';
  const web = pull_request ? ['Open the pull request'] : [];
  const answer = await vscode.window.showInformationMessage(`Housestyle: ${name} is on ${branch}.`, look, ...web);
  if (answer === look) await showBranch(pages, cwd, branch);
  else if (answer && pull_request) await vscode.env.openExternal(vscode.Uri.parse(pull_request.url, true));
}

/** Shows what the branch of a proposal changes. */
export async function openBranch(cli: Cli, pages: Pages, skill: Skill | undefined): Promise<void> {
  const cwd = folderOf()?.fsPath;
  const proposed = skill ?? (cwd ? await choose(cli, cwd, undefined, 'Which proposal?') : undefined);
  const branch = proposed?.branches[0];
  if (cwd && branch) await showBranch(pages, cwd, branch);
}

async function showBranch(pages: Pages, cwd: string, branch: string): Promise<void> {
  try {
    // From where it left whatever it was made from: also right while the default branch goes on.
    const options = { cwd, maxBuffer: MOST_DIFF_BYTES };
    const { stdout } = await git('git', ['diff', '--no-color', '--no-ext-diff', `HEAD...${branch}`, '--'], options);
    await pages.showSource(branch, 'diff', stdout);
  } catch (error) {
    showError(error);
    return;
  }
  const checkOut = 'Check it out';
  const answer = await vscode.window.showInformationMessage(`Housestyle: this is what ${branch} changes.`, checkOut);
  if (answer !== checkOut) return;
  await git('git', ['switch', branch], { cwd }).catch(showError);
}

/** Says no to a candidate. */
export async function reject(cli: Cli, skill: Skill): Promise<boolean> {
  const cwd = folderOf()?.fsPath;
  const detail = 'It comes back once twice as much speaks for it.';
  const yes = 'Reject';
  if (!cwd || (await vscode.window.showWarningMessage(`Reject ${skill.name}?`, { modal: true, detail }, yes)) !== yes) return false;
  return cli.run(['skill', 'reject', skill.name], { cwd }).then(() => true, showError);
}

/** Lets the user choose a skill of some state, or of those that are on a branch. */
async function choose(cli: Cli, cwd: string, states: string[] | undefined, placeHolder: string): Promise<Skill | undefined> {
  try {
    const { skills } = await cli.json<SkillList>(['skill', 'list'], { cwd });
    const fit = skills.filter((skill) => (states ? states.includes(skill.state) : skill.branches.length > 0));
    if (fit.length === 0) {
      void vscode.window.showInformationMessage('Housestyle: there is none. "Mine Skills" looks for candidates.');
      return undefined;
    }
    const items = fit.map((skill) => ({ label: skill.name, detail: skill.description ?? '', skill }));
    return (await vscode.window.showQuickPick(items, { placeHolder }))?.skill;
  } catch (error) {
    showError(error);
    return undefined;
  }
}

/** Shows an error's own words. */
export function showError(error: unknown): false {
  void vscode.window.showErrorMessage(`Housestyle: ${(error as Error).message}`);
  return false;
}
