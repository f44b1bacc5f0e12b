// What the status bar shows for what is known. Plain data, so that it can be tested without VS Code.
import type { Outcome } from './protocol';
import type { Known } from './server';

export interface Face {
  text: string;
  tooltip: string;
  tint?: 'error' | 'warning';
}

/** Reasons that hold for a whole document, so that the item can say "off here". */
const OFF_HERE = ['disabled', 'mode-off', 'path-disabled', 'document-too-large'];

export interface Here {
  /** Why the document that is looked at gets nothing whatever the server does; undefined if it may get something. */
  unserved: string | undefined;
  /** How the last request for it ended. */
  last: Outcome | undefined;
  snoozedUntil: Date | undefined;
  trusted: boolean;
}

export function face(known: Known, here: Here): Face {
  switch (known.state) {
    case 'starting':
      return { text: '$(loading~spin) Housestyle', tooltip: sentence(known.message) };
    case 'loading': {
      const percent = known.percent === undefined ? '' : ` ${known.percent} %`;
      return { text: `$(loading~spin) Housestyle${percent}`, tooltip: sentence(known.message) };
    }
    case 'missing':
    case 'crashed':
    case 'error':
      return { text: '$(error) Housestyle', tooltip: sentence(known.message), tint: 'error' };
    case 'stopped':
      return { text: '$(circle-slash) Housestyle: stopped', tooltip: 'The server is not running.' };
    case 'off':
      return { text: '$(circle-slash) Housestyle: off', tooltip: sentence(known.message) };
    case 'paused':
      return here.snoozedUntil
        ? { text: '$(bell-slash) Housestyle: snoozed', tooltip: `Quiet until ${clock(here.snoozedUntil)}.` }
        : { text: '$(debug-pause) Housestyle: paused', tooltip: 'Completions are paused.' };
    case 'thinking':
    case 'ready':
      break;
  }
  if (here.unserved) return { text: '$(circle-slash) Housestyle: off here', tooltip: sentence(here.unserved) };
  if (here.last && OFF_HERE.includes(here.last.code)) {
    return { text: '$(circle-slash) Housestyle: off here', tooltip: sentence(here.last.message) };
  }
  const lines = [
    known.model ? `Model ${known.model}.` : sentence(known.message),
    ...(here.last ? [`Last request: ${here.last.message}.`] : []),
    ...(here.trusted ? [] : ['This workspace is not trusted: nothing is noted, and its skills and adapters are not used.']),
  ];
  const icon = known.state === 'thinking' ? '$(sync~spin)' : '$(sparkle)';
  return { text: `${icon} Housestyle`, tooltip: lines.join('\n\n') };
}

function sentence(text: string): string {
  const begun = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.!?]$/.test(begun) ? begun : `${begun}.`;
}

function clock(time: Date): string {
  return time.toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' });
}
