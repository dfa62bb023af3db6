/** What a {@link Scanner} finds: one place in a file that names another file. */
export interface ScannedReference {
  /** The file it names: relative to the file it stands in (`../sky.png`), or from the top of the folder (`/sky.png`). */
  readonly to: string;
  /** Other readings of the same text, tried in turn where `to` is no file. */
  readonly or?: readonly string[] | undefined;
  /** Where it stands: a JSON pointer (`/images/2`), or a line (`12`, `12:5`, `12#/images/2`). */
  readonly at: string;
  /**
   * Whether this is a reference for sure. If so, and the file is not there, that is a problem; if not, a text that names
   * no file is just a text. Default true.
   */
  readonly isCertain?: boolean | undefined;
}

/**
 * Finds the files that a file needs. A plug-in of `directoryGraph`: pure, one per file format.
 *
 * `references` may throw where the file is broken; that becomes a problem with the file's path, and the scan goes on.
 */
export interface Scanner {
  readonly name: string;
  /** Tells by the resource path whether this scanner reads the file. */
  matches(path: string): boolean;
  /** All references of a file, unresolved ones included. */
  references(path: string, bytes: Uint8Array): Iterable<ScannedReference>;
}
