import { defineConfig } from 'vitest/config';
import { preset } from './tooling/vitest/src/index.js';

export default defineConfig(preset);
