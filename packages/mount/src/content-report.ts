import { isLadingError, type JsonObject, type LadingError } from '@lading/manifest/client';
import { isContentVerdict } from './content-verdict.js';
import { printableName } from './source-name.js';

/** One thing that is wrong with a layout, and where. */
export interface ContentFinding {
  /** Key of the file in the layout. */
  readonly file: string;
  /** Where in an archive: the name of a member, `local header of <member>`, `directory`. Absent: the file as a whole. */
  readonly place?: string | undefined;
  /** The member, where one is concerned. */
  readonly member?: string | undefined;
  /** `warning`: sound, but worth knowing (a channel that has expired). */
  readonly severity: 'error' | 'warning';
  /** Code of the error, as a read would throw it. */
  readonly code: string;
  readonly problem: string;
  readonly details: JsonObject;
}

/** What a check of a whole layout found. */
export interface ContentReport {
  /** True where there is no finding of severity `error`. */
  readonly isSound: boolean;
  readonly findings: readonly ContentFinding[];
  readonly roots: number;
  readonly channels: number;
  readonly releases: number;
  readonly archives: number;
  readonly members: number;
  /** Bytes of all files that were checked. */
  readonly bytes: number;
  /** Files that could not be judged, because a document that would say what they are is broken itself. */
  readonly unchecked: readonly string[];
}

/** Where a check stands. */
export interface ContentProgress {
  /** The file that is being checked. */
  readonly file: string;
  readonly checkedBytes: number;
}

/** Collects what a check finds. A failed transport is no finding: it ends the check. */
export class FindingList {
  readonly findings: ContentFinding[] = [];

  /** Notes a caught error as a finding; throws what is no verdict on the content. */
  add(file: string, error: unknown, at: { readonly place?: string; readonly member?: string } = {}): void {
    if (!isLadingError(error) || !isContentVerdict(error)) throw error;
    const place = at.place === undefined ? {} : { place: printableName(at.place) };
    const member = at.member === undefined ? {} : { member: printableName(at.member) };
    const { code, message: problem, details } = error;
    this.findings.push({ file, ...place, ...member, severity: 'error', code, problem, details });
  }

  /** Notes something that is sound, but worth knowing. */
  warn(file: string, error: LadingError): void {
    const { code, message: problem, details } = error;
    this.findings.push({ file, severity: 'warning', code, problem, details });
  }

  /** Tells whether a file has a finding of severity `error`. */
  has(file: string): boolean {
    return this.findings.some((finding) => finding.file === file && finding.severity === 'error');
  }
}
