// Text of a repository or a model stays text on every page.
import assert from 'node:assert/strict';
import test from 'node:test';
import { withPolicy } from '../html';
import { byState, fence, page } from '../review/skills';
import { escape, page as why } from '../why';

const SKILL = {
  name: 'a',
  state: 'candidate',
  mode: 'on',
  loads: false,
  reason: null,
  description: '<img src=x> [click](command:x)',
  folder: null,
  approved_by: null,
  approved_at: null,
  branches: ['housestyle/proposals/a'],
  retirement: null,
  body: '# A\n\nText.\n',
  evidence: null,
};

test('a skill cannot put markup on its page', () => {
  const text = page({ ...SKILL, report: { examples: [{ before: 'a\n```\n# b', after: 'c', path: 'p`', line: 1, commit: 'f'.repeat(40) }] } });
  assert.ok(text.includes('\\<img src=x\\> \\[click\\](command:x)'), text);
  assert.ok(text.includes('````diff\n- a\n- ```\n- # b\n+ c\n````'), text);
  assert.equal(text.match(/^# /gm)?.length, 1, 'one title');
});

test('a fence is longer than any in it', () => {
  assert.equal(fence('a ``` b', 'x'), '````x\na ``` b\n````');
});

test('states that want a person come first, unknown ones last', () => {
  const states = ['other', 'approved', 'candidate', 'proposed'].map((state) => ({ ...SKILL, state }));
  assert.deepEqual(byState(states).map(([state]) => state), ['candidate', 'proposed', 'approved', 'other']);
});

test('why names the place, and an empty list says so', () => {
  const request = { uri: 'file:///w/a%20b.rs', line: 2, column: 3, trigger: 'automatic', code: 'x', message: 'a | b', reused: true, window: null, skills: [], milliseconds: 5 };
  const text = why({ state: 'ready', message: 'ready', requests: [request] });
  assert.ok(text.includes('| a b.rs:2:3 | automatic | a \\| b (known already) | 5 ms |'), text);
  assert.ok(why({ state: 'ready', message: 'ready', requests: [] }).includes('Nothing was asked yet.'));
});

test('line ends cannot begin a line of a page', () => {
  assert.equal(escape('a\n# b'), 'a \\# b');
});

test('a report gets our policy before anything of its own', () => {
  const policy = withPolicy('<html><head lang="en"><script>x</script></head></html>');
  assert.ok(policy.startsWith('<html><head lang="en"><meta http-equiv="Content-Security-Policy" content="default-src \'none\''), policy);
  assert.ok(withPolicy('<p>x').includes("default-src 'none'"));
});
