/** Code whose size is watched, because people have to be able to read all of it. */
export interface MeasuredPath {
  readonly name: string;
  /** `file#function`. */
  readonly entries: readonly string[];
  /** The most that it may have. */
  readonly maxLines: number;
  /** Parts of it, for people to see: the first that fits a file. */
  readonly parts: readonly { readonly name: string; readonly files: RegExp }[];
}

/** The aims are 500 lines for what decides about trust, 400 for the zip reader; ARCHITECTURE.md says why they are not reached. */
export const MEASURED_PATHS: readonly MeasuredPath[] = [
  {
    name: 'trust',
    entries: ['packages/mount/src/update-trust.ts#updateTrust', 'packages/mount/src/trust-state.ts#loadTrust'],
    maxLines: 1_430,
    parts: [
      {
        name: 'who signed: envelope, keys, thresholds, roots, channel, release',
        files:
          /trust\/(envelope|open-envelope|signature|public-key|role-keys|trusted-root|verify-channel|verify-release)\.ts$/,
      },
      {
        name: 'what was seen: state, floors, chain of roots, fetches and their caps',
        files: /mount\/src\/(?!mount-error)|bucket-layout\.ts$/,
      },
      {
        name: 'what a document may say: shapes of root, channel, release; JSON, paths, ranges',
        files:
          /(-shape|-document|json-value|parse-json|resource-path|release-variants|utc-time|semver[a-z-]*|load-part)\.ts$/,
      },
      { name: 'tools: digests, hex, base64, errors', files: /./ },
    ],
  },
  {
    name: 'zip reader',
    entries: ['packages/mount/src/zip/open-archive.ts#openArchive'],
    maxLines: 1_110,
    parts: [
      {
        name: 'where things are: end records, directory, local headers',
        files: /zip\/(end-record.*|directory|local-.*|open-archive|digest-comment|little-endian)\.ts$/,
      },
      { name: 'names and the table of entries', files: /zip\/entry-(name|table|find)\.ts$/ },
      {
        name: 'reads: planned, checked, inflated',
        files: /zip\/(archive-reader|entry-data|read-plan|crc32|codecs|inflate)\.ts$/,
      },
      { name: 'tools: limits, errors', files: /./ },
    ],
  },
];
