/**
 * A GPU played by software: SwiftShader, a Vulkan driver that comes with every Electron. Slow, exact, and there on machines without a GPU.
 * Only processes that are started with `environment` see it. Under CI it is set up where it is missing; elsewhere tests that need it are
 * skipped, and say so.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { findElectron, setUpElectron } from '../../scripts/app/runtime.ts';

const isRequired = process.env['CI'] === 'true' || process.env['SIDELIGHT_REQUIRE_TOOLS'] === '1';
const folder = isRequired ? await setUpElectron(() => {}) : findElectron();
const driver = folder === null ? null : join(folder, 'vk_swiftshader_icd.json');

export const hasSoftwareGpu = process.platform === 'linux' && driver !== null && existsSync(driver);

/** What a process needs in its environment to find the driver and, beside it, the Vulkan loader. */
export const softwareGpu: Readonly<Record<string, string>> = hasSoftwareGpu
  ? { VK_ICD_FILENAMES: driver ?? '', VK_DRIVER_FILES: driver ?? '', LD_LIBRARY_PATH: folder ?? '' }
  : {};
