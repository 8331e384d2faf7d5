/**
 * What every window of the tests is started with. Drawing stays with the processor: a display without a graphics card has no other way, and
 * where Chromium tries one in software first, its watchdog ends that process on a busy machine, after which the window may never draw again
 * (every click then waits for a frame that does not come).
 */
export const windowFlags = ['--no-sandbox', '--disable-gpu', '--disable-gpu-watchdog'] as const;
