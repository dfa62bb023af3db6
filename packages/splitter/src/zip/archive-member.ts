import { isResourcePath } from '@lading/manifest';
import { printable, SplitError } from '../split-error.js';

/** One file of an archive, in the order in which it is to stand there. */
export type ArchiveMember = BytesMember | FileMember;

interface MemberFacts {
  /** `/` separated and relative, as {@link isResourcePath} has it behind its slash; unique in the archive. */
  readonly name: string;
  /** Tells the type where the name does not: content that is named by a digest. Default: the name. */
  readonly typePath?: string | undefined;
}

/** A member whose bytes are at hand. They must not change until the next member is asked for. */
export interface BytesMember extends MemberFacts {
  readonly bytes: Uint8Array;
}

/** A member that is a file. Above 16 MiB it is read twice and never held as a whole. */
export interface FileMember extends MemberFacts {
  readonly file: string;
}

/** Most members that an archive may have: the strict reader takes no more. */
export const MAX_ARCHIVE_MEMBERS = 1_048_576;

// What nearly every name looks like; it spares the full rules, which normalise and encode.
const PLAIN_NAME = /^(?!\.)[0-9A-Za-z_.-]+(?:\/(?!\.)[0-9A-Za-z_.-]+)*$/;
const MAX_PLAIN_CHARACTERS = 1_024;

/** Remembers the names of an archive and refuses what no strict reader would take. @internal */
export class MemberNames {
  readonly #names = new Set<string>();
  #hasFolders = false;

  /** @throws SplitError `ERR_ARCHIVE_MEMBER` where the name is not one, is taken, or is one too many. */
  add(name: string): void {
    const isPlain = name.length <= MAX_PLAIN_CHARACTERS && PLAIN_NAME.test(name);
    if (!isPlain && !isResourcePath(`/${name}`))
      throw memberError(name, 'is not a name that a strict zip reader takes');
    if (this.#names.has(name)) throw memberError(name, 'is in the archive already');
    if (this.#names.size >= MAX_ARCHIVE_MEMBERS)
      throw memberError(name, `is one more than ${MAX_ARCHIVE_MEMBERS} members`);
    this.#names.add(name);
    this.#hasFolders ||= name.includes('/');
  }

  /** @throws SplitError `ERR_ARCHIVE_MEMBER` where a member is also the folder of another. */
  finish(): void {
    if (!this.#hasFolders) return;
    for (const name of this.#names) {
      for (let slash = name.indexOf('/'); slash > 0; slash = name.indexOf('/', slash + 1)) {
        const folder = name.slice(0, slash);
        if (this.#names.has(folder)) throw memberError(folder, `is also the folder of ${printable(name)}`);
      }
    }
  }
}

function memberError(name: string, problem: string): SplitError {
  return new SplitError('ERR_ARCHIVE_MEMBER', `Archive member ${JSON.stringify(printable(name))} ${problem}`, {
    details: { member: printable(name), problem },
  });
}
