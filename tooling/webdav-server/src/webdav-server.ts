/** A running WebDAV server on loopback. */
export interface WebdavServer {
  /** For people: what runs. */
  readonly name: string;
  /** URL of an empty folder that may be written with these credentials; no slash at the end. */
  readonly url: string;
  readonly user: string;
  readonly password: string;
  stop(): Promise<void>;
}

/** The user that every server here knows. */
export const USER: { readonly user: string; readonly password: string } = { user: 'ship', password: 'co:al and ü' };
