import type { FileServerHook } from '@lading/fixtures';
import { channelKey } from '@lading/manifest';
import { type Attack, edit } from './attack.js';
import { archiveKeyOf, fileOf, type Published, publish, visit } from './scene.js';
import type { Visit } from './transcript.js';

const CHANNEL = 'manifest/src/trust/verify-channel.ts';

/** U61 to U64: servers that lie or are gone, and a disk that somebody else writes. */
export const MIRRORS_AND_DISKS: readonly Attack[] = [
  {
    id: 'U61',
    says: '404 for everything: what runs is kept, and the app is told',
    code: 'ERR_NO_CHANNEL',
    async play(scene) {
      const now = await publish(scene, { says: 'now' });
      const later = (files: Published['files']): Visit => visit({ ...now, files }, { start: 'goes on' });
      return { before: [visit(now)], attack: later({}), control: later(now.files) };
    },
    mutant: [
      edit(
        'mount/src/release-follower.ts',
        "this.#events.emit('refreshFailed', { error });",
        "return { outcome: 'unchanged', latest: summaryOf(this.latest) };",
      ),
    ],
  },
  {
    id: 'U62',
    says: 'one mirror is down, the other has an older set, every document of it valid',
    code: 'ERR_TRUST_ROLLBACK',
    async play(scene) {
      const old = await publish(scene, { says: 'old' });
      const now = await publish(scene, { says: 'now', sequence: 2 });
      const mirrors = ({ files, says }: Published): Visit =>
        visit({ files, says }, { network: { mirrors: ['down', files] } });
      return { before: [visit(now)], attack: mirrors(old), control: mirrors(now) };
    },
    mutant: [
      edit(CHANNEL, 'if (actual >= floor) return;', 'if (actual >= 0) return;'),
      edit(CHANNEL, 'if (channel.sequence > floor.sequence ||', 'if (channel.sequence !== floor.sequence ||'),
    ],
  },
  {
    id: 'U63',
    says: 'a redirect to another origin; within the same one it is followed',
    code: 'ERR_SOURCE_FORBIDDEN',
    async play(scene) {
      const right = await publish(scene, { says: 'honest' });
      const redirected = (isElsewhere: boolean): Visit => {
        const target = scene.serve(right.files, { isElsewhere });
        const hook: FileServerHook = (_, response, key) =>
          key === channelKey('stable') && response.writeHead(302, { location: `${target}${key}` }).end() !== undefined;
        return visit(right, { network: { url: scene.serve(right.files, { hook }) } });
      };
      return { attack: redirected(true), control: redirected(false) };
    },
    mutant: [
      edit(
        'mount/src/http-response.ts',
        "response.redirected && response.url !== ''",
        "response.redirected && response.url === ''",
      ),
    ],
  },
  {
    id: 'U64',
    says: 'an archive that is changed on the disk after it was verified',
    code: 'ERR_VERIFY_DIGEST',
    breaks: true,
    async play(scene) {
      const now = await publish(scene, { says: 'honest' });
      const bytes = fileOf(now, archiveKeyOf(now, 'level')).slice();
      bytes.set(new TextEncoder().encode('beaten'), Buffer.from(bytes).indexOf('honest'));
      const digest = now.layout.release.archives.find(({ name }) => name === 'level')?.digest ?? '';
      const again = (gives: string, over: Partial<Visit>): Visit =>
        visit(now, { asks: [{ read: '/level.txt', gives }], ...over });
      return {
        before: [visit(now)],
        attack: again('beaten', { disk: { [digest]: bytes } }),
        control: again('honest', {}),
      };
    },
    mutant: [
      edit(
        'mount/src/zip/archive-reader.ts',
        'const isDigestRight = await checkDigest(table, entry, stored, codecs);',
        'const isDigestRight = isSigned || (await checkDigest(table, entry, stored, codecs));',
      ),
    ],
  },
];
