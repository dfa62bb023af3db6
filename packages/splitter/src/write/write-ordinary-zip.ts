import { dirname } from 'node:path';
import { Readable } from 'node:stream';
import type { ResourceGraph } from '@lading/graph';
import { type DefoldManifest, MANIFEST_MEMBER, RESOURCE_EXCLUDED } from '@lading/manifest';
import { ZipFile } from 'yazl';
import type { ContentSource } from '../content/content-source.js';
import type { DefoldIndex } from '../content/defold-index.js';
import type { PlannedResource, SplitPlan } from '../plan/split-plan.js';
import { MemberNames } from '../zip/archive-member.js';
import { archiveManifests } from './archive-manifest.js';
import { memberName } from './archive-members.js';
import { temporaryFile } from './atomic-file.js';
import { assertContentIsThere, defoldIndexOf } from './write-archives.js';

/** Options of {@link writeOrdinaryZip} and `writeExportFolder`. */
export interface ExportOptions {
  /** The graph that was planned. Default: a root is taken to need all that its archives hold. */
  readonly graph?: ResourceGraph | undefined;
  /** The Defold manifest of the content. Default: the source's own. */
  readonly manifest?: Uint8Array | DefoldManifest | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Called after each file with the number of files so far and in all. Default none. */
  readonly onProgress?: ((files: number, fileCount: number) => void) | undefined;
}

/** Options of {@link writeOrdinaryZip}. */
export interface OrdinaryZipOptions extends ExportOptions {
  /**
   * Deflate with the zlib of this Node: other versions make other bytes. Default false: stored, equal bytes everywhere.
   */
  readonly compress?: boolean | undefined;
}

/** What an export wrote. */
export interface ExportResult {
  readonly entries: number;
  readonly sizeBytes: number;
}

/** What an export consists of. @internal */
export interface ExportContent {
  /** Distinct members, in the order of the plan. */
  readonly members: readonly { readonly name: string; readonly resource: PlannedResource }[];
  /** The manifest, for Defold content. */
  readonly manifest: Uint8Array | undefined;
}

/** Local time on purpose: yazl writes the local fields of a date, so this is 1980-01-01 00:00 everywhere. */
const MTIME = new Date(1980, 0, 1);
const MODE = 0o100644;

/**
 * Writes everything that a plan places as one ordinary zip, as Defold's Zip mode does: blobs named by hexDigest with their
 * resource header, and the manifest last, without one; content without hexDigest goes under its path. The file appears whole
 * or not at all. Same input, same bytes.
 *
 * The manifest is the content's own where that says of exactly the planned resources that they are EXCLUDED, so that its
 * signature stays good; otherwise one is made for what is in the zip.
 *
 * @throws SplitError `ERR_CONTENT_MISSING` with everything that the content lacks, before anything is written;
 *   `ERR_ARCHIVE_WRITE` for the disk.
 */
export async function writeOrdinaryZip(
  plan: SplitPlan,
  content: ContentSource,
  file: string,
  options: OrdinaryZipOptions = {},
): Promise<ExportResult> {
  const { compress = false, signal, onProgress } = options;
  const exported = await exportContent(plan, content, options);
  const fileCount = exported.members.length + (exported.manifest === undefined ? 0 : 1);
  const zip = new ZipFile();
  const failed = new Promise<never>((_resolve, reject) => zip.on('error', reject));
  const facts = { mtime: MTIME, mode: MODE, compress, forceDosTimestamp: true };
  const temporary = await temporaryFile(dirname(file));
  let files = 0;
  let sizeBytes = 0;
  try {
    for (const { name, resource } of exported.members) {
      zip.addReadStreamLazy(name, facts, (done) => {
        content.read(resource, { signal }).then(
          (bytes) => {
            files += 1;
            onProgress?.(files, fileCount);
            done(null, Readable.from([bytes]));
          },
          (error: unknown) => done(error as Error, Readable.from([])),
        );
      });
    }
    if (exported.manifest !== undefined) zip.addBuffer(Buffer.from(exported.manifest), MANIFEST_MEMBER, facts);
    zip.end();
    const copied = (async () => {
      for await (const chunk of zip.outputStream) {
        signal?.throwIfAborted();
        sizeBytes += (chunk as Buffer).length;
        await temporary.sink.write(chunk as Buffer);
      }
    })();
    await Promise.race([copied, failed]);
    await temporary.commit(file);
    return { entries: fileCount, sizeBytes };
  } finally {
    await temporary.discard();
  }
}

/** Gathers what an export writes, once it is sure that all of it is there. @internal */
export async function exportContent(
  plan: SplitPlan,
  content: ContentSource,
  { graph, manifest, signal }: ExportOptions,
): Promise<ExportContent> {
  const index = defoldIndexOf(content, manifest);
  await assertContentIsThere(plan, content, { index, signal });
  const members = new Map<string, PlannedResource>();
  const names = new MemberNames();
  for (const { resources } of plan.archives) {
    for (const resource of resources) {
      const name = memberName(resource);
      if (resource.hexDigest !== undefined && members.has(name)) continue;
      names.add(name);
      members.set(name, resource);
    }
  }
  names.finish();
  return {
    members: [...members].map(([name, resource]) => ({ name, resource })),
    manifest: index === undefined ? undefined : exportManifest(plan, index, { graph, original: content.manifest }),
  };
}

function exportManifest(
  plan: SplitPlan,
  index: DefoldIndex,
  { graph, original }: { graph: ResourceGraph | undefined; original: Uint8Array | undefined },
): Uint8Array {
  const planned = plan.archives.flatMap(({ resources }) => resources.map(({ path }) => index.entryOf(path)?.urlHash));
  const excluded = index.manifest.resources.filter(({ flags }) => (flags & RESOURCE_EXCLUDED) !== 0);
  const isSame =
    planned.length === excluded.length &&
    new Set([...planned, ...excluded.map((entry) => entry.urlHash)]).size === planned.length;
  return isSame && original !== undefined ? original : archiveManifests(plan, index, graph).whole();
}
