export type {
  CustomSource,
  DefoldSource,
  EnvironmentConfig,
  FilesSource,
  LadingConfig,
  SourceSetting,
  TargetSetting,
} from './config/lading-config.js';
export { defineConfig, defold, files, folder, s3 } from './config/lading-config.js';
