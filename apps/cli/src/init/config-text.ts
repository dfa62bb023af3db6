import type { DetectedProject } from './detect-project.js';

/** Writes the configuration of a detected project. */
export function configText(project: DetectedProject, keyDir: string): string {
  const names = [
    'defineConfig',
    project.kind === 'defold' ? 'defold' : 'files',
    project.bucket === undefined ? 'folder' : 's3',
  ];
  return `import { ${names.join(', ')} } from 'lading';

export default defineConfig({
  project: ${quote(project.name)},
  source: ${sourceText(project)},
${rootsText(project)}
  maxArchiveBytes: '8 MiB',
  sign: { key: ${quote(keyDir)} },
  channel: 'stable',
${targetText(project)}
});
`;
}

function sourceText(project: DetectedProject): string {
  if (project.kind === 'defold')
    return `defold({ graph: ${quote(project.graph ?? '')}, content: ${quote(project.content ?? '')} })`;
  return `files({ dir: ${quote(project.assets ?? '.')} })`;
}

function rootsText(project: DetectedProject): string {
  if (project.kind === 'defold')
    return "  // Roots are the collection proxies with Exclude ticked. Name others here: roots: ['/levels/*.collectionproxyc'],";
  return "  // What a player asks for as a whole: a level, a theme.\n  roots: ['/levels/*.json'],";
}

function targetText({ bucket: place }: DetectedProject): string {
  if (place === undefined) {
    return "  // Or s3({ bucket: 'my-bucket', prefix: 'my-game', region: 'eu-central-1' }).\n  target: folder('dist/content'),";
  }
  const { bucket, prefix, profile } = place;
  const fields = { bucket, ...(prefix === '' ? {} : { prefix }), ...(profile === undefined ? {} : { profile }) };
  const text = Object.entries(fields).map(([name, value]) => `${name}: ${quote(value)}`);
  return `  // As liveupdate.settings says; region and endpoint come from the profile.\n  target: s3({ ${text.join(', ')} }),`;
}

function quote(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}
