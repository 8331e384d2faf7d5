import { countedInGerman as n } from '../count.ts';
import type { Words } from '../words.ts';

export const judge: Words['judge'] = {
  title: 'Beurteilen',
  lead: 'Wie gut ist dieses Modell, für wen, und bei welchem Schwellenwert?',
  noModels: 'Es gibt noch kein trainiertes Modell.',
  noModelsHelp: 'Trainieren Sie zuerst eines; dann lassen sich seine Antworten hier beurteilen.',
  goTrain: 'Zum Training',
  model: 'Modell',
  split: 'Fälle',
  splits: { train: 'Training', val: 'Validierung', test: 'Test', 'cross-validation': 'Kreuzvalidierung' },
  level: 'Gezählt werden',
  levels: { study: 'Studien', image: 'Bilder' },
  pooling: 'Antwort einer Studie aus ihren Bildern',
  poolings: { mean: 'Mittel', max: 'höchste' },
  crossValidationHelp:
    'Jeder Patient von Training und Validierung, beantwortet von dem Netz, das nicht von ihm gelernt hat. Testpatienten waren nicht beteiligt.',
  notEvaluated: (split) => `Dieses Modell wurde mit den Fällen „${split}“ noch nicht ausgewertet.`,
  testWarning:
    'Testfälle beantworten eine Frage einmal: Wie gut ist das fertige Modell? Schwellenwert, Kalibrierung und Verfahren wählt man an den Validierungsfällen. Jede Auswertung auf den Testfällen wird gezählt; das erneute Öffnen nicht.',
  evaluate: 'Auswerten',
  evaluating: 'Auswertung läuft …',
  testEvaluations: (times) =>
    times === 1
      ? 'Einmal auf den Testfällen ausgewertet.'
      : `${times}-mal auf den Testfällen ausgewertet; jedes Mal wird festgehalten.`,
  summary: (cases, patients, dataset, version) =>
    `${n(cases, 'Fall', 'Fälle')} von ${n(patients, 'Patient', 'Patienten')}, Datensatz „${dataset}“ Version ${version}`,
  mixed: (studies) =>
    `${n(studies, 'Studie ist', 'Studien sind')} ausgelassen: Bilder einer Studie tragen verschiedene Labels.`,
  intervalNote: 'In Klammern: 95-%-Intervall.',
  tabs: {
    overview: 'Kennzahlen',
    compare: 'Verfahren im Vergleich',
    subgroups: 'Untergruppen',
    trust: 'Kalibrierung und Vorlage',
    card: 'Modellkarte',
  },
  figures: {
    auc: 'AUC',
    averagePrecision: 'Mittlere Präzision',
    accuracy: 'Genauigkeit',
    sensitivity: 'Sensitivität',
    specificity: 'Spezifität',
    ppv: 'PPV',
    npv: 'NPV',
    lrPositive: 'Likelihood-Quotient +',
    lrNegative: 'Likelihood-Quotient −',
    kappa: 'Kappa',
    brier: 'Brier-Wert',
    calibrationError: 'Kalibrierungsfehler',
  },
  targetFigures: {
    kappaQuadratic: 'Kappa (quadratisch gewichtet)',
    meanAbsoluteError: 'Mittlerer absoluter Fehler (Grade)',
    absoluteError: 'Mittlerer absoluter Fehler',
    rootMeanSquaredError: 'Wurzel des mittleren quadratischen Fehlers',
    rSquared: 'R² (Anteil der erklärten Varianz)',
  },
  findings: {
    finding: 'Befund',
    title: 'Alle Befunde',
    help: 'Jeder wird an den Fällen beurteilt, für die er bekannt ist, mit seinem eigenen Schwellenwert. Wählen Sie einen; seine Kurven, sein Schwellenwert und seine Fälle stehen darunter.',
    known: 'Bekannt',
    present: 'Vorhanden',
    open: (name) => `${name} beurteilen`,
    knownOf: (name) => `bei denen „${name}“ als vorhanden oder nicht vorhanden bekannt ist`,
    mean: (judged, all) => `Mittel der ${judged} von ${all}, die sich beurteilen lassen`,
    right: 'Richtige Antworten auf alles Bekannte',
    unjudged: {
      unknown: 'nicht zu beurteilen: für keinen dieser Fälle bekannt',
      neverPresent: 'nicht zu beurteilen: in keinem dieser Fälle vorhanden',
      neverAbsent: 'nicht zu beurteilen: fehlt in keinem dieser Fälle',
    },
  },
  numbers: {
    bias: 'Verzerrung (Antwort minus Label)',
    low: 'Untere Übereinstimmungsgrenze',
    high: 'Obere Übereinstimmungsgrenze',
    help: 'In der Einheit der Labels; unter jeder Kennzahl ihr 95-%-Intervall (Bootstrap über Patienten). Zwischen den Übereinstimmungsgrenzen liegen 95 % der Abweichungen, wenn sie gleichmäßig um die Verzerrung streuen.',
    scatter: 'Antworten neben den Labels',
    scatterHelp: 'Auf der gestrichelten Linie ist eine Antwort gleich ihrem Label.',
    differences: 'Abweichungen über den Bereich',
    differencesHelp: 'Gestrichelt: Verzerrung und Übereinstimmungsgrenzen (Bland und Altman).',
    label: (name) => `Label: ${name}`,
    answer: (name) => `Antwort: ${name}`,
    mean: 'Mittel aus Antwort und Label',
    difference: 'Antwort minus Label',
    worst: 'Die größten Abweichungen zuerst',
    off: (difference) => `${difference} daneben`,
    caseLabel: (n, truth, answer) => `Fall ${n}: Label ${truth}, Antwort ${answer}`,
    errorDifference: 'Unterschied im Fehler',
  },
  kappaOrdered: (classes) => `Kappa (quadratisch, in der Reihenfolge ${classes})`,
  ofClass: (figure, name) => `${figure} („${name}“)`,
  ofGuessedClass: (figure, name) => `${figure} („${name}“, nicht von Ihnen gewählt)`,
  ofClassAgainstRest: (figure, name) => `${figure} („${name}“ gegen den Rest)`,
  macro: (figure) => `${figure} (Mittel über die Klassen)`,
  positiveIs: (name) => `positive Klasse: „${name}“`,
  positiveGuessed: (name, other) =>
    `Die Namen sagen nicht, ob „${name}“ oder „${other}“ die positive Klasse (die Erkrankung) ist. „${name}“ wurde nach dem Alphabet gewählt; ist es die andere, sind Sensitivität und Spezifität vertauscht, PPV und NPV ebenso. Sagen Sie hier, welche es ist; keine Entscheidung ändert sich.`,
  mostProbable: 'geantwortet wird die wahrscheinlichste Klasse',
  fromThreshold: (name, value) => `„${name}“ wird ab einer Wahrscheinlichkeit von ${value} geantwortet`,
  ownDecision: 'kein Schwellenwert: die Entscheidung des Modells',
  backToOwn: 'Zurück zur Entscheidung des Modells',
  strip: {
    class: (name) => `„${name}“`,
    classAgainstRest: (name) => `„${name}“ gegen den Rest`,
    finding: (name) => `Vorliegen von „${name}“`,
    own: (about, rule) => `${about}, bei der Entscheidung des Modells (${rule})`,
    stored: (about, value) => `${about}, bei der Entscheidung des Modells (Schwellenwert ${value})`,
    slider: (about, value) =>
      `${about}, beim Schwellenwert ${value} des Reglers, der nicht die Entscheidung des Modells ist`,
  },
  classTable: {
    title: 'Jede Klasse bei der Entscheidung des Modells',
    help: (decision) =>
      `Jede gegen den Rest: ${decision}. In Klammern: 95-%-Intervall. Der Regler unten ändert hier nichts.`,
    class: 'Klasse',
    answered: 'Geantwortet',
    precision: 'Präzision (PPV bei diesen Fällen)',
    open: (name) => `${name} gegen den Rest zeigen`,
  },
  methodsNote:
    'AUC und Genauigkeit: Bootstrap über Patienten, exakt, wo er nie schwankt. Antworten der Kreuzvalidierung zählen als weniger Patienten. Sensitivität, Spezifität: Wilson. PPV und NPV: Bayes bei Ihrer Prävalenz, Logit-Intervall (Mercaldo 2007). Likelihood-Quotienten: Log-Intervall.',
  roc: 'ROC-Kurve',
  rocHelp: 'Fläche: 95 % der neu gezogenen Patienten. Punkt: der Schwellenwert unten.',
  rocNoBand:
    'Keine Fläche: Welche Patienten auch gezogen werden, die Kurve ist dieselbe. Wie sicher das ist, sagt das exakte Intervall der AUC. Punkt: der Schwellenwert unten.',
  rocX: '1 − Spezifität',
  rocY: 'Sensitivität',
  pr: 'Präzision und Trefferquote',
  prX: 'Trefferquote (Sensitivität)',
  prY: 'Präzision (PPV bei diesen Fällen)',
  calibration: 'Kalibrierung',
  calibrationHelp: 'Auf der Diagonale stimmt eine Wahrscheinlichkeit von 0,8 in 80 von 100 Fällen.',
  calibrationX: 'Genannte Wahrscheinlichkeit',
  calibrationY: 'Anteil, der zutraf',
  noCurve: 'Nicht bestimmt: Unter diesen Fällen kommt nur eine Klasse vor.',
  positiveClass: 'Klasse gegen den Rest',
  threshold: 'Schwellenwert',
  thresholdOf: (name) => `Schwellenwert für „${name}“`,
  thresholdHelp: 'Pfeiltasten verschieben ihn um 0,005, Bild auf und Bild ab um 0,05.',
  atPrevalence: (label, share) => `${label} bei Prävalenz ${share}`,
  prevalence: 'Prävalenz am Ort des Einsatzes (%)',
  prevalenceHelp: (observed) => `PPV und NPV hängen davon ab. Unter diesen Fällen beträgt sie ${observed}.`,
  storedThreshold: (name, value, split) =>
    `Im Modell gespeichert: „${name}“ ab ${value}, gewählt an Fällen „${split}“.`,
  noThreshold:
    'Bei mehr als zwei Klassen entscheidet die wahrscheinlichste. Der Regler zeigt eine Klasse gegen den Rest.',
  resetThreshold: 'Zurück zum gespeicherten',
  saveThreshold: 'Diesen Schwellenwert speichern',
  thresholdSaved: 'Schwellenwert im Modell gespeichert und im Protokoll vermerkt.',
  testThresholdTitle: 'An Testfällen gewählt?',
  testThreshold:
    'Ein an den Testfällen gewählter Schwellenwert passt genau zu diesen Fällen; Sensitivität und Spezifität sehen besser aus, als sie sind. Wählen Sie ihn an den Validierungsfällen. Speichern Sie ihn trotzdem, steht es auf der Modellkarte.',
  saveAnyway: 'Trotzdem speichern',
  confusion: 'Labels und Antworten',
  confusionHelp: 'Wählen Sie ein Feld, um seine Fälle zu sehen.',
  confusionRows: 'Label',
  confusionColumns: 'Antwort',
  cell: (cases, truth, decision) => `${n(cases, 'Fall', 'Fälle')} mit Label ${truth}, Antwort ${decision}`,
  cases: 'Fälle',
  mistakes: 'Schlimmste Fehler zuerst',
  casesOf: (truth, decision) => `Label ${truth}, Antwort ${decision}`,
  showMistakes: 'Alle Fehler zeigen',
  noCases: 'Hier ist kein Fall.',
  label: 'Label',
  answer: 'Antwort',
  sure: (p, guessed) => `${p} sicher (geraten: ${guessed})`,
  referred: 'zur Vorlage',
  openRead: 'Öffnen',
  openEvidence: 'Belege',
  openAll: 'Diese zum Lesen öffnen',
  caseLabel: (n, truth, decision) => `Fall ${n}: Label ${truth}, Antwort ${decision}`,
  more: 'Mehr zeigen',
  shown: (n, total) => `${n} von ${total}`,
  compareHelp:
    'Modelle derselben Version des Datensatzes an denselben Fällen. Die Differenz gilt zum oben gewählten Modell, ihr Intervall stammt aus neu gezogenen Patienten; enthält es 0, können die Fälle beide nicht unterscheiden.',
  method: 'Verfahren',
  difference: 'Differenz der AUC',
  learnable: 'Lernbare Parameter',
  memory: 'Spitze des Speichers',
  time: 'Trainingszeit',
  thisModel: 'dieses Modell',
  notYet: 'nicht ausgewertet',
  evaluateAll: 'Fehlende auswerten',
  methods: {
    'fpt+': 'FPT+',
    fpt: 'FPT',
    attentive: 'Attentive Probe',
    'side-only': 'Nur Seitennetz',
    linear: 'Linear',
    full: 'Volles Fine-Tuning',
    lora: 'LoRA',
    adapter: 'Adapter',
    'prompt-tuning': 'Prompt-Tuning',
    bitfit: 'BitFit',
    partial: 'Letzte Blöcke',
  },
  subgroupsHelp:
    'Dieselbe Entscheidung (der Schwellenwert oder die wahrscheinlichste Klasse) in Teilen der Fälle. Kleine Gruppen haben weite Intervalle; ein Unterschied zählt nur, wo sich die Intervalle kaum berühren.',
  noSubgroups:
    'Die Bibliothek kennt nichts, was diese Fälle teilt: Alle haben Modalität und Hersteller gemeinsam, oder es ist nichts bekannt.',
  attributes: {
    modality: 'Modalität',
    manufacturer: 'Hersteller',
    device: 'Gerät',
    institution: 'Einrichtung',
    sex: 'Geschlecht',
    age: 'Alter',
  },
  unknown: 'nicht bekannt',
  patients: 'Patienten',
  positives: (name) => `Fälle von „${name}“`,
  temperature: (value) => `Temperatur dieses Modells: ${value}`,
  temperatureHelp:
    'Eine Zahl, an den Validierungsfällen bestimmt, mit der Wahrscheinlichkeiten bedeuten, was sie sagen. Sie ändert keine Entscheidung: Der Schwellenwert wandert mit. Ein Vorlageband ist danach neu zu setzen.',
  calibrate: 'An den Validierungsfällen kalibrieren',
  calibrateOutOfFold: 'An den Antworten der Kreuzvalidierung kalibrieren',
  calibrated: 'Das Modell ist kalibriert.',
  calibrateNeedsVal: 'Werten Sie das Modell zuerst an den Validierungsfällen aus.',
  calibrateFew: (patients, fewest) =>
    `${n(patients, 'Patient ist', 'Patienten sind')} zu wenig zum Kalibrieren: Bei weniger als ${fewest} ist die Temperatur großenteils Zufall, und Wahrscheinlichkeiten können danach weniger bedeuten als vorher.`,
  calibrateOneSided: (patients) =>
    `Es lässt sich nicht kalibrieren: ${n(patients, 'Patient hat', 'Patienten haben')} nur ein Label, und nichts sagt, welche Sicherheit zu groß ist.`,
  referral: 'Einem Befunder vorlegen',
  referralHelp:
    'Antworten nahe am Schwellenwert sind die unsichersten. Legt man einige davon einem Befunder vor, sind von den übrigen weniger falsch. Den Anteil setzt man an den Validierungsfällen. Schattiert ist das zweiseitige 95-%-Intervall jedes Anteils, breiter bei Antworten der Kreuzvalidierung; es kann über das reichen, was eine Regel verspricht, deren Grenze einseitig ist.',
  coverageX: 'Anteil ohne Vorlage beantwortet',
  coverageY: 'Falsch unter den beantworteten',
  referShare: 'Anteil zur Vorlage',
  bandNow: (share, error, name, low, high) =>
    `${share} zur Vorlage; vom Rest ${error} falsch. Band${name === null ? '' : ` (Wahrscheinlichkeit von „${name}“)`}: ${low} bis ${high}.`,
  bandStored: (name, low, high) =>
    `Im Modell gespeichert: Antworten mit einer Wahrscheinlichkeit von „${name}“ zwischen ${low} und ${high} werden vorgelegt.`,
  bandStoredMany: (high) => `Im Modell gespeichert: Antworten unter ${high} Sicherheit werden vorgelegt.`,
  promise: {
    allowed: 'Erlaubter Fehler unter den beantworteten (%)',
    find: 'Regel suchen',
    help: 'Gesucht an den Fällen, von denen das Modell nicht gelernt hat: Vorgelegt werden so wenige Antworten, dass mit 95 % Sicherheit höchstens dieser Anteil der übrigen falsch ist.',
    units: { study: (cases) => n(cases, 'Studie', 'Studien'), image: (cases) => n(cases, 'Bild', 'Bildern') },
    kept: (allowed, of) =>
      `Mit 95 % Sicherheit versprochen: Höchstens ${allowed} der beantworteten sind falsch. Gefunden an ${of.cases}: ${of.referred} vorgelegt; von den übrigen ${of.accepted} sind ${of.errors} falsch (einseitige obere Grenze ${of.bound}${of.patients === null ? '' : ` über ${n(of.patients, 'Patient', 'Patienten')}, die gleich zählen`}).`,
    ofFolds:
      'Das wurde an den Netzen der Kreuzvalidierung gefunden. Dieses Modell hat noch einmal von allen diesen Patienten gelernt: Wie oft es selbst falsch liegt, zeigen nur Fälle von anderen.',
    tooFew: (allowed, patients, fewest) =>
      `Ein Fehler von höchstens ${allowed} lässt sich mit ${n(patients, 'Patient', 'Patienten')} nicht versprechen; selbst ohne falsche Antwort braucht es ${fewest}. Nichts wurde geändert.`,
    tooManyWrong: (allowed, lowest) =>
      `Ein Fehler von höchstens ${allowed} lässt sich nicht versprechen: Zu viele der sichersten Antworten sind falsch (niedrigste obere Grenze ${lowest}). Erlauben Sie einen größeren Fehler. Nichts wurde geändert.`,
  },
  noBand: 'Im Modell ist kein Band gespeichert: Keine Antwort wird vorgelegt.',
  storeBand: 'Dieses Band speichern',
  removeBand: 'Band entfernen',
  bandSaved: 'Band im Modell gespeichert.',
  onlyOnVal: 'Für diese Fälle gezeigt; zum Setzen oben „Validierung“ wählen.',
  printPdf: 'Als PDF sichern',
  saveHtml: 'Als HTML sichern',
  saveMarkdown: 'Als Markdown sichern',
  cardSaved: (path) => `Gesichert: ${path}`,
  card: {
    title: (name) => `Modellkarte: ${name}`,
    notice: 'Nur für Forschung. Nicht für Diagnosen.',
    what: 'Was es ist',
    whatText: (method, classes, lpm) =>
      `Ein Bildklassifikator, der unterscheidet: ${classes}. Verfahren: ${method}, auf dem eingefrorenen vortrainierten Modell „${lpm}“.`,
    howText: (input, learnable) =>
      `Es liest jedes Bild mit ${input} Pixeln, zum Quadrat gestaucht, und hat ${learnable} lernbare Parameter.`,
    int8Text:
      'Das vortrainierte Modell liest Bilder mit 8 Bit, schneller und ein wenig ungenauer, beim Training wie beim Klassifizieren.',
    keptInt8Text:
      'Was das vortrainierte Modell über ein Bild sagt, wird für jeden Kopf und Kanal auf 8 Bit gerundet, beim Training wie beim Klassifizieren.',
    data: 'Womit es trainiert wurde',
    dataText: (dataset, version, date) => `Datensatz „${dataset}“, Version ${version}; trainiert am ${date}.`,
    trainingText: (epochs, time, memory) =>
      `${n(epochs, 'Epoche', 'Epochen')} in ${time}, Spitze des Speichers ${memory}.`,
    labelledBy: (names) => `Labels von: ${names}.`,
    splitOrigins: (parts) => `Patienten nach Teilen: ${parts}.`,
    origins: {
      given: (count) => `${count} von der Tabelle genannt`,
      drawn: (count) => `${count} zugeteilt`,
      cut: (count) => `${count} aus den Trainingspatienten der Tabelle genommen, die keine für die Validierung nennt`,
    },
    splitText: 'Kein Patient ist in mehr als einem Teil.',
    part: 'Teil',
    class: 'Klasse',
    studies: 'Studien',
    images: 'Bilder',
    results: 'Wie gut es ist',
    resultsText: (name, threshold, split) =>
      `„${name}“ lautet die Antwort ab einer Wahrscheinlichkeit von ${threshold}, gewählt an Fällen „${split}“. In Klammern: 95-%-Intervall.`,
    resultsMany: 'Die wahrscheinlichste Klasse entscheidet. In Klammern: 95-%-Intervall.',
    resultsFindings: (thresholds) =>
      `Jeder Befund gilt ab seiner eigenen Wahrscheinlichkeit als vorhanden: ${thresholds}. In Klammern: 95-%-Intervall; Sensitivität und Spezifität aller zusammen sind Mittel.`,
    resultsNumbers: 'Die Antwort ist eine Zahl in der Einheit der Labels. In Klammern: 95-%-Intervall.',
    allFindings: 'alle, die sich beurteilen lassen (Mittel)',
    whatFindings: (method, findings, lpm) =>
      `Ein Bildklassifikator, der von jedem mehrerer Befunde sagt, ob er vorhanden ist: ${findings}. Verfahren: ${method}, auf dem eingefrorenen vortrainierten Modell „${lpm}“.`,
    whatNumber: (method, name, lpm) =>
      `Ein Modell, das aus einem Bild eine Zahl liest: ${name}. Verfahren: ${method}, auf dem eingefrorenen vortrainierten Modell „${lpm}“.`,
    uncertain: {
      unknown: 'Angaben „unsicher“ gelten als nicht bekannt.',
      present: 'Angaben „unsicher“ gelten als vorhanden.',
      absent: 'Angaben „unsicher“ gelten als nicht vorhanden.',
    },
    bandOf: (name, low, high) =>
      `Antworten zu „${name}“ mit einer Wahrscheinlichkeit von ${low} bis ${high} gehen an einen Befunder.`,
    limitQuestions: [
      'Es kennt, was oben genannt ist, und sonst nichts: Zu jedem Bild antwortet es darauf, was immer das Bild zeigt.',
      'Es wurde an Bildern aus denselben Quellen beurteilt, an denen es trainiert wurde. Anderswo kann es schlechter sein.',
      'Was niemand gesagt hat, ist nicht bekannt; ein Befund, nach dem niemand gesucht hat, fehlt deshalb nicht.',
    ],
    noResults: 'Es wurde noch nicht ausgewertet.',
    testEvaluations: (times) =>
      times === 1
        ? 'Auf den Testfällen wurde es einmal ausgewertet.'
        : `Auf den Testfällen wurde es ${times}-mal ausgewertet.`,
    positive: (name, other) =>
      `Positive Klasse: „${name}“. Sensitivität ist der Anteil von „${name}“, der gefunden wurde, Spezifität der Anteil von „${other}“, der unbehelligt blieb.`,
    intervals:
      'AUC und Genauigkeit: Bootstrap über Patienten. Sensitivität und Spezifität: Wilson-Intervall. Antworten der Kreuzvalidierung wissen voneinander und zählen als weniger Patienten; ihre Intervalle sind darum breiter. Studien: Mittel der Wahrscheinlichkeiten ihrer Bilder.',
    calibrated: (t) => `Wahrscheinlichkeiten sind kalibriert (Temperatur ${t}, an Validierungsfällen bestimmt).`,
    calibratedOutOfFold: (t) =>
      `Wahrscheinlichkeiten sind kalibriert (Temperatur ${t}, an den Antworten der Kreuzvalidierung bestimmt).`,
    foldsText: (networks, repeats, isRefit) =>
      [
        isRefit
          ? `Es ist ein einziges Netz, das von allen Patienten von Training und Validierung gelernt hat. Die Kennzahlen der Kreuzvalidierung sind nicht seine eigenen: Es sind die von ${n(networks, 'anderen Netz', 'anderen Netzen')} desselben Rezepts, die jeweils ohne einen anderen Teil dieser Patienten gelernt haben.`
          : `Es ist das Mittel von ${n(networks, 'Netz', 'Netzen')}, die jeweils von den Patienten von Training und Validierung ohne einen anderen Teil gelernt haben.`,
        repeats === 1
          ? 'Bei der Kreuzvalidierung antwortet auf jeden Patienten das Netz, das nicht von ihm gelernt hat.'
          : `Die Patienten wurden ${repeats}-mal auf Teile verteilt; bei der Kreuzvalidierung antwortet auf jeden das Mittel von ${n(repeats, 'Netz, das nicht von ihm gelernt hat', 'Netzen, die nicht von ihm gelernt haben')}.`,
      ].join(' '),
    notCalibrated: 'Wahrscheinlichkeiten sind nicht kalibriert.',
    band: (name, low, high) =>
      `Antworten mit einer ${name === null ? 'höchsten Wahrscheinlichkeit' : `Wahrscheinlichkeit von „${name}“`} von ${low} bis ${high} sind einem Befunder vorzulegen.`,
    noBand: 'Keine Antwort wird einem Befunder vorgelegt.',
    limits: 'Grenzen',
    limitList: [
      'Es kennt die Klassen oben und keine anderen: Jedes Bild bekommt eine davon, was immer es zeigt.',
      'Beurteilt wurde es an Bildern derselben Quellen, mit denen es trainiert wurde. Anderswo kann es schlechter sein.',
      'Prädiktive Werte hängen von der Prävalenz ab; die dieser Fälle lassen sich nicht übertragen.',
      'Aufmerksamkeit zeigt, wohin das Modell sah. Sie beweist nicht, warum es so antwortete.',
    ],
    identity: 'Identität',
    weights: (hash) => `Gewichte SHA-256 ${hash}`,
    lpm: (hash) => `Vortrainiertes Modell SHA-256 ${hash}`,
  },
};
