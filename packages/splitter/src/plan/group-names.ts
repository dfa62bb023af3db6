import type { ResourceGraph } from '@lading/graph';
import { type NameRequest, nameRequestOf, uniqueNames } from './archive-names.js';
import type { CutItem, CutPart } from './content-defined-cuts.js';
import type { Group } from './placement.js';

/** The name of the archive that holds what no root reaches. */
const UNREACHED_NAME = 'rest';

/** Names every group: the rule's name, the root's path, or a hash of the paths of those who share it. @internal */
export function nameGroups(groups: readonly Group[], graph: ResourceGraph): Map<Group, string> {
  const named = new Set(groups.flatMap(({ archiveRule }) => (archiveRule === undefined ? [] : [archiveRule.name])));
  const rest = groups.filter(({ archiveRule }) => archiveRule === undefined);
  const requests = new Map(rest.map((group) => [group, groupRequest(group, graph)]));
  const names = uniqueNames([...requests.values()], named);
  return new Map(
    groups.map((group) => [
      group,
      group.archiveRule?.name ?? names.get(requests.get(group)?.key ?? '') ?? UNREACHED_NAME,
    ]),
  );
}

function groupRequest({ rule, consumers }: Group, graph: ResourceGraph): NameRequest {
  const paths = consumers.map((root) => graph.pathOf(root));
  if (rule === 'root') return nameRequestOf(paths[0] ?? '/');
  // A line break is in no resource path, so equal keys mean equal sets.
  const key = paths.join('\n');
  if (rule === 'shared') return { key, stem: 'shared', separator: '-', needsHash: true };
  return { key: '', stem: UNREACHED_NAME, separator: '-', needsHash: false };
}

/**
 * Names the parts of every group. The first part keeps the group's name, so that growing over the cap renames nothing;
 * any other is called after the path that it begins with.
 *
 * @internal
 */
export function nameParts<Item extends CutItem>(
  groups: readonly { readonly name: string; readonly parts: readonly CutPart<Item>[] }[],
): Map<CutPart<Item>, string> {
  const taken = new Set(groups.map(({ name }) => name));
  const requests = new Map<CutPart<Item>, NameRequest>();
  const names = new Map<CutPart<Item>, string>();
  for (const { name, parts } of groups) {
    for (const part of parts) {
      if (part.isHead) names.set(part, name);
      else requests.set(part, { key: part.items[0]?.path ?? '', stem: name, separator: '.', needsHash: true });
    }
  }
  const hashed = uniqueNames([...requests.values()], taken);
  for (const [part, { key }] of requests) names.set(part, hashed.get(key) ?? '');
  return names;
}
