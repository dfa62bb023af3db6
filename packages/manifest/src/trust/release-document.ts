import type { Digest } from '../digest.js';
import type { JsonObject } from '../lading-error.js';
import { parseJson } from '../parse-json.js';
import { resourcePathProblem } from '../resource-path.js';
import { archiveKey, isArchiveName, MAX_RELEASE_BYTES } from './bucket-layout.js';
import { canonicalJson } from './canonical-json.js';
import {
  digest,
  integer,
  line,
  list,
  meta,
  object,
  oneOf,
  optional,
  type Report,
  readShape,
  record,
  ruled,
  type Shape,
  shown,
  text,
  utcTime,
} from './document-shape.js';
import { pointerPart } from './json-value.js';
import {
  MAX_VARIANT_AXES,
  MAX_VARIANT_VALUES,
  type VariantAxis,
  variantNameProblem,
  variantTextProblem,
} from './release-variants.js';
import { semverRangeProblem } from './semver-range.js';

/** Where an archive's directory stands: from the first central directory header to the last byte of the file. */
export interface ArchiveDirectory {
  readonly offset: number;
  readonly sizeBytes: number;
  readonly digest: Digest;
}

/** One archive of a release. `key` is relative to the prefix that the channel was read from. */
export interface ReleaseArchive {
  readonly name: string;
  readonly key: string;
  readonly sizeBytes: number;
  readonly digest: Digest;
  readonly directory: ArchiveDirectory;
  /** How many members the archive has. */
  readonly entries: number;
  /** Priority of the mount, 0 or more; the higher one wins. */
  readonly priority: number;
  /** Name, version and level of the deflate encoder that made the bytes, or `store`. */
  readonly encoder: string;
  /** Which variant it holds: `axis=value`, with commas between, of the release's {@link Release.variants}. */
  readonly variant?: string | undefined;
  readonly meta?: JsonObject | undefined;
}

/**
 * When an app gets a root: `essential` before it starts, `prefetch` when nothing else is to be done, `on-demand` when the
 * player asks for it.
 */
export type RootPolicy = 'essential' | 'prefetch' | 'on-demand';

/** What one root needs: names of archives, in mount order. */
export interface ReleaseRoot {
  readonly archives: readonly string[];
  /** Default: the app decides. */
  readonly policy?: RootPolicy | undefined;
  readonly meta?: JsonObject | undefined;
}

/** What the app must be for a release to be adopted. */
export interface ReleaseCompat {
  /** A semver range of the app's own version. */
  readonly app?: string | undefined;
  /** Engine versions, for example `1.11.2`. */
  readonly engines?: readonly string[] | undefined;
}

/** All archives of one build and what each root needs. Signed by the release key. */
export interface Release {
  readonly format: 'lading.release/1';
  readonly project: string;
  readonly version: string;
  readonly sequence: number;
  /** RFC 3339 time in UTC. Comes from the caller, never from the clock. */
  readonly createdAt: string;
  readonly compat: ReleaseCompat;
  /** Keys are resource paths; the object has no prototype. */
  readonly roots: Readonly<Record<string, ReleaseRoot>>;
  readonly archives: readonly ReleaseArchive[];
  /**
   * In which ways content of one path differs, the axis that weighs most first. Default: in none, and what archives say of
   * their `variant` is a label.
   */
  readonly variants?: readonly VariantAxis[] | undefined;
}

/** The most archives and the most roots of one release. */
const MAX_ARCHIVES = 65_536;

/** The most members of one archive; the zip reader has the same limit. */
const MAX_ENTRIES = 2 ** 20;

/** Priorities are 32-bit signed in Defold's engine. */
const MAX_PRIORITY = 2 ** 31 - 1;

const archiveName: Shape<string> = text((name) => (isArchiveName(name) ? undefined : 'cannot name an archive'));

