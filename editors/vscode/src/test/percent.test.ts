// The share is read from the lines that the program writes.
import assert from 'node:assert/strict';
import test from 'node:test';
import { percentOf } from '../percent';

test('lines of a download and of mining', () => {
  assert.equal(percentOf('part 2 of 6:  42 %  200 MB of 470 MB  8 MB/s  30 s left'), 42);
  assert.equal(percentOf('mining: 100 %  1000 of 1000'), 100);
  assert.equal(percentOf('fetching from the hub'), undefined);
});
