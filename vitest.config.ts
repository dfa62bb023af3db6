import { defineConfig, type ViteUserConfig } from 'vitest/config';
import { preset } from './tooling/vitest/src/index.js';

const config: ViteUserConfig = defineConfig(preset);
export default config;
