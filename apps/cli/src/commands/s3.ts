import type { Command } from 'commander';
import type { Run } from '../run-program.js';
import { addDoctorCommand } from './s3-doctor.js';

/** Adds `lading s3 …`. */
export function addS3Command(program: Command, run: Run): void {
  const s3 = program.command('s3').description('examine the place where content is published');
  addDoctorCommand(s3, run);
}
