// Why there was a suggestion or none, as a page to read.
import type { Pages } from './pages';
import type { RequestReport, Why } from './protocol';
import type { Server } from './server';

export async function showWhy(server: Server, pages: Pages): Promise<void> {
  const why = await server.why();
  await pages.show('Why', why ? page(why) : `# There is no server\n\n${server.known.message}\n`);
}

/** Returns the page. No text of the user is in it. */
export function page(why: Why): string {
  const model = why.model ? `, model \`${why.model}\`` : '';
  const lines = ['# Why', '', `The server says: **${escape(why.message)}**${model}.`, ''];
  if (why.requests.length === 0) return [...lines, 'Nothing was asked yet.', ''].join('\n');
  lines.push('The last requests, newest first:', '', '| Where | Asked | Answer | Time |', '|---|---|---|---|');
  return [...lines, ...why.requests.map(row), ''].join('\n');
}

function row(request: RequestReport): string {
  const name = decodeURIComponent(request.uri.split('/').at(-1) ?? request.uri);
  const notes = [request.reused ? 'known already' : '', ...request.skills].filter(Boolean).join(', ');
  const answer = escape(request.message) + (notes ? ` (${escape(notes)})` : '');
  return `| ${escape(name)}:${request.line}:${request.column} | ${request.trigger} | ${answer} | ${request.milliseconds} ms |`;
}

/** Text from outside must not become markup. */
export function escape(text: string): string {
  return text.replace(/[\\`*_{}[\]<>#|~]/g, '\\$&').replace(/\s+/g, ' ');
}
