import type { GraphSource } from '@lading/graph';
import type { ReleaseCompat } from '@lading/manifest';
import type { PublishTarget } from '@lading/publisher';
import type { WebdavTargetOptions } from '@lading/publisher/node';
import type { S3TargetOptions } from '@lading/s3';
import type { ArchiveRule, ContentSource, RootFacts, SplitStrategy, VariantRules } from '@lading/splitter';

/** A Defold build: where its graph and its content are. Paths are relative to the config file. */
export interface DefoldSource {
  readonly kind: 'defold';
  /** `game.graph.json` of the build. Default: the graph that the content's manifest implies. */
  readonly graph?: string | undefined;
  /** A Live Update zip, a publisher's folder, `game.arci`, or a bundle folder. */
  readonly content: string;
}

/** A plain folder of files, any web engine's. Paths are relative to the config file. */
export interface FilesSource {
  readonly kind: 'files';
  readonly dir: string;
  /** A JSON file with explicit edges and entries: `{"edges": {"/a.json": ["/b.png"]}, "entries": ["/index.json"]}`. */
  readonly edges?: string | undefined;
  /** Globs of files that ship with the app, and what they reach. Default none. */
  readonly entries?: readonly string[] | undefined;
  /** References that lead to no file, and files that no scanner can read, are warnings. Default false: they stop the build. */
  readonly allowUnresolved?: boolean | undefined;
}

/** Third-party graph and content, as plug-ins. */
export interface CustomSource {
  readonly kind: 'custom';
  readonly graph: GraphSource;
  readonly content: ContentSource;
}

/** Where the resources and their dependencies come from. */
export type SourceSetting = DefoldSource | FilesSource | CustomSource;

/** A folder, a bucket, or a folder on a WebDAV server, as data. */
export type DescribedTarget =
  | { readonly kind: 'folder'; readonly path: string }
  | ({ readonly kind: 's3' } & S3TargetOptions)
  | ({ readonly kind: 'webdav' } & WebdavTargetOptions);

/** Where a release goes: a URL or path, a folder, a bucket, a WebDAV server, or a plug-in. */
export type TargetSetting = string | DescribedTarget | PublishTarget;

/** What differs between environments (`--env qa`). */
export interface EnvironmentConfig {
  readonly channel?: string | undefined;
  readonly target?: TargetSetting | undefined;
  readonly mirrors?: readonly TargetSetting[] | undefined;
}

/** `lading.config.ts`: every field has a flag, and every flag wins over its field. */
export interface LadingConfig {
  /** Name of the project, part of every signed document. Default `game`. */
  readonly project?: string | undefined;
  readonly source?: SourceSetting | undefined;
  /** Globs of root paths, as a list, or as keys with what the release says of them. Default: the roots that the graph itself marks. */
  readonly roots?: Readonly<Record<string, RootFacts>> | readonly string[] | undefined;
  /** Named archives, tried in order. */
  readonly archives?: readonly ArchiveRule[] | undefined;
  /** Decides which resources go together, as a plug-in. Default: by the roots that need them. */
  readonly strategy?: SplitStrategy | undefined;
  /** Globs of resources to leave out. */
  readonly exclude?: readonly string[] | undefined;
  /** Upper bound of an archive's content: bytes, or text such as `8 MiB`. Default none. */
  readonly maxArchiveBytes?: number | string | undefined;
  /** Lists of globs: what matches one list and needs one another directly stays in one archive. Default none. */
  readonly keepTogether?: readonly (readonly string[])[] | undefined;
  /** Merges shared archives that are not worth a request; `minBytes`: bytes, or text such as `64 KiB`. Default: none is merged. */
  readonly shared?:
    | { readonly by?: 'consumers' | undefined; readonly minBytes?: number | string | undefined }
    | undefined;
  /** File with the order in which a game loaded its resources, one path a line: the order inside archives. Default: dependencies first. */
  readonly trace?: string | undefined;
  /** Files that are variants of one path: axis → value → marker in file names, as `{ resolution: { low: '@1x', high: '@2x' } }`. Default none. */
  readonly variants?: VariantRules | undefined;
  /** Mount priority of archives without a rule. Default 10. */
  readonly priority?: number | undefined;
  readonly sign?: { readonly key: string } | undefined;
  /** Default `stable`. */
  readonly channel?: string | undefined;
  /** Default `0.0.0`. */
  readonly releaseVersion?: string | undefined;
  readonly compat?: ReleaseCompat | undefined;
  /** Folder that `split` writes. Default `dist/release`. */
  readonly out?: string | undefined;
  readonly target?: TargetSetting | undefined;
  /** More targets that get the same, such as other regions: content everywhere first, then the channels. Default none. */
  readonly mirrors?: readonly TargetSetting[] | undefined;
  readonly environments?: Readonly<Record<string, EnvironmentConfig>> | undefined;
}

/**
 * Types a config file. Returns its argument.
 *
 * @example
 * export default defineConfig({ project: 'my-game', source: files({ dir: 'assets' }), roots: ['/levels/*.json'] });
 */
export function defineConfig(config: LadingConfig): LadingConfig {
  return config;
}

/** A Defold build as source. */
export function defold(options: Omit<DefoldSource, 'kind'>): DefoldSource {
  return { kind: 'defold', ...options };
}

/** A plain folder as source. */
export function files(options: Omit<FilesSource, 'kind'>): FilesSource {
  return { kind: 'files', ...options };
}

/** A folder as publish target; relative to the config file. */
export function folder(path: string): TargetSetting {
  return { kind: 'folder', path };
}

/** An S3 bucket as publish target. */
export function s3(options: S3TargetOptions): TargetSetting {
  return { kind: 's3', ...options };
}

/** A folder on a WebDAV server as publish target. Credentials: `LADING_WEBDAV_USER` and `LADING_WEBDAV_PASSWORD`, or `authorization`. */
export function webdav(options: WebdavTargetOptions): TargetSetting {
  return { kind: 'webdav', ...options };
}
