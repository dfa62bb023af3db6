import { buildZip } from '@lading/fixtures';
import { type Attack, edit } from './attack.js';
import { archiveKeyOf, fileOf, member, publish, type Scene, visit, withChannel, withFiles } from './scene.js';
import type { Ask, Visit } from './transcript.js';

const CHANNEL = 'manifest/src/trust/verify-channel.ts';
const COMPAT = 'mount/src/release-compat.ts';

/** The visit of an app to a release of one archive with these members. */
async function visitZip(scene: Scene, names: readonly string[]): Promise<Visit> {
  const zip = buildZip(names.map((name) => member(name, 'honest')));
  return visit(await publish(scene, { says: 'honest', archives: { level: { zip } } }));
}

/** U46 to U52: content of others, for others, or of nobody. */
export const WRONG_SOFTWARE: readonly Attack[] = [
  {
    id: 'U46',
    says: 'the channel of another project that has the same keys',
    code: 'ERR_TRUST_MISMATCH',
    async play(scene) {
      const other = await publish(scene, { says: 'other game', project: 'other-game' });
      return { attack: visit(other), control: visit(await publish(scene, { says: 'honest' })) };
    },
    mutant: [edit(CHANNEL, "assertSame('project', channel.project, options.project);", '')],
  },
  {
    id: 'U47',
    says: 'the beta channel in the place of the stable one',
    code: 'ERR_TRUST_MISMATCH',
    async play(scene) {
      const content = await publish(scene, { says: 'not ready' });
      return { attack: visit(await withChannel(scene, content, { name: 'beta' })), control: visit(content) };
    },
    mutant: [edit(CHANNEL, "assertSame('name', channel.name, options.name);", '')],
  },
  {
    id: 'U48',
    says: 'a release for another engine',
    code: 'ERR_RELEASE_INCOMPATIBLE',
    async play(scene) {
      const forEngines = async (engines: string[]): Promise<Visit> =>
        visit(await publish(scene, { says: 'honest', compat: { engines } }));
      const install = { engine: '1.9.0' };
      return { install, attack: await forEngines(['1.11.2']), control: await forEngines(['1.11.2', '1.9.0']) };
    },
    mutant: [edit(COMPAT, '&& !compat.engines.includes(engine)', '&& engine === undefined')],
  },
  {
    id: 'U49',
    says: 'a release for a newer app than this one',
    code: 'ERR_RELEASE_INCOMPATIBLE',
    async play(scene) {
      const forApps = async (app: string): Promise<Visit> =>
        visit(await publish(scene, { says: 'honest', compat: { app } }));
      return { install: { app: '1.4.0' }, attack: await forApps('^2.0.0'), control: await forApps('^1.4.0 || ^2.0.0') };
    },
    mutant: [edit(COMPAT, 'if (!appSatisfies(compat.app, app))', 'if (!appSatisfies(">=0.0.0", app))')],
  },
  {
    id: 'U50',
    says: 'a member whose path leaves the mount',
    code: 'ERR_ARCHIVE_NAME',
    async play(scene) {
      return {
        attack: await visitZip(scene, ['level.txt', '../evil.txt']),
        control: await visitZip(scene, ['level.txt', 'sub/evil.txt']),
      };
    },
    mutant: [
      edit(
        'mount/src/zip/entry-name.ts',
        "return isDots ? 'has a . or .. segment' : undefined;",
        'return isDots && from > 1_000 ? "" : undefined;',
      ),
    ],
  },
  {
    id: 'U51',
    says: 'a file in the bucket that no release names',
    code: 'ERR_RESOURCE_NOT_FOUND',
    async play(scene) {
      const asks: Ask[] = [{ ensure: '/level.txt' }, { read: '/bonus.txt', gives: 'bonus' }];
      const members = [member('level.txt', 'honest'), member('bonus.txt', 'bonus')];
      const plain = await publish(scene, { says: 'honest' });
      const planted = withFiles(plain, { 'bonus.txt': new TextEncoder().encode('bonus') });
      const named = await publish(scene, { says: 'honest', archives: { level: { members } } });
      return { attack: visit(planted, { asks }), control: visit(named, { asks }) };
    },
    mutant: [
      edit(
        'mount/src/content-runtime.ts',
        'return readPinned(this.#parts.mounts.table, path, options);',
        'return readPinned(this.#parts.mounts.table, path, options).catch(() => this.#parts.options.origin!.fetch(path.slice(1), { maxBytes: 99 }) as never);',
      ),
    ],
  },
  {
    id: 'U52',
    says: 'an entry that the signed directory names without a digest, replaced by other bytes with the same CRC',
    code: 'ERR_VERIFY_DIGEST',
    async play(scene) {
      const bonus = member('bonus.txt', 'plumless');
      const level = member('level.txt', 'honest');
      const vouched = await publish(scene, { says: 'honest', archives: { level: { members: [level, bonus] } } });
      const bare = await publish(scene, {
        says: 'honest',
        archives: { level: { members: [level, { ...bonus, comment: '' }] } },
      });
      const key = archiveKeyOf(bare, 'level');
      const bytes = fileOf(bare, key).slice();
      bytes.set(new TextEncoder().encode('buckeroo'), Buffer.from(bytes).indexOf('plumless'));
      const asks = (gives: string): Partial<Visit> => ({ asks: [{ mount: 'level' }, { read: '/bonus.txt', gives }] });
      return {
        attack: visit(withFiles(bare, { [key]: bytes }), asks('buckeroo')),
        control: visit(vouched, asks('plumless')),
      };
    },
    mutant: [edit('mount/src/zip/open-archive.ts', '  requireDigests(table);', '')],
  },
];
