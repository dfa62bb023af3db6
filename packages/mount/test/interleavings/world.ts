import { type BuiltZip, buildZip, layoutKeys } from '@lading/fixtures';
import {
  archiveKey,
  type Channel,
  channelKey,
  type Release,
  type ReleaseArchive,
  releaseKey,
  rootKey,
  type SigningKey,
  signChannel,
  signRelease,
  signRoot,
} from '@lading/manifest';
import type { ModelChannel, ModelRelease, ModelRoot, ModelView } from './trust-model.js';

type Files = ReadonlyMap<string, Uint8Array>;

/** What a bucket shows, as bytes and as the model sees it. */
export interface View extends ModelView {
  readonly files: Files;
}

/** A published release. */
export interface Published extends ModelRelease {
  readonly text: string;
  readonly keys: readonly string[];
}

interface Life {
  readonly revoked: readonly string[];
  readonly lifeMs: number;
}

/** Keys by name. Making one takes longer than everything else that a run does, so runs share them. */
export class KeyChest {
  readonly #keys = new Map<string, SigningKey>();

  static async of(count: number): Promise<KeyChest> {
    const chest = new KeyChest();
    for (let i = 0; i < count; i += 3) {
      for (const key of Object.values(await layoutKeys()))
        chest.#keys.set(`key-${chest.#keys.size}`, key as SigningKey);
    }
    return chest;
  }

  names(): string[] {
    return [...this.#keys.keys()];
  }

  of(name: string): SigningKey {
    const key = this.#keys.get(name);
    if (key === undefined) throw new Error(`no key ${name}`);
    return key;
  }
}

const FAR = '2100-01-01T00:00:00.000Z';

/** An honest publisher with real keys, whose bucket is there for others to copy, mix and forge. */
export class World {
  readonly chest: KeyChest;
  readonly releases: Published[] = [];
  /** Every state that the bucket was ever in. */
  readonly history: View[] = [];
  readonly #spare: string[];
  readonly #files = new Map<string, Uint8Array>();
  readonly #roots = new Map<number, ModelRoot>();
  readonly #known = new Map<string, ModelRelease>();
  #channel: ModelChannel | undefined;
  nowMs: number = Date.parse('2026-01-01T00:00:00.000Z');
  #sequence = 0;

  constructor(chest: KeyChest) {
    this.chest = chest;
    this.#spare = chest.names();
  }

  static async create(chest: KeyChest): Promise<World> {
    const world = new World(chest);
    const [root, channel, release] = [world.#take(), world.#take(), world.#take()];
    await world.#addRoot({ version: 1, root, channel, release, signers: [root] });
    await world.publish();
    return world;
  }

  get root(): ModelRoot {
    return [...this.#roots.values()].at(-1) as ModelRoot;
  }

  get current(): View {
    return this.history.at(-1) as View;
  }

  get channel(): ModelChannel {
    return this.#channel as ModelChannel;
  }

  /** The pinned root, as an app ships it. */
  get pin(): Uint8Array {
    return this.#files.get(rootKey(1)) as Uint8Array;
  }

  /** Can the publisher still replace a key? */
  get mayRotate(): boolean {
    return this.#spare.length >= 2;
  }

  /** New content under the next sequences. */
  async publish({ revoked = [], lifeMs = 30 * DAY_MS }: Partial<Life> = {}): Promise<void> {
    const release = await this.#addRelease();
    await this.#point(release, { revoked, lifeMs });
  }

  /** Former content again, as a new release. */
  async rollBack(to: Published): Promise<void> {
    await this.#point(await this.#addRelease(to.text), { revoked: [], lifeMs: 30 * DAY_MS });
  }

  /** The same release for longer. */
  async renew(): Promise<void> {
    await this.#point(this.releases.at(-1) as Published, { revoked: this.channel.revoked, lifeMs: 30 * DAY_MS });
  }

  /** A new root in which one role has another key; what is live is signed anew where it has to be. */
  async rotate(role: 'root' | 'channel' | 'release'): Promise<void> {
    const former = this.root;
    const next = { ...former, version: former.version + 1, [role]: this.#take() };
    await this.#addRoot({ ...next, signers: [...new Set([former.root, next.root])] });
    const live = this.releases.at(-1) as Published;
    if (role === 'release') await this.#signAgain(live);
    await this.#point(this.releases.at(-1) as Published, { revoked: this.channel.revoked, lifeMs: 30 * DAY_MS });
  }

  /** Signs a channel document with any key: what a thief of it can do. */
  async forge(over: Partial<ModelChannel>): Promise<{ readonly facts: ModelChannel; readonly bytes: Uint8Array }> {
    return this.#signChannel({ ...this.channel, ...over });
  }

  async #point(release: Published, { revoked, lifeMs }: Life): Promise<void> {
    const { digest, sequence } = release;
    const { facts, bytes } = await this.#signChannel({
      signer: this.root.channel,
      sequence: ++this.#sequence,
      root: this.root.version,
      expiresMs: this.nowMs + lifeMs,
      release: { digest, sequence },
      revoked: revoked.filter((one) => one !== digest),
    });
    this.#channel = facts;
    this.#files.set(channelKey('stable'), bytes);
    this.#snapshot();
  }

