import type { Command } from 'commander';
import type { Run } from '../run-program.js';
import { addBucketsCommand } from './s3-buckets.js';
import { addDoctorCommand } from './s3-doctor.js';
import { addPolicyCommand } from './s3-policy.js';
import { addSetupCommand } from './s3-setup.js';

/** Adds `lading s3 …`. */
export function addS3Command(program: Command, run: Run): void {
  const s3 = program.command('s3').description('set up and examine the place where content is published');
  addBucketsCommand(s3, run);
  addPolicyCommand(s3, run);
  addSetupCommand(s3, run);
  addDoctorCommand(s3, run);
}
