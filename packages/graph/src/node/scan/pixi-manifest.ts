import { GraphError } from '../../graph-error.js';
import { jsonStrings } from '../../scan/json-values.js';
import type { ScannedReference } from '../../scan/scanner.js';
import { listOf, memberOf } from './json-members.js';
import { localReference } from './local-reference.js';

/** Where sources stand in a bundle's asset: `src` or `srcs`, a text, a list, or objects with `src`. */
const SOURCE = /^\/(?:src|srcs)(?:\/\d+)?(?:\/src)?$/;
const MAX_READINGS = 256;

/** Tells whether a document is a manifest of PixiJS Assets, as AssetPack writes it: bundles with names and assets. */
export function isPixiManifest(document: unknown): boolean {
  const bundles = listOf(document, 'bundles');
  return bundles.length > 0 && bundles.every((bundle) => memberOf(bundle, 'assets') !== undefined);
}

/**
 * The sources of a PixiJS manifest, every variant of them: `sky@{1,2}x.{webp,png}` names four files. From the manifest, or
 * from the top of the folder.
 *
 * @see https://pixijs.com/8.x/guides/components/assets/manifest
 */
export function* pixiReferences(document: unknown): Generator<ScannedReference> {
  for (const [b, bundle] of listOf(document, 'bundles').entries()) {
    const assets = memberOf(bundle, 'assets');
    // A list of { alias, src }, or an object from alias to source.
    if (!Array.isArray(assets)) {
      for (const { text, pointer } of jsonStrings(assets)) yield* readings(text, `/bundles/${b}/assets${pointer}`);
      continue;
    }
    for (const [a, asset] of assets.entries()) {
      for (const { text, pointer } of jsonStrings(asset))
        if (SOURCE.test(pointer)) yield* readings(text, `/bundles/${b}/assets/${a}${pointer}`);
    }
  }
}

function* readings(text: string, at: string): Generator<ScannedReference> {
  const url = localReference(text);
  if (url === undefined) return;
  for (const to of expandBraces(url)) yield to.startsWith('/') ? { to, at } : { to, or: [`/${to}`], at };
}

/** Expands `{a,b}` as PixiJS does: lists that do not nest. */
function expandBraces(text: string): string[] {
  let texts = [text];
  for (let open = text.indexOf('{'); open >= 0; open = text.indexOf('{', open + 1)) {
    const close = text.indexOf('}', open);
    if (close < 0) break;
    const group = text.slice(open, close + 1);
    const options = group.slice(1, -1).split(',');
    texts = texts.flatMap((one) =>
      one.includes(group) ? options.map((option) => one.replace(group, () => option)) : one,
    );
    if (texts.length > MAX_READINGS)
      throw new GraphError('ERR_GRAPH_LIMIT', `has a source with more than ${MAX_READINGS} variants`);
  }
  return texts;
}
