// A double of three forges, for tests: no forge, but strict where a client could be wrong. Behind it are real bare
// repositories below ROOT, pushed to by git's own smart HTTP; pull requests are judged against the real branches.
// GitHub's interface is below /, Gitea's and Forgejo's below /api/v1, GitLab's below /api/v4; all three show the same pull
// requests. Environment: ROOT, TOKEN, LOGIN. It prints its port, and ends when its standard input does.
import { execFileSync, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import http from 'node:http';
import { join } from 'node:path';

const { ROOT, TOKEN = 'tok', LOGIN = 'dev' } = process.env;
const pulls = [];
const comments = [];
let base = '';

const git = (repo, ...args) =>
  execFileSync('git', ['-C', repo, ...args], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
const tip = (repo, branch) => {
  try {
    return git(repo, 'rev-parse', '--verify', `refs/heads/${branch}^{commit}`);
  } catch {
    return null;
  }
};

function send(res, code, object) {
  const text = JSON.stringify(object);
  res.writeHead(code, { 'content-type': 'application/json; charset=utf-8', 'content-length': Buffer.byteLength(text) });
  res.end(text);
}

/** Each forge takes the token in its own way; git sends it as a password. */
function isAuthorized(req, kind) {
  const given = req.headers.authorization ?? '';
  const basic = /^basic (.+)$/i.exec(given);
  if (kind === 'git') return !!basic && Buffer.from(basic[1], 'base64').toString().split(':').slice(1).join(':') === TOKEN;
  const scheme = kind === 'gitea' ? /^token (.+)$/i : /^bearer (.+)$/i;
  return scheme.exec(given)?.[1] === TOKEN;
}

function backend(req, res, url) {
  if (!isAuthorized(req, 'git')) {
    res.writeHead(401, { 'www-authenticate': 'Basic realm="git"' });
    return res.end();
  }
  const cgi = spawn('git', ['http-backend'], {
    env: {
      PATH: process.env.PATH, GIT_PROJECT_ROOT: ROOT, GIT_HTTP_EXPORT_ALL: '1', REMOTE_USER: LOGIN,
      PATH_INFO: url.pathname, QUERY_STRING: url.search.slice(1), REQUEST_METHOD: req.method,
      CONTENT_TYPE: req.headers['content-type'] ?? '', HTTP_CONTENT_ENCODING: req.headers['content-encoding'] ?? '',
      GIT_PROTOCOL: req.headers['git-protocol'] ?? '', REMOTE_ADDR: '127.0.0.1',
    },
  });
  req.pipe(cgi.stdin);
  let head = Buffer.alloc(0);
  let isHead = true;
  cgi.stdout.on('data', (data) => {
    if (!isHead) return res.write(data);
    head = Buffer.concat([head, data]);
    const end = head.indexOf('\r\n\r\n');
    if (end < 0) return;
    isHead = false;
    const headers = Object.fromEntries(head.subarray(0, end).toString().split('\r\n').map((line) => line.split(/: (.*)/s).slice(0, 2)));
    const status = parseInt(headers.Status ?? '200');
    delete headers.Status;
    res.writeHead(status, headers);
    res.write(head.subarray(end + 4));
  });
  cgi.stdout.on('end', () => res.end());
}

/** How each forge tells a pull request. */
function view(pull, kind) {
  if (kind === 'gitlab') {
    const state = { open: 'opened' }[pull.state] ?? pull.state;
    return { iid: pull.number, id: 1000 + pull.number, web_url: `${base}/${pull.repository}/-/merge_requests/${pull.number}`, state, title: pull.title, description: pull.body, source_branch: pull.head, target_branch: pull.base };
  }
  const side = (branch) => ({ ref: branch, label: `${pull.repository.split('/')[0]}:${branch}` });
  const merged_at = pull.state === 'merged' ? '2026-01-01T00:00:00Z' : null;
  return { number: pull.number, html_url: `${base}/${pull.repository}/pull/${pull.number}`, state: pull.state === 'open' ? 'open' : 'closed', merged_at, title: pull.title, body: pull.body, head: side(pull.head), base: side(pull.base), user: { login: LOGIN } };
}

/** How each forge refuses one. */
function refuse(res, kind, reason, exists = false) {
  if (kind === 'gitlab') return send(res, exists ? 409 : 400, { message: exists ? [reason] : { base: [reason] } });
  if (kind === 'gitea') return send(res, exists ? 409 : 422, { message: reason, url: `${base}/api/swagger` });
  return send(res, 422, { message: 'Validation Failed', errors: [{ resource: 'PullRequest', code: 'custom', message: reason }], status: '422' });
}

function create(res, kind, repository, document) {
  const names = kind === 'gitlab' ? ['source_branch', 'target_branch', 'description'] : ['head', 'base', 'body'];
  const [head, target, body] = names.map((name) => document[name]);
  for (const [name, value] of [['title', document.title], [names[0], head], [names[1], target]])
    if (typeof value !== 'string' || !value) return refuse(res, kind, `${name} is missing`);
  const repo = join(ROOT, `${repository}.git`);
  const [headTip, baseTip] = [head, target].map((branch) => tip(repo, branch));
  if (!headTip || !baseTip) return refuse(res, kind, `${headTip ? target : head} is no branch`);
  if (git(repo, 'rev-list', '--count', `${baseTip}..${headTip}`) === '0') return refuse(res, kind, `No commits between ${target} and ${head}`);
  if (pulls.some((pull) => pull.repository === repository && pull.state === 'open' && pull.head === head && pull.base === target))
    return refuse(res, kind, `A pull request already exists for ${head}.`, true);
  const pull = { repository, number: pulls.length + 1, state: 'open', title: document.title, body: body ?? null, head, base: target };
  pulls.push(pull);
  return send(res, 201, view(pull, kind));
}

function change(res, kind, pull, document) {
  const body = kind === 'gitlab' ? document.description : document.body;
  if (body !== undefined) pull.body = body;
  if (document.state) pull.state = document.state; // tests close and merge by it
  return send(res, 200, view(pull, kind));
}

/** Asks of lists what the real ones ask: a page, a size, and their own names for filters. */
function list(res, kind, all, query) {
  const size = Number(query.get(kind === 'gitea' ? 'limit' : 'per_page') ?? '30');
  const page = Number(query.get('page') ?? '1');
  return send(res, 200, all.slice((page - 1) * size, page * size));
}

const routes = {
  github: /^\/repos\/(?<r>[^/]+\/[^/]+)\/(?:pulls(?:\/(?<n>\d+))?|issues\/(?:(?<on>\d+)\/comments|comments\/(?<c>\d+)))$/,
  gitea: /^\/api\/v1\/repos\/(?<r>[^/]+\/[^/]+)\/(?:pulls(?:\/(?<n>\d+))?|issues\/(?:(?<on>\d+)\/comments|comments\/(?<c>\d+)))$/,
  gitlab: /^\/api\/v4\/projects\/(?<r>[^/]+)\/merge_requests(?:\/(?<n>\d+)(?:\/notes(?:\/(?<c>\d+))?)?)?$/,
};

function answer(req, res, kind, url, raw) {
  if (!req.headers['user-agent']) return send(res, 403, { message: 'Please make sure your request has a User-Agent header.' });
  if (!isAuthorized(req, kind)) return send(res, 401, { message: kind === 'gitlab' ? '401 Unauthorized' : 'Bad credentials' });
  const found = routes[kind].exec(url.pathname)?.groups;
  const repository = found && decodeURIComponent(found.r);
  if (!found || !existsSync(join(ROOT, `${repository}.git`))) return send(res, 404, { message: 'Not Found' });
  if (repository.endsWith('/forbidden')) return send(res, 403, { message: 'Resource not accessible by personal access token' });
  let document = {};
  if (raw.length) {
    if (!/^application\/json/.test(req.headers['content-type'] ?? '')) return send(res, 415, { message: 'JSON, please' });
    try {
      document = JSON.parse(raw);
    } catch {
      return send(res, 400, { message: 'Problems parsing JSON' });
    }
  }
  const notes = kind === 'gitlab' ? /\/notes/.test(url.pathname) : found.on || found.c;
  const update = kind === 'gitlab' ? 'PUT' : 'PATCH';
  if (notes) {
    const on = Number(found.on ?? found.n);
    const comment = comments.find((one) => one.id === Number(found.c));
    if (found.c && !comment) return send(res, 404, { message: 'Not Found' });
    if (comment && req.method === update) return send(res, 200, Object.assign(comment, { body: document.body }));
    if (req.method === 'GET') return list(res, kind, comments.filter((one) => one.on === on), url.searchParams);
    if (req.method !== 'POST') return send(res, 405, { message: 'Method Not Allowed' });
    comments.push({ id: comments.length + 1, on, body: document.body });
    return send(res, 201, comments.at(-1));
  }
  if (found.n) {
    const pull = pulls.find((one) => one.repository === repository && one.number === Number(found.n));
    if (!pull) return send(res, 404, { message: 'Not Found' });
    return req.method === update ? change(res, kind, pull, document) : send(res, 200, view(pull, kind));
  }
  if (req.method === 'POST') return create(res, kind, repository, document);
  const query = url.searchParams;
  const owner = repository.split('/')[0];
  // GitHub shows open ones unless asked for all, and filters by owner and branch; Gitea knows no such filter.
  const head = kind === 'github' ? query.get('head') : null;
  const source = kind === 'gitlab' ? query.get('source_branch') : null;
  const all = pulls.filter((pull) => pull.repository === repository
    && (query.get('state') === 'all' || pull.state === 'open')
    && (!head || head === `${owner}:${pull.head}`) && (!source || source === pull.head));
  return list(res, kind, all.reverse().map((pull) => view(pull, kind)), query);
}

const server = http.createServer(async (req, res) => {
  const url = new URL(req.url, base);
  if (/\.git\//.test(url.pathname)) return backend(req, res, url);
  const chunks = [];
  for await (const chunk of req) chunks.push(chunk);
  const kind = url.pathname.startsWith('/api/v1/') ? 'gitea' : url.pathname.startsWith('/api/v4/') ? 'gitlab' : 'github';
  try {
    answer(req, res, kind, url, Buffer.concat(chunks));
  } catch (error) {
    send(res, 500, { message: String(error) });
  }
});
server.listen(0, '127.0.0.1', () => {
  base = `http://127.0.0.1:${server.address().port}`;
  console.log(server.address().port);
});
process.stdin.on('end', () => process.exit(0)).resume();
