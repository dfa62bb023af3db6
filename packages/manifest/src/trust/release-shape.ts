import { parseJson } from '../parse-json.js';
import { resourcePathProblem } from '../resource-path.js';
import { archiveKey, isArchiveName, MAX_RELEASE_BYTES } from './bucket-layout.js';
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
import type { ArchiveDirectory, Release, ReleaseArchive, ReleaseCompat, ReleaseRoot } from './release-document.js';
import {
  MAX_VARIANT_AXES,
  MAX_VARIANT_VALUES,
  type VariantAxis,
  variantNameProblem,
  variantTextProblem,
} from './release-variants.js';

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

type TextProblem = (text: string) => string | undefined;

const releaseShape = (rangeProblem: TextProblem): Shape<Release> =>
  ruled(
    object<Release>({
      format: oneOf('lading.release/1'),
      project: line,
      version: line,
      sequence: integer(1),
      createdAt: utcTime,
      compat: object<ReleaseCompat>({
        app: optional(text(rangeProblem)),
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

/** Parses the payload of a release envelope as JSON of unknown shape. */
export function parseReleaseJson(payload: Uint8Array): unknown {
  return parseJson(payload, { maxBytes: MAX_RELEASE_BYTES, what: 'Release document', uniqueKeys: true });
}

/**
 * Checks a value of unknown shape against the rules of releases.
 *
 * @param rangeProblem - `semverRangeProblem`: handed in, as a client loads it only for a release that has a range.
 */
export function readRelease(value: unknown, rangeProblem: TextProblem): Release {
  return readShape(releaseShape(rangeProblem), value, { code: 'ERR_DOCUMENT', what: 'Release document' });
}
