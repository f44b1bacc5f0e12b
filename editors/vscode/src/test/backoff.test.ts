// Restarts come later each time, and end.
import assert from 'node:assert/strict';
import test from 'node:test';
import { Backoff } from '../backoff';

test('each restart waits twice as long, and the sixth crash within three minutes is the last', () => {
  const backoff = new Backoff();
  const waits = [0, 1, 2, 3, 4, 5].map((second) => backoff.crashed(1000 * second));
  assert.deepEqual(waits, [1000, 2000, 4000, 8000, 16000, undefined]);
});

test('crashes long ago do not count', () => {
  const backoff = new Backoff();
  for (let minute = 0; minute < 20; minute++) {
    const wait = backoff.crashed(60_000 * minute);
    assert.ok(wait !== undefined && wait <= 4000, `minute ${minute}: ${wait}`);
  }
});

test('a restart by hand begins anew', () => {
  const backoff = new Backoff();
  for (let second = 0; second < 5; second++) backoff.crashed(second);
  backoff.forget();
  assert.equal(backoff.crashed(10), 1000);
});
