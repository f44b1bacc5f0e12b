// How far a task is, from the lines that the program writes to a log.

/** Returns the share in `label:  42 %  200 MB of 470 MB`. */
export function percentOf(line: string): number | undefined {
  const found = /\b(\d{1,3}) %/.exec(line)?.[1];
  return found === undefined ? undefined : Math.min(100, Number(found));
}
