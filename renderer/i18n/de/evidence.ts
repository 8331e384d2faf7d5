import { countedInGerman as n } from '../count.ts';
import type { Words } from '../words.ts';

export const evidence: Words['evidence'] = {
  title: 'Belege',
  lead: 'Auf welche Teile des Bildes sich die Antwort des Modells stützt, soweit sich das sagen lässt.',
  honest:
    'Aufmerksamkeit ist kein Beweis. Sie zeigt, welche Felder das Modell gelesen hat, nicht, warum die Antwort so ausfiel; wo ein Verfahren auch ein kleines Seitenbild liest, spricht dieses mit und hinterlässt hier keine Spur. Trauen Sie ihr nicht weiter, als die Löschprobe sie stützt.',
  noModels: 'Es gibt noch kein trainiertes Modell.',
  noModelsHelp:
    'Trainieren Sie zuerst eines: Hier stehen dann seine Bilder, die falsch beantworteten zuerst, und worauf sich die Antworten stützen.',
  goTrain: 'Zum Training',
  obstacles: {
    'no-place': (name) =>
      `„${name}“ achtet auf keine Stellen des Bildes, also gibt es keine Belege dieser Art. Wählen Sie ein Modell eines anderen Verfahrens.`,
    mean: (name) =>
      `„${name}“ antwortet aus der Zusammenfassung des Bildes durch das vortrainierte Modell, und die ist ein Mittel aller Felder: Nichts sieht hin, also gibt es keine Belege dieser Art. Wählen Sie ein Modell von FPT+, FPT oder der Attentive Probe oder eines auf einem vortrainierten Modell, dessen Zusammenfassung sein Klassentoken oder ein Aufmerksamkeits-Pool ist.`,
    numbers: (name) =>
      `„${name}“ antwortet mit einer Zahl. Belege zeigen, was für eine Klasse oder einen Befund spricht; eine Zahl hat keine. Wie weit die Zahlen daneben liegen, steht unter „Beurteilen“.`,
    int8: (name) =>
      `„${name}“ antwortet aus einem Durchlauf des vortrainierten Modells in 8 Bit, durch den sich nicht verfolgen lässt, was für eine Klasse sprach; genau gelesen wäre die Antwort eine andere. Wählen Sie ein Modell, das genau liest, oder eines von FPT+, FPT oder der Attentive Probe.`,
  },
  model: 'Modell',
  images: 'Bilder',
  splits: { train: 'Training', val: 'Validierung', test: 'Test' },
  split: 'Fälle',
  image: (place) => `Bild ${place}`,
  labelled: (label) => `Label ${label}`,
  notLabelled: 'ohne Label',
  answered: (answer) => `Antwort ${answer}`,
  wrongOf: (wrong, images) =>
    wrong === 0
      ? `Keines von ${n(images, 'Bild', 'Bildern')} falsch beantwortet.`
      : `${n(wrong, 'falsche Antwort', 'falsche Antworten')} bei ${n(images, 'Bild', 'Bildern')}; sie stehen zuerst.`,
  furthest: 'Der größte Fehler steht zuerst.',
  notEvaluated:
    'Das Modell wurde auf diesen Fällen nicht ausgewertet: Welche Antworten falsch sind, ist nicht bekannt.',
  goJudge: 'Unter „Beurteilen“ auswerten',
  groups: { wrong: 'Falsch', off: 'Fehler', right: 'Richtig', unlabelled: 'Ohne Label', unanswered: 'Ohne Antwort' },
  states: { wrong: 'falsch', off: 'Fehler', right: 'richtig', unlabelled: 'ohne Label', unanswered: 'ohne Antwort' },
  steps: (off) => `falsch um ${n(Math.abs(off), 'Grad', 'Grade')}: ${off > 0 ? 'zu hoch' : 'zu niedrig'}`,
  error: (off) => `Fehler ${off}`,
  wrongFinding: (name, isPresent) =>
    `${name}: ${isPresent ? 'Label vorhanden, Antwort nicht vorhanden' : 'Label nicht vorhanden, Antwort vorhanden'}`,
  noFinding: 'kein Befund vorhanden',
  listed: (shown, all) => `${shown} von ${all} stehen in der Liste.`,
  more: 'Mehr zeigen',
  chooseImage: 'Wählen Sie links ein Bild.',
  loading: 'Lädt das Bild …',
  unreadable: 'Das Bild lässt sich nicht zeigen: Seine Datei fehlt oder ist beschädigt.',
  looking: 'Sucht Belege …',
  answer: 'Antwort',
  label: 'Label',
  forClass: 'Belege für',
  basis: 'Was gezeigt wird',
  bases: { relevance: 'Was für diese Klasse sprach', attention: 'Wohin das Modell sah' },
  basisHelp: {
    relevance:
      'Aufmerksamkeit mal dem, was dieses Token mehr als die anderen für die Klasse sprach (nach dem Gradienten ihrer Log-Chance), summiert über alles, was hinsieht, in jedem Kopf; was dagegen sprach, zählt als nichts. Anteile am Ganzen.',
    attention:
      'Die Aufmerksamkeit auf die Token, gemittelt über alles, was hinsieht, in jedem Kopf. Für jede Klasse gleich.',
  },
  attends: {
    prompts:
      'Gelernte Prompts sehen Schicht für Schicht auf die Token, die das vortrainierte Modell selbst für wichtig hielt.',
    queries: 'Gelernte Anfragen sehen auf alle Token mehrerer Schichten des vortrainierten Modells, gemischt.',
    'class-token':
      'Im letzten Block des vortrainierten Modells sieht dessen Klassentoken hin; aus dem, was es dort findet, und dem, was es in den Blöcken davor gesammelt hat und was hier keine Spur hinterlässt, entsteht die Antwort. Ein Feld steht dort auch für das, was es von anderen Feldern übernahm.',
    'pool-query':
      'Nach dem letzten Block des vortrainierten Modells sieht die Anfrage seines Aufmerksamkeits-Pools hin; aus dem, was sie dort findet, entsteht die Antwort. Ein Feld steht dort auch für das, was es von anderen Feldern übernahm.',
  },
  expert: 'Für Fachleute: Schichten und Token',
  layer: 'Schicht des vortrainierten Modells',
  allLayers: 'Alle zusammen',
  layerName: (n) => `Schicht ${n + 1}`,
  opacity: 'Überlagerung',
  hide: 'Überlagerung ausblenden (H)',
  show: 'Überlagerung zeigen (H)',
  brightness: 'Lage',
  contrast: 'Fenster',
  resetWindow: 'Fenster zurücksetzen',
  legendLow: 'wenig',
  legendHigh: 'viel',
  classToken: (share) => `${share} davon gingen an das Klassentoken, das für das ganze Bild steht und keinen Ort hat.`,
  registers: {
    prompts: (share) => `${share} gingen an Registertoken, die auch keinen Ort haben.`,
    queries: (share) => `${share} gingen an Registertoken, die auch keinen Ort haben.`,
    'class-token': (share) => `${share} gingen an Registertoken oder gelernte Prompts, die auch keinen Ort haben.`,
    'pool-query': (share) => `${share} gingen an Registertoken, die keinen Ort haben.`,
  },
  readOnly: 'Die Bibliothek ist nur zum Lesen geöffnet: Belege werden nicht berechnet.',
  nothing: 'Nichts in den Token sprach für diese Klasse.',
  settled:
    'Kleine Änderungen einzelner Token bewegen diese Antwort kaum: Die Karte teilt fast nichts auf und bedeutet vielleicht wenig. Ob die Antwort am Hervorgehobenen hängt, sagt die Löschprobe.',
  tokens: (kept, all) =>
    `Es sieht ${kept} von ${n(all, 'Token', 'Token')} je Schicht und Kopf, die das vortrainierte Modell selbst für wichtig hielt.`,
  everyToken: (all) => `Es sieht alle ${n(all, 'Token', 'Token')}.`,
  canvas: (answer) => `Bild mit den Belegen für ${answer} darüber`,
  canvasAlone: 'Das Bild',
  check: 'Löschprobe',
  checkHelp:
    'Verdeckt die stärksten Felder (mit dem mittleren Grau des Bildes, in jedem Bild, das das Modell liest) und fragt erneut; dann ebenso viele andere, zufällige.',
  share: 'Verdecken',
  run: 'Probe starten',
  running: 'Läuft …',
  stop: 'Anhalten',
  sentence: (share, moved, random, low, high, answer) =>
    `Verdeckt man die hervorgehobenen ${share}, sinkt die Wahrscheinlichkeit von „${answer}“ um ${moved}; bei zufälligen ${share} um ${random} (${low} bis ${high}).`,
  verdicts: {
    explains:
      'Die Hervorhebung erklärt die Antwort: Sie zu verdecken kostet mehr als jede zufällige Ziehung, und mindestens 0,1 mehr als diese im Mittel.',
    slight:
      'Die Hervorhebung zählt, erklärt die Antwort aber nicht: Sie zu verdecken kostet mehr als jede zufällige Ziehung, aber weniger als 0,1 mehr als diese im Mittel. Das meiste der Antwort stützt sich auf anderes.',
    unmoved:
      'Die Antwort bewegt sich kaum, was man auch verdeckt: Sie stützt sich auf mehr als wenige Felder, und die Hervorhebung erklärt sie nicht.',
    fails: 'Die Hervorhebung erklärt die Antwort nicht: Andere Felder zu verdecken kostet ebenso viel.',
  },
  plotX: 'Rückgang der Wahrscheinlichkeit',
  highlighted: 'hervorgehoben',
  random: 'zufällig',
  openRead: 'Zum Lesen öffnen',
};
