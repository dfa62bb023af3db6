/** What adapters need of a runtime: a `Runtime` is one, with or without a tier that serves the page's own requests. */
export interface EngineContent {
  /** Where a path is found. No I/O. */
  resolve(path: string): { readonly state: 'local' | 'remote' | 'missing' };
  /** The verified bytes of a resource. */
  read(path: string): Promise<Uint8Array<ArrayBuffer>>;
  /** The verified bytes of a resource as an answer, with their media type. */
  response(path: string): Promise<Response>;
  /** The verified bytes of a resource as an object URL; the caller revokes it. */
  url(path: string): Promise<string>;
  /** Which tier answers requests of the page. Absent: none does, and adapters take object URLs. */
  readonly serving?: { readonly tier: 'worker' | 'patch' | 'explicit' } | undefined;
  /** URL of a resource that the page's own loaders can ask for, where a tier answers them. */
  urlOf?(path: string): string;
}

/** Options of every adapter. */
export interface EngineOptions {
  /**
   * What stands before a resource's path in the URLs that the game uses, relative to the page or absolute, with a slash at its end: with
   * `assets/` the URL `assets/sky.png` is the resource `/sky.png`. Default `./`, the folder of the page.
   */
  readonly prefix?: string | undefined;
  /** Gets the error of a resource that could not be given; the engine reports its own as well. Default: `reportError`, the console of the page. */
  readonly onError?: ((error: unknown, path: string) => void) | undefined;
}
