// The team's skills as the program tells them, and what is shown of one.
import { escape } from '../why';

export interface Skill {
  name: string;
  state: string;
  mode: string;
  loads: boolean;
  reason: string | null;
  description: string | null;
  folder: string | null;
  approved_by: string | null;
  approved_at: number | null;
  branches: string[];
  retirement: string | null;
}

export interface SkillList {
  trusted: boolean;
  /** Why nothing is approved, and what to do. */
  problem?: string | null;
  skills: Skill[];
}

/** `skill show`; what a program without it leaves out is left out of the page. */
export interface SkillDetails extends Skill {
  body: string | null;
  evidence: string | null;
  scope?: { languages?: string[]; paths?: string[] } | null;
  warnings?: string[] | null;
  findings?: unknown[];
  counters?: { uses: number; validated: number; objections: number; since: number };
  report?: { title?: string; examples?: Example[]; support?: Support; later?: LaterEdits } | null;
}

interface Example {
  before: string | null;
  after: string | null;
  path: string;
  line: number;
  commit: string;
}

interface Support {
  places: number;
  followed: number;
  files: number;
  authors: number;
  changed: number;
}

interface LaterEdits {
  places: number;
  followed: number;
  interval: [number, number];
}

/** States in the order in which somebody has to act on them. */
const ORDER = ['candidate', 'proposed', 'approved', 'shadow', 'superseded', 'retired', 'refused'];

/** Returns skills by state, the states that want a person first. */
export function byState(skills: Skill[]): [string, Skill[]][] {
  const states = [...new Set(skills.map((skill) => skill.state))];
  const place = (state: string) => (ORDER.includes(state) ? ORDER.indexOf(state) : ORDER.length);
  states.sort((a, b) => place(a) - place(b));
  return states.map((state) => [state, skills.filter((skill) => skill.state === state)]);
}

/** Returns the page of a skill: what it says, before and after, and what speaks for and against it. */
export function page(skill: SkillDetails): string {
  const lines = [`# ${escape(skill.report?.title ?? skill.name)}`, '', `**${skill.state}** · \`${escape(skill.name)}\``, ''];
  const say = (text: string | null | undefined) => text && lines.push(text, '');
  say(skill.description && escape(skill.description));
  say(skill.reason && `> ${escape(skill.reason)}`);
  say(skill.retirement && `> Proposed for retirement: ${escape(skill.retirement)}`);
  say(skill.approved_by && `Approved by ${escape(skill.approved_by)}${skill.approved_at ? `, ${day(skill.approved_at)}` : ''}.`);
  say(skill.branches.length > 0 && `For review on ${skill.branches.map((branch) => `\`${escape(branch)}\``).join(', ')}.`
    || undefined);
  say(evidence(skill));
  lines.push(...examples(skill.report?.examples ?? []));
  say(skill.body && `---\n\n${withoutTitle(skill.body)}`);
  say(skill.evidence && `---\n\n${skill.evidence}`);
  for (const warning of skill.warnings ?? []) lines.push(`- Warning: ${escape(warning)}`);
  for (const finding of skill.findings ?? []) lines.push(`- Found: ${escape(JSON.stringify(finding))}`);
  return `${lines.join('\n')}\n`;
}

/** The page has a title already. */
function withoutTitle(markdown: string): string {
  return markdown.trimStart().replace(/^# .*\n+/, '');
}

/** Returns the numbers in a sentence or two. */
function evidence(skill: SkillDetails): string | undefined {
  const { support, later } = skill.report ?? {};
  const { counters } = skill;
  const sentences: string[] = [];
  if (support) {
    sentences.push(
      `${support.followed} of ${support.places} places follow it, in ${support.files} files by ${support.authors} people; ` +
        `changed to it: ${support.changed}.`,
    );
  }
  if (later && later.places > 0) {
    const [low, high] = later.interval.map((end) => Math.round(100 * end));
    sentences.push(`In later edits ${later.followed} of ${later.places} (${low} to ${high} %).`);
  }
  if (counters && counters.since > 0) {
    sentences.push(`Used ${counters.uses} times: ${counters.validated} shown to be right, ${counters.objections} objections.`);
  }
  return sentences.length > 0 ? sentences.join(' ') : undefined;
}

/** Returns places of the repository before and after somebody changed them to follow it. */
function examples(all: Example[]): string[] {
  const changed = all.filter((example) => example.before !== null && example.after !== null);
  if (changed.length === 0) return [];
  const lines = ['## Before and after', ''];
  for (const { path, line, commit, before, after } of changed) {
    lines.push(`\`${escape(path)}:${line}\` in \`${commit.slice(0, 12)}\``, '', fence(diff(before!, after!), 'diff'), '');
  }
  return lines;
}

function diff(before: string, after: string): string {
  const mark = (sign: string, text: string) => text.replace(/\n$/, '').split('\n').map((line) => `${sign} ${line}`);
  return [...mark('-', before), ...mark('+', after)].join('\n');
}

/** Returns a code block that its text cannot end. */
export function fence(text: string, language: string): string {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map((run) => run[0].length));
  const ticks = '`'.repeat(longest + 1);
  return `${ticks}${language}\n${text}\n${ticks}`;
}

function day(seconds: number): string {
  return new Date(1000 * seconds).toISOString().slice(0, 10);
}
