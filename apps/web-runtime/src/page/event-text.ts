import type { RuntimeEvent } from '@lading/mount';
import { shortDigest, wholeBytes } from './byte-text.js';
import { describeProblem } from './problem-card.js';

/** One line of the log. */
export interface EventText {
  readonly text: string;
  readonly kind: 'good' | 'bad';
}

/** Says what a runtime reports, or nothing where it is of no interest to a visitor. */
export function eventText(event: RuntimeEvent): EventText | undefined {
  switch (event.type) {
    case 'release':
      return good(`release ${event.version}: root, channel and release verified`);
    case 'downloadStarted':
      return good(`${event.archive}: downloading ${wholeBytes(event.sizeBytes)} bytes`);
    case 'downloadPaused':
      return good(`${event.archive}: makes way, ${wholeBytes(event.receivedBytes)} bytes are here`);
    case 'downloadRetried':
      return bad(`${event.archive}: try ${event.attempt}, ${describeProblem(event.error).code}`);
    case 'deltaStarted':
      return good(`${event.archive}: ${wholeBytes(event.localBytes)} bytes of it are here already`);
    case 'deltaFailed':
      return bad(`${event.archive}: fetched whole, ${describeProblem(event.error).code}`);
    case 'downloadEnded':
      return good(
        `${event.archive}: ${wholeBytes(event.receivedBytes)} bytes, sha256 ${shortDigest(event.digest)} verified`,
      );
    case 'downloadFailed':
      return bad(`${event.archive}: ${describeProblem(event.error).code}`);
    case 'mounted':
      return good(`${event.mount.name}: mounted with priority ${event.mount.priority}`);
    case 'unmounted':
      return good(`${event.mount.name}: unmounted`);
    case 'stale':
      return bad(`channel ${event.channel} expired at ${event.expiresAt}; what is here keeps working`);
    case 'refreshFailed':
      return bad(`channel: ${describeProblem(event.error).code}`);
    case 'mountDropped':
      return bad(`${event.name}: not restored, ${describeProblem(event.error).code}`);
    case 'ready':
      return good('marked ready: a later release falls back on this one');
    case 'rolledBack':
      return bad(`release ${shortDigest(event.release)} was given up (${event.failure}); the last good one is back`);
    case 'storeFailed':
      return bad(`store: ${describeProblem(event.error).code}`);
    case 'repaired':
      return bad(`${event.archive}: broken in the store, fetched again`);
    case 'generation':
      return undefined;
  }
}

function good(text: string): EventText {
  return { text, kind: 'good' };
}

function bad(text: string): EventText {
  return { text, kind: 'bad' };
}
