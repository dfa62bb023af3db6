import type { ResourceGraph } from '@lading/graph';
import { type NameRequest, nameRequestOf, uniqueNames } from './archive-names.js';
import type { Group } from './check-assignment.js';
import type { CutItem, CutPart } from './content-defined-cuts.js';

/** The name of the archive that holds what no root reaches. */
const UNREACHED_NAME = 'rest';

/**
 * Names every group: the name that the strategy gave, the path of its only root, or a hash of the paths of those who share
 * it. Names that the rules know are never given to others, also where no resource has come to them.
 *
 * @internal
 */
export function nameGroups(groups: readonly Group[], graph: ResourceGraph): Map<Group, string> {
  const given = new Set(groups.flatMap(({ name }) => (name === undefined ? [] : [name])));
  const rest = groups.filter(({ name }) => name === undefined);
  const requests = new Map(rest.map((group) => [group, groupRequest(group, graph)]));
  const names = uniqueNames([...requests.values()], given);
  return new Map(groups.map((group) => [group, group.name ?? names.get(requests.get(group)?.key ?? '') ?? '']));
}

function groupRequest({ consumers }: Group, graph: ResourceGraph): NameRequest {
  const paths = consumers.map((root) => graph.pathOf(root));
  if (paths.length === 0) return { key: '', stem: UNREACHED_NAME, separator: '-', needsHash: false };
  if (paths.length === 1) return nameRequestOf(paths[0] ?? '/');
  // A line break is in no resource path, so equal keys mean equal sets.
  return { key: paths.join('\n'), stem: 'shared', separator: '-', needsHash: true };
}

/**
 * Names the variants of every group: the group's name, a dot, and the variant. What is no variant keeps the group's name.
 *
 * @param taken - Names of groups.
 * @returns Names by part, of variants only.
 * @internal
 */
export function nameVariants<Part extends { readonly groupName: string; readonly variant: string | undefined }>(
  parts: readonly Part[],
  taken: ReadonlySet<string>,
): Map<Part, string> {
  const requests = new Map(
    parts.flatMap((part): [Part, NameRequest][] => {
      if (part.variant === undefined) return [];
      const stem = `${part.groupName}.${part.variant.replaceAll('=', '-').replaceAll(',', '.')}`;
      const key = `${part.groupName}\n${part.variant}`;
      return [[part, { key, stem, separator: '.', needsHash: stem.length > MAX_STEM_CHARACTERS }]];
    }),
  );
  const names = uniqueNames([...requests.values()], taken);
  return new Map([...requests].map(([part, { key }]) => [part, names.get(key) ?? '']));
}

/** The longest name of a variant that leaves room for the hash of a part. */
const MAX_STEM_CHARACTERS = 59;

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
