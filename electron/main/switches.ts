/**
 * Chromium's own services, switched off before it starts. None of them has a use here; some would ask a network, and while
 * every request is blocked besides, what is not started cannot fail.
 */
import { app } from 'electron';

const off = [
  'disable-background-networking',
  'disable-breakpad',
  'disable-client-side-phishing-detection',
  'disable-component-update',
  'disable-default-apps',
  'disable-domain-reliability',
  'disable-remote-fonts',
  'disable-sync',
  'dns-prefetch-disable',
  'metrics-recording-only',
  'no-pings',
  'no-proxy-server',
] as const;

const features = [
  'AutofillServerCommunication',
  'CertificateTransparencyComponentUpdater',
  'DialMediaRouteProvider',
  'MediaRouter',
  'OptimizationHints',
  'SpareRendererForSitePerProcess',
  'Translate',
] as const;

/** Must be called before the application is ready. */
export function switchOffServices(): void {
  for (const name of off) app.commandLine.appendSwitch(name);
  app.commandLine.appendSwitch('disable-features', features.join(','));
  // No host name is looked up, whoever asks; addresses of this machine are not names.
  app.commandLine.appendSwitch('host-resolver-rules', 'MAP * ~NOTFOUND, EXCLUDE localhost');
  // A peer connection would send datagrams past every other block.
  app.commandLine.appendSwitch('force-webrtc-ip-handling-policy', 'disable_non_proxied_udp');
}
