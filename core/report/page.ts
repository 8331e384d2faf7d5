/** The page that every report is: one HTML text that loads nothing from anywhere, with the notice on top and at the end. */
import { researchUseOnly } from '../contract/index.ts';
import { escapeHtml } from './chart.ts';
import { reportStyle } from './style.ts';

/**
 * The whole document.
 * @param title plain text
 * @param lead what stands below the title, as HTML
 * @param sections of the page's middle, as HTML
 */
export function reportPage(title: string, lead: string, sections: readonly string[]): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">
<title>${escapeHtml(title)}</title>
<style>${reportStyle}</style>
</head>
<body>
<header>
<h1>${escapeHtml(title)}</h1>
<p>${lead}</p>
<span class="notice">${researchUseOnly}</span>
</header>
<main>
${sections.join('\n')}
</main>
<footer>${researchUseOnly} Made by Sidelight on this machine; this file loads nothing from anywhere.</footer>
</body>
</html>
`;
}
