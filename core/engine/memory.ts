/** How much memory this process has held at most. */
import { readFileSync, writeFileSync } from 'node:fs';
import { platform, resourceUsage } from 'node:process';

/**
 * Starts counting the peak anew where the system can (Linux). Elsewhere the peak is that of the process's life.
 * Returns whether it did.
 */
export function resetPeakMemory(): boolean {
  if (platform !== 'linux') return false;
  try {
    writeFileSync('/proc/self/clear_refs', '5');
    return true;
  } catch {
    // Containers may forbid it. The peak then includes what came before, which is an honest upper bound.
    return false;
  }
}

/** Highest resident memory of this process in MiB: VmHWM on Linux, maxRSS elsewhere. */
export function peakMemoryMb(): number {
  if (platform === 'linux') {
    const found = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'));
    if (found !== null) return Number(found[1]) / 1024;
  }
  return resourceUsage().maxRSS / 1024;
}
