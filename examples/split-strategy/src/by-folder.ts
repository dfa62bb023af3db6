import type { AssignedGroup, SplitStrategy } from '@lading/splitter';

/**
 * Makes a strategy with one archive per top folder, whoever needs what in it: fewer, larger archives that a team can find
 * its way in. The price: a root that needs one picture of a folder downloads the folder.
 */
export function byFolder(): SplitStrategy {
  return {
    name: 'by-folder',
    assign({ graph, nodes }) {
      const folders = new Map<string, number[]>();
      for (const node of nodes) {
        const folder = /^\/([^/]+)\//.exec(graph.pathOf(node))?.[1] ?? '';
        const members = folders.get(folder);
        if (members === undefined) folders.set(folder, [node]);
        else members.push(node);
      }
      return { groups: [...folders].map(([folder, members]) => groupOf(folder, members)) };
    },
  };
}

/** Archive names are lower case and narrow; folder names are not. The encoding keeps different folders apart. */
function groupOf(folder: string, nodes: readonly number[]): AssignedGroup {
  const hex = (text: string): string => `_${(text.codePointAt(0) ?? 0).toString(16)}_`;
  const name = folder === '' ? 'top' : `in-${folder.replace(/[^a-z0-9.-]/gu, hex)}`;
  return { rule: 'strategy', name, nodes, reason: folder === '' ? 'at the top' : `all of /${folder}/` };
}
