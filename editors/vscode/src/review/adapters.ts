// Adapters as the program tells them, and what is shown of one.
import { escape } from '../why';

export interface Adapter {
  number: number;
  id: string | null;
  base: string;
  time: number;
  state: string;
  eligible: boolean;
  /** The gate's word on it: what it claims, or what the gate found on this machine. */
  gate?: string;
  /** Why its merge does not approve it now. */
  withdrawn?: string | null;
  origin: unknown;
  approver: { name: string; email: string; time: number } | null;
  forgotten?: number;
}

export interface AdapterList {
  active: number | null;
  /** Why nothing is approved, and what to do. */
  problem?: string | null;
  versions: Adapter[];
}

interface Gate {
  checks?: { name: string; passed: boolean; finding: string }[];
}

/** `adapter show`. */
export interface AdapterDetails extends Adapter {
  adapter?: { rank: number; layers: number; parameters: number; targets: string[] } | null;
  /** What came with the adapter, which anybody could write. */
  report?: { gate?: Gate } | null;
  /** What the gate found on this machine. */
  judgement?: { gate?: Gate } | null;
  manifest?: unknown;
}

/** Returns what an adapter is called in a list. */
export function label(adapter: Adapter): string {
  return `${adapter.number} ${adapter.id ? adapter.id.slice(0, 12) : 'no adapter'}`;
}

/** Returns where an adapter came from. */
export function origin(adapter: Adapter): string {
  if (adapter.origin === 'learned') return 'learned here';
  if (adapter.origin === 'imported') return 'imported';
  if (adapter.origin === 'pulled') return 'from the team';
  const to = (adapter.origin as { rollback_to?: number } | null)?.rollback_to;
  return to === undefined ? 'of unknown origin' : to === 0 ? 'rollback to no adapter' : `rollback to ${to}`;
}

/** Returns the page of an adapter: what it is, and what the gate said of it. */
export function page(adapter: AdapterDetails): string {
  const lines = [`# Adapter ${adapter.number}`, '', `**${adapter.state}** · ${escape(origin(adapter))} · ${moment(adapter.time)}`, ''];
  lines.push('| | |', '|---|---|');
  const row = (name: string, value: string | undefined) => value && lines.push(`| ${name} | ${escape(value)} |`);
  row('Id', adapter.id ?? undefined);
  row('Model', adapter.base);
  const header = adapter.adapter;
  row('Change', header ? `rank ${header.rank}, ${header.targets.join(', ')} of ${header.layers} layers, ${header.parameters} numbers` : undefined);
  row('Approved by', adapter.approver ? `${adapter.approver.name} <${adapter.approver.email}>, ${moment(adapter.approver.time)}` : undefined);
  row('Approval', adapter.withdrawn ?? undefined);
  row('Forgotten', adapter.forgotten ? `${adapter.forgotten} journal entries that it learned from; learn anew to be rid of them` : undefined);
  lines.push('', '## Gate', '');
  lines.push(escape(adapter.gate ?? 'never judged on this machine'), '');
  const judged = adapter.judgement?.gate;
  for (const check of (judged ?? adapter.report?.gate)?.checks ?? []) {
    const mark = !judged ? 'claims' : check.passed ? '✓' : '✗';
    lines.push(`- ${mark} **${escape(check.name)}**: ${escape(check.finding)}`);
  }
  return `${lines.join('\n')}\n`;
}

function moment(seconds: number): string {
  return new Date(1000 * seconds).toISOString().slice(0, 16).replace('T', ' ');
}
