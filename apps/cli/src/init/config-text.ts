import type { DetectedProject } from './detect-project.js';

/** Writes the configuration of a detected project. */
export function configText(project: DetectedProject, keyDir: string): string {
  const names = project.kind === 'defold' ? 'defineConfig, defold, folder' : 'defineConfig, files, folder';
  return `import { ${names} } from 'lading';

export default defineConfig({
  project: ${quote(project.name)},
  source: ${sourceText(project)},
${rootsText(project)}
  maxArchiveBytes: '8 MiB',
  sign: { key: ${quote(keyDir)} },
  channel: 'stable',
  // Or s3({ bucket: 'my-bucket', prefix: 'my-game', region: 'eu-central-1' }).
  target: folder('dist/content'),
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

function quote(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}
