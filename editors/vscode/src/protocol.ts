// What the server tells beyond the protocol; server/PROTOCOL.md has it all.

export interface Outcome {
  code: string;
  message: string;
}

/** `housestyle/status`. */
export interface Status {
  state: 'loading' | 'ready' | 'thinking' | 'off' | 'paused' | 'error';
  message: string;
  percent?: number;
  model?: string;
  last?: Outcome;
}

/** One request as `housestyle.why` tells it. */
export interface Told {
  uri: string;
  line: number;
  column: number;
  trigger: string;
  code: string;
  message: string;
  reused: boolean;
  window: 'whole' | 'near' | null;
  skills: string[];
  milliseconds: number;
}

/** What `housestyle.why` returns. */
export interface Why extends Status {
  requests: Told[];
}

export const STATUS = 'housestyle/status';
export const DID_FOCUS = 'textDocument/didFocus';
export const ACCEPTED = 'housestyle.accepted';
export const TOGGLE = 'housestyle.toggle';
export const WHY = 'housestyle.why';
