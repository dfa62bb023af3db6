export type { ContentRequest, ContentSource } from './content-source.js';
export type { PlacementRule, PlannedArchive, PlannedResource, SplitPlan } from './split-plan.js';
export type { ArchiveRule, SplitRules } from './split-rules.js';
