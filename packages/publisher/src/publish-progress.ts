import type { PublishPlan } from './publish-plan.js';

/** The steps of a publish, in their order. */
export type PublishStage = 'archives' | 'read-back' | 'release' | 'root' | 'channel' | 'done';

/** How far a publish is. Counts only what is new; bytes never go back and end at exactly `totalBytes`. */
export interface PublishProgress {
  readonly stage: PublishStage;
  /** The object that moved, where one did. */
  readonly key?: string | undefined;
  readonly sentBytes: number;
  readonly totalBytes: number;
  readonly doneObjects: number;
  readonly totalObjects: number;
}

/** What of a plan is uploaded. */
export type UploadPlan = Pick<PublishPlan, 'uploads' | 'uploadBytes'>;

/** Adds up what the uploads of one publish report. */
export class ProgressMeter {
  readonly #plan: UploadPlan;
  readonly #report: ((progress: PublishProgress) => void) | undefined;
  readonly #sent = new Map<string, number>();
  #sentBytes = 0;
  #doneObjects = 0;
  #stage: PublishStage = 'archives';

  constructor(plan: UploadPlan, report: ((progress: PublishProgress) => void) | undefined) {
    this.#plan = plan;
    this.#report = report;
  }

  stage(stage: PublishStage): void {
    this.#stage = stage;
    this.#tell(undefined);
  }

  /** What a target calls with the bytes of one object sent so far. A try that starts over does not count back. */
  of(key: string): (sentBytes: number) => void {
    return (sentBytes) => this.#move(key, sentBytes);
  }

  done(key: string, sizeBytes: number): void {
    this.#doneObjects += 1;
    this.#move(key, sizeBytes, true);
  }

  end(): void {
    this.stage('done');
  }

  #move(key: string, sentBytes: number, always: boolean = false): void {
    const before = this.#sent.get(key) ?? 0;
    if (sentBytes <= before && !always) return;
    this.#sentBytes += Math.max(0, sentBytes - before);
    this.#sent.set(key, Math.max(sentBytes, before));
    this.#tell(key);
  }

  #tell(key: string | undefined): void {
    this.#report?.({
      stage: this.#stage,
      ...(key === undefined ? {} : { key }),
      sentBytes: this.#sentBytes,
      totalBytes: this.#plan.uploadBytes,
      doneObjects: this.#doneObjects,
      totalObjects: this.#plan.uploads.length,
    });
  }
}
