// What the server sends beyond the protocol; server/PROTOCOL.md has it all.

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

/** One request in the answer of `housestyle.why`. */
export interface RequestReport {
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
  requests: RequestReport[];
}

export const STATUS = 'housestyle/status';
export const DID_FOCUS = 'textDocument/didFocus';
export const ACCEPTED = 'housestyle.accepted';
export const TOGGLE = 'housestyle.toggle';
export const WHY = 'housestyle.why';
