export type {
  CustomSource,
  DefoldSource,
  DescribedTarget,
  EnvironmentConfig,
  FilesSource,
  LadingConfig,
  SourceSetting,
  TargetSetting,
} from './config/lading-config.js';
export { defineConfig, defold, files, folder, s3, webdav } from './config/lading-config.js';
