import { variantLayers } from '@lading/manifest';
import type { PlannedArchive, SplitPlan } from '@lading/splitter';
import { formatBytes } from './byte-size.js';
import { textTable } from './text-table.js';

const MAX_ROOTS_SHOWN = 40;
const MAX_ARCHIVES_SHOWN = 60;

/** A split plan for a terminal: archives with their reason, roots with what they cost, the base, the warnings. */
export function planText(plan: SplitPlan): string {
  return [
    archivesText(plan),
    rootsText(plan),
    baseText(plan),
    ...plan.warnings.map((warning) => `warning: ${warning}`),
  ].join('\n\n');
}

function archivesText(plan: SplitPlan): string {
  const shown = plan.archives.slice(0, MAX_ARCHIVES_SHOWN);
  const rows = shown.map(
    (a) => [a.name, a.resources.length, formatBytes(a.sizeBytes), a.priority, reasonText(a)] as const,
  );
  return (
    textTable(['archive', 'resources', 'content', 'priority', 'why'], rows) +
    moreText(plan.archives.length, shown.length, 'archives')
  );
}

function rootsText(plan: SplitPlan): string {
  const layerOf = variantLayers(plan.variants);
  const wanted = plan.archives.filter(({ variant }) => layerOf(variant) >= 0);
  const sizes = new Map(wanted.map((archive) => [archive.name, archive.sizeBytes]));
  const roots = Object.entries(plan.roots).map(
    ([path, names]) => [path, names.filter((name) => sizes.has(name))] as const,
  );
  const shown = roots.slice(0, MAX_ROOTS_SHOWN);
  const rows = shown.map(([path, names]) => [
    path,
    names.length,
    formatBytes(names.reduce((sum, name) => sum + (sizes.get(name) ?? 0), 0)),
    names.length > 4 ? `${names.slice(0, 4).join(', ')}, …` : names.join(', '),
  ]);
  const table =
    textTable(['root', 'archives', 'content', 'mounts'], rows) + moreText(roots.length, shown.length, 'roots');
  return wanted.length === plan.archives.length ? table : `${table}\n(for an app that chooses no variants)`;
}

function baseText(plan: SplitPlan): string {
  const { resources, sizeBytes } = plan.base;
  return `base: ${resources.toLocaleString('en-US')} resources, ${formatBytes(sizeBytes)}, ship with the app`;
}

/** Why an archive exists, in words. */
export function reasonText(archive: PlannedArchive): string {
  const reason = ruleText(archive);
  return archive.variant === undefined ? reason : `${reason}, for ${archive.variant}`;
}

function ruleText(archive: PlannedArchive): string {
  switch (archive.rule) {
    case 'named':
      return 'named by a rule';
    case 'root':
      return `only ${archive.consumers[0] ?? 'one root'} needs it`;
    case 'shared':
      return `shared by ${archive.consumers.length} roots`;
    case 'unreached':
      return 'no root reaches it';
    case 'strategy':
      return archive.reason ?? 'by the strategy';
  }
}

function moreText(all: number, shown: number, what: string): string {
  return all > shown ? `\n… and ${all - shown} more ${what} (see --json)` : '';
}