  async #signChannel(
    facts: Omit<ModelChannel, 'digest'>,
  ): Promise<{ readonly facts: ModelChannel; readonly bytes: Uint8Array }> {
    const release = this.#known.get(facts.release.digest) as ModelRelease & { readonly sizeBytes: number };
    const digest = facts.release.digest as Release['archives'][number]['digest'];
    const document: Channel = {
      format: 'lading.channel/1',
      project: 'game',
      name: 'stable',
      sequence: facts.sequence,
      expiresAt: new Date(facts.expiresMs).toISOString(),
      root: facts.root,
      release: { key: releaseKey(digest), digest, sizeBytes: release.sizeBytes, sequence: facts.release.sequence },
      ...(facts.revoked.length > 0 ? { revoked: facts.revoked as Channel['revoked'] } : {}),
    };
    const signed = await signChannel(document, [this.chest.of(facts.signer)]);
    return { facts: { ...facts, digest: signed.digest }, bytes: signed.bytes };
  }

  async #addRelease(text = `text ${this.releases.length + 1}`): Promise<Published> {
    const sequence = this.releases.length + 1;
    const archives = ['a', 'b'].map((name) => this.#addArchive(name, text));
    const createdAt = new Date(this.nowMs).toISOString();
    const document: Release = {
      format: 'lading.release/1',
      project: 'game',
      version: `1.0.${sequence}`,
      sequence,
      createdAt,
      compat: {},
      roots: { '/a.txt': { archives: ['a', 'b'] } },
      archives,
    };
    const { digest, sizeBytes, bytes } = await signRelease(document, [this.chest.of(this.root.release)]);
    this.#files.set(releaseKey(digest), bytes);
    const keys = archives.map(({ key }) => key);
    const published = {
      digest,
      sizeBytes,
      sequence,
      createdMs: this.nowMs,
      signers: [this.root.release],
      text,
      keys,
      document,
    };
    this.releases.push(published);
    this.#known.set(digest, published);
    return published;
  }

  /** The same content under the new key. It may be kept by somebody under the old one. */
  async #signAgain(release: Published): Promise<void> {
    const signers = [...release.signers, this.root.release];
    const { document } = release as Published & { readonly document: Release };
    const { bytes } = await signRelease(
      document,
      signers.map((name) => this.chest.of(name)),
    );
    const again = { ...release, signers };
    this.#files.set(releaseKey(release.digest as never), bytes);
    this.releases[this.releases.length - 1] = again;
    this.#known.set(release.digest, again);
  }

  #addArchive(name: string, text: string): ReleaseArchive {
    const zip = zipOf(name, text);
    const key = archiveKey(name, zip.digest);
    this.#files.set(key, zip.bytes);
    const { digest, directory, entries } = zip;
    return { name, key, sizeBytes: zip.bytes.length, digest, directory, entries, priority: 1, encoder: 'store' };
  }

  async #addRoot(facts: ModelRoot): Promise<void> {
    const keys = [facts.root, facts.channel, facts.release].map((name) => this.chest.of(name));
    const role = (name: string) => ({ keyids: [this.chest.of(name).keyid], threshold: 1 });
    const { bytes } = await signRoot(
      {
        format: 'lading.root/1',
        version: facts.version,
        expiresAt: FAR,
        keys: Object.fromEntries(
          keys.map(({ keyid, algorithm, spki }) => [keyid, { algorithm, spki: Buffer.from(spki).toString('base64') }]),
        ),
        roles: { root: role(facts.root), channel: role(facts.channel), release: role(facts.release) },
      },
      facts.signers.map((name) => this.chest.of(name)),
    );
    this.#roots.set(facts.version, facts);
    this.#files.set(rootKey(facts.version), bytes);
  }

  #snapshot(): void {
    this.history.push({
      files: new Map(this.#files),
      roots: new Map(this.#roots),
      channel: this.#channel,
      releases: new Map(this.#known),
    });
  }

  #take(): string {
    const key = this.#spare.shift();
    if (key === undefined) throw new Error('no key is left');
    return key;
  }
}

/** A day of the publisher's clock. */
export const DAY_MS: number = 86_400_000;

const zips = new Map<string, BuiltZip>();

function zipOf(name: string, text: string): BuiltZip {
  const id = `${name} ${text}`;
  const zip = zips.get(id) ?? buildZip([{ name: `${name}.txt`, bytes: new TextEncoder().encode(text) }]);
  zips.set(id, zip);
  return zip;
}
