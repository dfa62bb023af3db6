import { MountError } from './mount-error.js';
import type { BlockedRelease } from './probation.js';
import { printableName } from './source-name.js';
import type { KnownRelease } from './trust-state.js';

/** Says that something is closed. */
export function closedError(what: string): MountError {
  return new MountError('ERR_RUNTIME_CLOSED', `${what} is closed`);
}

/** Says that the channel has expired before anything was stored. */
export function staleError(): MountError {
  return new MountError('ERR_CHANNEL_STALE', 'The channel has expired, and no release is stored', {
    hint: 'The project must publish the channel again. Is the clock of this machine right?',
  });
}

/** Says that there is no release to work with. */
export function noChannelError(): MountError {
  return new MountError('ERR_NO_CHANNEL', 'No release is known', {
    hint: 'Give createRuntime a channel, and call refresh() where it started with what is stored.',
  });
}

/** Says that the only release that is known failed here before. */
export function blockedError({ release, failure, reason }: BlockedRelease): MountError {
  return new MountError(
    'ERR_RELEASE_BLOCKED',
    `Release ${release} is not mounted: it failed here before (${failure})`,
    {
      details: { release, failure, reason: reason ?? null },
      hint: 'Publish a release that works; the app goes on with what it was built with until then.',
    },
  );
}

/** Says that a release does not have an archive. */
export function noArchiveError(name: string, { release, digest }: KnownRelease): MountError {
  return new MountError('ERR_MOUNT_NOT_FOUND', `Release ${release.version} has no archive ${printableName(name)}`, {
    details: {
      archive: printableName(name),
      release: digest,
      archives: release.archives.slice(0, 100).map((a) => a.name),
    },
  });
}

/** Says that the release changed under a mount that was being made. */
export function releaseChangedError(name: string): MountError {
  return new MountError('ERR_MOUNT_NOT_FOUND', `The release changed while ${printableName(name)} was being mounted`, {
    details: { name: printableName(name) },
    hint: 'Mount it again: everything that is mounted comes from one release.',
    retryable: true,
  });
}

/** Says that no mount has a name. */
export function noMountError(name: string): MountError {
  return new MountError('ERR_MOUNT_NOT_FOUND', `There is no mount with the name ${printableName(name)}`, {
    details: { name: printableName(name) },
  });
}
