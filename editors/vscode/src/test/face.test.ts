// What the status bar says for what is known.
import assert from 'node:assert/strict';
import test from 'node:test';
import { face } from '../face';

type Arguments = Parameters<typeof face>;
const HERE = { unserved: undefined, last: undefined, snoozedUntil: undefined, trusted: true };

function check(known: Arguments[0], here: Partial<Arguments[1]>, text: string, tooltip: string): void {
  const shown = face(known, { ...HERE, ...here });
  assert.ok(shown.text.endsWith(text), shown.text);
  assert.ok(shown.tooltip.includes(tooltip), shown.tooltip);
}

const READY = { state: 'ready', message: 'ready', model: 'tiny' } as const;

test('each state has its own face', () => {
  check({ state: 'loading', message: 'reading tiny', percent: 40 }, {}, 'Housestyle 40 %', 'Reading tiny.');
  check({ state: 'loading', message: 'reading tiny' }, {}, ' Housestyle', 'Reading tiny.');
  check(READY, {}, '$(sparkle) Housestyle', 'Model tiny.');
  check({ ...READY, state: 'thinking' }, {}, '$(sync~spin) Housestyle', 'Model tiny.');
  check({ state: 'off', message: 'switched off in the settings' }, {}, ': off', 'Switched off');
  check({ state: 'error', message: 'no model' }, {}, '$(error) Housestyle', 'No model.');
});

test('"off here" is for what holds for the whole document, and why', () => {
  check(READY, { last: { code: 'path-disabled', message: 'this file is left alone' } }, 'off here', 'left alone');
  check(READY, { unserved: 'there are no completions in output: documents' }, 'off here', 'output');
  check(READY, { last: { code: 'blank', message: 'only white space' } }, ' Housestyle', 'Last request: only white space.');
});

test('an error stands before everything about the document', () => {
  check({ state: 'error', message: 'no model' }, { unserved: 'x' }, '$(error) Housestyle', 'No model.');
});

test('a pause says until when, where that is known', () => {
  check({ state: 'paused', message: 'paused' }, {}, 'paused', 'paused');
  check({ state: 'paused', message: 'paused' }, { snoozedUntil: new Date() }, 'snoozed', 'Quiet until');
});