const RELEASE_ARCHIVE: Shape<ReleaseArchive> = ruled(
  object<ReleaseArchive>({
    name: archiveName,
    key: line,
    sizeBytes: integer(1),
    digest,
    directory: object<ArchiveDirectory>({ offset: integer(0), sizeBytes: integer(1), digest }),
    entries: integer(0, MAX_ENTRIES),
    priority: integer(0, MAX_PRIORITY),
    encoder: line,
    variant: optional(line),
    meta: optional(meta),
  }),
  (archive, at, report) => {
    const key = archiveKey(archive.name, archive.digest);
    if (archive.key !== key) report(`${at}/key`, `must be ${key}, is ${shown(archive.key)}`);
    const { offset, sizeBytes } = archive.directory;
    if (offset + sizeBytes !== archive.sizeBytes) {
      report(`${at}/directory`, `ends at byte ${offset + sizeBytes}, but the archive at ${archive.sizeBytes}`);
    }
  },
);

const variantName: Shape<string> = text(variantNameProblem);

const VARIANT_AXIS: Shape<VariantAxis> = ruled(
  object<VariantAxis>({ axis: variantName, values: list(variantName, MAX_VARIANT_VALUES, (value) => value) }),
  ({ values }, at, report) => {
    if (values.length === 0) report(`${at}/values`, 'must have at least one value');
  },
);

const RELEASE: Shape<Release> = ruled(
  object<Release>({
    format: oneOf('lading.release/1'),
    project: line,
    version: line,
    sequence: integer(1),
    createdAt: utcTime,
    compat: object<ReleaseCompat>({
      app: optional(text(semverRangeProblem)),
      engines: optional(list(line, 1_000, (engine) => engine)),
    }),
    roots: record(
      resourcePathProblem,
      object<ReleaseRoot>({
        archives: list(archiveName, MAX_ARCHIVES, (name) => name),
        policy: optional(oneOf('essential', 'prefetch', 'on-demand')),
        meta: optional(meta),
      }),
      MAX_ARCHIVES,
    ),
    archives: list(RELEASE_ARCHIVE, MAX_ARCHIVES, (archive) => archive.name),
    variants: optional(list(VARIANT_AXIS, MAX_VARIANT_AXES, ({ axis }) => axis)),
  }),
  (release, at, report) => {
    reportUnknownArchives(release, at, report);
    reportUnknownVariants(release, at, report);
  },
);

function reportUnknownArchives(release: Release, at: string, report: Report): void {
  const names = new Set(release.archives.map((archive) => archive.name));
  for (const [path, root] of Object.entries(release.roots)) {
    for (const [i, name] of root.archives.entries()) {
      if (names.has(name)) continue;
      report(`${at}/roots/${pointerPart(path)}/archives/${i}`, `is ${shown(name)}, which is not one of /archives`);
    }
  }
}

function reportUnknownVariants({ archives, variants }: Release, at: string, report: Report): void {
  if (variants === undefined) return;
  for (const [i, { variant }] of archives.entries()) {
    const problem = variant === undefined ? undefined : variantTextProblem(variant, variants);
    if (problem !== undefined) report(`${at}/archives/${i}/variant`, `is ${shown(variant)}, which ${problem}`);
  }
}

/**
 * Parses the payload of a release envelope. It says what the document is, not that it may be trusted: `verifyRelease`
 * does that. Fields it does not know are left out, so that later versions of format 1 can add some; another `format` is
 * refused.
 *
 * @returns A release whose archives have unique names and the keys of the bucket layout, so that no key leaves the prefix.
 * @throws ManifestError `ERR_DOCUMENT` with all problems as JSON pointers; `ERR_JSON`, `ERR_TOO_LARGE`.
 */
export function parseRelease(payload: Uint8Array): Release {
  return readRelease(parseJson(payload, { maxBytes: MAX_RELEASE_BYTES, what: 'Release document', uniqueKeys: true }));
}

/**
 * Writes a release document as canonical JSON, checked as {@link parseRelease} checks it.
 *
 * @throws ManifestError `ERR_DOCUMENT` with all problems.
 */
export function serializeRelease(release: Release): Uint8Array {
  return new TextEncoder().encode(canonicalJson(readRelease(release)));
}

function readRelease(value: unknown): Release {
  return readShape(RELEASE, value, { code: 'ERR_DOCUMENT', what: 'Release document' });
}
