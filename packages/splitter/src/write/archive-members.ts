import { canonicalJson, MANIFEST_MEMBER } from '@lading/manifest';
import type { ContentSource } from '../content/content-source.js';
import type { PlannedArchive, PlannedResource } from '../plan/split-plan.js';
import type { ArchiveMember } from '../zip/archive-member.js';

/** Facts of a build that stand in the archives of Defold content, in the member `lading/<archive name>.json`. */
export interface ArchiveFacts {
  readonly project: string;
  /**
   * Version of the release. Think twice: with it every archive of every release has other bytes, and players download
   * all of them again. The release document says it as well. Default: left out.
   */
  readonly version?: string | undefined;
  /** Engine versions that the content is made for, for example `1.11.2`. Default: left out. */
  readonly engines?: readonly string[] | undefined;
}

/** The name of a resource's member: its hexDigest, or the path that apps ask for, without the first slash. @internal */
export function memberName({ path, as, hexDigest }: PlannedResource): string {
  return hexDigest ?? (as ?? path).slice(1);
}

/**
 * The members of one archive in their order: resources in load order (equal blobs once), then for Defold content the
 * archive's own facts and the manifest, last.
 *
 * @internal
 */
export async function* archiveMembers(
  archive: PlannedArchive,
  options: {
    readonly content: ContentSource;
    readonly manifest: Uint8Array | undefined;
    readonly facts: ArchiveFacts | undefined;
    readonly signal: AbortSignal | undefined;
  },
): AsyncIterable<ArchiveMember> {
  const { content, manifest, facts, signal } = options;
  const written = new Set<string>();
  for (const resource of archive.resources) {
    const name = memberName(resource);
    if (resource.hexDigest !== undefined) {
      if (written.has(name)) continue;
      written.add(name);
    }
    yield await resourceMember(name, resource, content, signal);
  }
  if (manifest === undefined) return;
  yield {
    name: `lading/${archive.name}.json`,
    bytes: new TextEncoder().encode(canonicalJson(describe(archive, facts))),
  };
  yield { name: MANIFEST_MEMBER, bytes: manifest };
}

async function resourceMember(
  name: string,
  resource: PlannedResource,
  content: ContentSource,
  signal: AbortSignal | undefined,
): Promise<ArchiveMember> {
  const file = content.fileOf?.(resource);
  if (file !== undefined) return { name, typePath: resource.path, file };
  return { name, typePath: resource.path, bytes: await content.read(resource, { signal }) };
}

function describe(archive: PlannedArchive, facts: ArchiveFacts | undefined): object {
  return {
    format: 'lading.archive/1',
    name: archive.name,
    project: facts?.project,
    version: facts?.version,
    engines: facts?.engines,
    meta: archive.meta,
  };
}
