/** Length: the words of one screen, as its other languages have them. */
import { countedInGerman as n } from '../count.ts';
import type { Words } from '../words.ts';

export const train: Words['train'] = {
  intro:
    'Ein kleines Netz lernt Ihre Klassen aus dem, was ein großes, unverändertes Modell sieht. Ihre Bilder bleiben hier.',
  loading: 'Wird geladen …',
  newTraining: 'Neues Training',
  runs: 'Trainings',
  noRuns: 'Noch keines.',
  paused: 'pausiert',
  noDatasetTitle: 'Noch kein Datensatz',
  noDatasetText: 'Importieren und labeln Sie zuerst Studien; beides geschieht in der Bibliothek.',
  openLibrary: 'Bibliothek öffnen',
  noLpmTitle: 'Noch kein großes vortrainiertes Modell',
  noLpmText:
    'Das kleine Netz lernt von einem großen. Fügen Sie es in den Einstellungen hinzu: Ordner oder Datei, wie geladen.',
  openSettings: 'Einstellungen öffnen',
  stepData: 'Daten und großes Modell',
  stepCheck: 'Blick auf die Daten',
  stepMethod: 'Verfahren',
  stepStart: 'Zeit und Start',
  dataset: 'Datensatz',
  datasetHelp: 'Aus seinen Bildern mit Label wird gelernt; die übrigen bleiben außen vor.',
  lpm: 'Großes vortrainiertes Modell',
  lpmHelp: 'Liest jedes Bild einmal und wird nicht verändert.',
  lpmEmbedded:
    'Dieses kommt mit Sidelight und wurde nur an gezeichneten Formen und Texturen trainiert. Es sieht feine Details und kleine Befunde; bei anderen ist eines, das an echten Bildern trainiert wurde, oft besser. In den Einstellungen lässt sich eines hinzufügen.',
  lpmOwn: 'Sie haben es hinzugefügt. Trainieren Sie zum Vergleich auch mit dem, das mit Sidelight kommt.',
  checking: 'Die Daten werden angesehen …',
  balance: 'Bilder und Patienten je Klasse',
  class: 'Klasse',
  images: 'Bilder',
  share: 'Anteil der Bilder',
  patientsTrain: 'Patienten im Training',
  patientsVal: 'Validierung',
  patientsTest: 'Test',
  all: 'Alle',
  nothingFound: 'Keine Probleme gefunden. Jeder Patient ist nur in einem Teil.',
  patientsSplit:
    'Jeder Patient ist nur in einem Teil: Training (daraus lernt das Netz), Validierung (sie wählt die beste Epoche) oder Test.',
  showCases: (count: number) => `${n(count, 'Studie', 'Studien')} zeigen`,
  severities: { blocks: 'Blockiert.', serious: 'Warnung.', note: 'Hinweis.' },
  splitNames: { train: 'Training', val: 'Validierung', test: 'Test' },
  positive: {
    label: 'Positive Klasse',
    question: 'Welche Klasse ist die Erkrankung?',
    choose: 'Wählen …',
    help: {
      chosen: (name) =>
        `So haben Sie es gesagt. Sensitivität, Spezifität, Vorhersagewerte und Schwelle von Modellen, die ab jetzt trainiert werden, gelten für „${name}“.`,
      recognised: (name) =>
        `Aus den Namen gelesen. Sensitivität, Spezifität, Vorhersagewerte und Schwelle gelten für „${name}“.`,
      alphabet: (name) =>
        `Nichts an den Namen sagt es. Bis Sie es sagen, gilt „${name}“, und jede Kennzahl sagt, dass niemand sie gewählt hat; ist es die andere, sind Sensitivität und Spezifität vertauscht.`,
    },
  },
  asked: 'Gefragt wird nach',
  marksHelp: 'Patienten, bei denen ein Befund vorhanden / nicht vorhanden ist; Bilder, bei denen er bekannt ist.',
  findings: {
    nothingKnown: {
      title: 'Von keinem Bild ist etwas bekannt.',
      advice: 'Labeln Sie Bilder unter „Befunden“, oder importieren Sie eine Labeldatei.',
    },
    emptyPart: {
      title: 'Keine Patienten für {splits}.',
      advice:
        '{patients:Patient hat|Patienten haben} Labels. Nötig sind mindestens 3, je einer für Training, Validierung und Test; eine vorgegebene Aufteilung kann einen Teil leer lassen.',
    },
    notTaught: {
      title: 'Von „{name}“ ist bei keinem Trainingspatienten etwas bekannt.',
      advice:
        'So lässt es sich nicht lernen. Labeln Sie es bei Trainingspatienten, oder nehmen Sie es aus der Liste des Datensatzes.',
    },
    oneKindTaught: {
      title: '„{name}“ ist bei allen Trainingspatienten vorhanden oder bei allen nicht vorhanden.',
      advice: 'Es gibt nichts zu unterscheiden. Labeln Sie auch Patienten der anderen Art.',
    },
    notJudged: {
      title: '„{name}“ lässt sich nicht beurteilen in: {splits}.',
      advice:
        'Dort ist es nur als vorhanden, nur als nicht vorhanden oder gar nicht bekannt, also gibt es keine AUC. Mehr gelabelte Patienten helfen; andere Befunde sind nicht betroffen.',
    },
    neverSaid: {
      title: 'Zu {names} wurde nichts gesagt.',
      advice: 'Sie bleiben beim Training weg. Labeln Sie dazu einige Bilder, oder nehmen Sie sie aus der Liste.',
    },
    unknownMarks: {
      title: '{unknown} von {all:Angabe ist|Angaben sind} nicht bekannt.',
      advice: 'Sie zählen nirgends: jeder Befund wird an den Bildern gelernt und beurteilt, bei denen er bekannt ist.',
    },
    uncertainMarks: {
      title: '{uncertain} von {all:Angabe ist|Angaben sind} unsicher.',
      advice: 'Sie zählen als nicht bekannt, wenn unter den Einstellungen für Fachleute nichts anderes steht.',
    },
    numberRange: {
      title: '„{name}“ reicht von {least} bis {most}, im Mittel {mean}.',
      advice: 'Ein verrutschtes Komma oder eine andere Einheit fiele hier auf.',
    },
    oneNumber: {
      title: '„{name}“ ist in allen Bildern {mean}.',
      advice: 'Aus einer einzigen Zahl lässt sich nichts lernen. Labeln Sie auch Bilder mit anderen.',
    },
    sharedPatient: {
      title: '{studies} von {all:Studie oder Bild zählt|Studien oder Bildern zählen} als {patients:Patient|Patienten}.',
      advice:
        'Sie tragen eine gemeinsame Patientennummer, oder ihr Ordner gilt als Patient. Nennen Sie die Patienten in einer Spalte patientID neben dem Pfad, berichtigen Sie die Dateien an ihrem Ort und importieren Sie noch einmal, oder wählen Sie im Import eine andere Regel für Bilder.',
    },
    validationCut: {
      title:
        '{cut:Validierungspatient ist|Validierungspatienten sind} aus den Trainingspatienten der Tabelle ({training}) genommen.',
      advice:
        'Die Tabelle nennt keine für die Validierung. Der Seed wählt sie, ganze Patienten; der Test bleibt unberührt.',
    },
    testAlsoDrawn: {
      title: '{drawn:Patient steht|Patienten stehen} im Test neben den {given}, die die Tabelle nennt.',
      advice:
        'Sie kamen hinein, bevor die Tabelle da war. Für Zahlen allein am offiziellen Test legen Sie einen neuen Datensatz an.',
    },
    testGiven: {
      title: 'Im Test: {given:Patient, den|Patienten, die} die Tabelle nennt.',
      advice: 'Ohne Angabe: {others:Patient kommt|Patienten kommen} nur in Training und Validierung.',
    },
    picturesAlone: {
      title: '{images:Bild zählt|Bilder zählen} als je ein Patient.',
      advice:
        'Nichts sagt, von wem sie sind. Gehören mehrere zu einer Person, nennen Sie sie in einer Spalte patientID oder wählen Sie im Import Ordner oder Name: Sonst steht sie vielleicht in Training und Test zugleich.',
    },
    alikePatients: {
      title:
        'Die Nummern von {patients:Patient|Patienten} unterscheiden sich nur in Groß- und Kleinschreibung, Leerzeichen oder führenden Nullen.',
      advice:
        'Sie zählen als verschiedene Menschen und stehen vielleicht in Training und Test zugleich. Sind sie einer, nennen Sie eine Nummer in einer Spalte patientID, oder berichtigen Sie die Dateien an ihrem Ort und importieren Sie noch einmal.',
    },
    sharedIds: {
      title: '{patients:Patient hat|Patienten haben} eine Nummer, die zwei Stellen vergeben haben.',
      advice:
        'Zwei Häuser vergeben vielleicht dieselben Nummern: Unter jeder zählt ein Patient, und ein Label nach patientID gilt beiden. Die Einzelheiten ihrer Studien nennen die vergebende Stelle. Sind es zwei Menschen, geben Sie jedem eine eigene Nummer in einer Spalte patientID neben der Studie oder dem Pfad; ist es einer, ist nichts zu tun.',
    },
    imagesGone: {
      title: '{images:Bild ist|Bilder sind} in keiner Datei mehr; mit Label: {labelled}.',
      advice:
        'Wo sie lagen, liegen jetzt andere Bilder, zum Beispiel nach neuen UIDs. Sie werden nicht trainiert. Importieren Sie die früheren Dateien noch einmal, oder labeln Sie, was jetzt dort liegt.',
    },
    filesAway: {
      title:
        '{images:Bild, das noch zu lesen ist, liegt|Bilder, die noch zu lesen sind, liegen} in Dateien, die nicht da sind ({looked} von {unread} geprüft).',
      advice:
        'Ein Training lässt sie aus. Verbinden Sie das Laufwerk oder die Freigabe, auf der sie liegen, oder importieren Sie den Ordner, in dem sie jetzt sind: sie werden am Inhalt erkannt.',
    },
    filesSilent: {
      title:
        'Das Laufwerk oder die Freigabe von {images:Bild, das noch zu lesen ist,|Bildern, die noch zu lesen sind,} antwortet nicht.',
      advice:
        'Ein Training wartet darauf und lässt aus, was es nicht bekommt. Verbinden Sie es, oder warten Sie, bis es antwortet.',
    },
    tooFewClasses: {
      title: 'Nur {classes:Klasse hat|Klassen haben} Labels.',
      advice:
        'Labeln Sie Bilder von mindestens zwei Klassen; jetzt {labelled?hat|haben} {labelled:Bild|Bilder} ein Label.',
    },
    classTooSmall: {
      title: 'Klasse „{name}“ hat {patients:Patient|Patienten}.',
      advice:
        'Mindestens 3 sind nötig, je einer für Training, Validierung und Test. Labeln Sie mehr oder legen Sie Klassen zusammen.',
    },
    splitGap: {
      title: 'Klasse „{name}“ hat keine Patienten für {splits}.',
      advice:
        'Die Teilung kam mit den Labels. Verschieben Sie Patienten dieser Klasse oder überlassen Sie sie Sidelight.',
    },
    sameImageAcrossSplits: {
      title: '{images:Bild ist|Bilder sind} dasselbe Bild in verschiedenen Teilen.',
      advice: 'Das Modell würde an Gelerntem getestet. Wohl ein Patient mit zwei Nummern: Entfernen Sie je eines.',
    },
    sameImageAcrossPatients: {
      title: '{images:Bild ist|Bilder sind} dasselbe Bild bei verschiedenen Patienten.',
      advice: 'Wohl ein Patient mit zwei Nummern. Entfernen Sie je eines, sonst trennt sie eine spätere Teilung.',
    },
    sameImageTwice: {
      title: '{images:Bild ist|Bilder sind} innerhalb eines Patienten doppelt.',
      advice: 'Sie zählen doppelt. Unschädlich, aber aufgeräumt ist besser.',
    },
    imbalance: {
      title: '„{most}“ hat {mostImages:Bild|Bilder}, „{least}“ nur {leastImages}.',
      advice:
        'Stellen Sie „Klassengewichte“ auf ausgeglichen und beurteilen Sie nach AUC und Sensitivität, nicht nach Trefferquote.',
    },
    fewTestPatients: {
      title: 'Nur {patients:Patient|Patienten} zum Testen, {positives} mit „{name}“.',
      advice: 'Eine AUC von {auc} wäre dann auf ± {halfWidth} ungenau. Mehr Patienten mit Label engen das ein.',
    },
    positiveClassGuessed: {
      title: '„{name}“ gilt als positive Klasse, was niemand gesagt hat.',
      advice:
        'Die Namen sagen nicht, ob „{name}“ oder „{other}“ die Erkrankung ist. Ist es „{other}“, sind Sensitivität und Spezifität vertauscht: Sagen Sie oben, welche es ist.',
    },
    classesDifferInCase: {
      title:
        'Namen, die sich nur in Groß- und Kleinschreibung oder Leerzeichen unterscheiden, sind eigene Klassen: {names}.',
      advice:
        'Ist es eine Klasse, geben Sie den Fällen der einen unter „Befunden“ den anderen Namen, oder importieren Sie die Labels in einen neuen Datensatz und sagen dort, dass es eine ist.',
    },
    oddClassNames: {
      title: 'Das sind keine Namen von Klassen: {names}.',
      advice:
        'Solche Werte stammen aus Tabellen mehrerer Befunde. Benennen Sie die Klasse in der Bibliothek um, oder importieren Sie die Labels neu mit einem Wort je Zeile.',
    },
    mixedStudies: {
      title: '{studies:Studie hat|Studien haben} Bilder mit verschiedenen Labels.',
      advice: 'Richtig, wenn Sie Bilder labeln. Solche Studien zählen auf Ebene der Studien nicht mit.',
    },
    unlabelled: {
      title: '{images:Bild|Bilder} aus {studies:Studie|Studien} {images?hat|haben} kein Label.',
      advice: 'Sie bleiben beim Training außen vor.',
    },
    smallImages: {
      title: '{images:Bild ist|Bilder sind} viel kleiner als {inputSize} Pixel (bis {smallest}).',
      advice: 'Vergrößern bringt keine Einzelheiten. Eine kleinere Eingangsgröße ist schneller und oft ebenso gut.',
    },
    stretchedImages: {
      title: '{images:Bild ist|Bilder sind} lang und schmal.',
      advice: 'Jedes Bild wird zum Quadrat gestaucht; Formen ändern sich. Am besten haben alle Klassen gleiche Maße.',
    },
    mixedModalities: {
      title: 'Mehrere Modalitäten: {modalities}.',
      advice: 'Ein Modell könnte das Gerät statt des Befundes lernen. Prüfen Sie, ob jede Klasse jede Modalität hat.',
    },
    laterality: {
      title: 'Bilder werden im Training zufällig gespiegelt.',
      advice:
        'Wenn links und rechts zählen, schalten Sie „Horizontal spiegeln“ in den Einstellungen für Fachleute aus.',
    },
  },
  recipe: {
    question: 'Wer wählt Verfahren, Lernrate und Dauer?',
    choices: {
      auto: {
        name: 'An Ihren Daten gefunden',
        text: 'Mehrere Rezepte werden an Ihren Trainings- und Validierungspatienten ausprobiert; das beste wird in fünf Netzen trainiert, die gemeinsam antworten. Die Testpatienten bleiben unberührt.',
      },
      published: {
        name: 'Wie veröffentlicht oder eigenes',
        text: 'Die Einstellungen der Autoren des Verfahrens und was Sie daran ändern.',
      },
    },
    howLong: 'Wie lange darf die Suche dauern?',
    budgets: {
      quick: { name: 'Schnell', text: 'Sieben Rezepte: einige Minuten für einige hundert Bilder.' },
      thorough: { name: 'Gründlich', text: 'Achtzehn Rezepte und längere Trainings: etwa fünfmal so lang.' },
      overnight: { name: 'Über Nacht', text: 'Von beidem noch mehr: etwa dreißigmal so lang.' },
    },
    methods: (names: string) => `Verfahren der Suche: ${names}`,
    methodsHelp: 'Haken Sie andere an, um auch sie zu erproben. Was das dauert, steht unten.',
    throughLpm: 'Rechnet in jedem Schritt mit dem großen Modell: dauert lange.',
    takes: (time: string) => `Etwa ${time} der Suche.`,
    asked: (names: string) => `Verlangt waren: ${names}.`,
    found: 'An Ihren Daten gefundenes Rezept',
    tried: (trainings: number, folds: number, images: number) =>
      `Entschieden: ${n(trainings, 'Training', 'Trainings')} an ${n(folds, 'Teil', 'Teilen')} von ${n(images, 'Bild', 'Bildern')}.`,
    why: (method: string, skill: string) =>
      `${method} hat gewonnen: Bei Patienten, von denen es nicht gelernt hat, nahm es ${skill} des Verlusts beim Raten weg, mehr als jedes andere.`,
    seed: (seed: string) => `Startwert: ${seed}.`,
    afresh: 'Neu suchen …',
    afreshHelp:
      'Mit denselben Einstellungen und einem anderen Startwert, der die Patienten neu aufteilt: Derselbe fände dasselbe Rezept. Die beste von mehreren Suchen ist durch Zufall besser, als sie verdient: Beurteilen Sie sie an den Testpatienten.',
    skillHelp:
      'Gewinn: der Anteil am Verlust beim Raten, den die Antworten wegnehmen, bei Patienten, von denen nicht gelernt wurde. 1 ist das Beste, 0 ist Raten.',
    columns: {
      method: 'Verfahren',
      rate: 'Lernrate',
      decay: 'Gewichtsabnahme',
      augment: 'Veränderte Bilder',
      steps: 'Schritte',
      round: 'Runde',
      folds: 'Teile',
      skill: 'Gewinn',
      auc: 'AUC',
    },
    yes: 'ja',
    no: 'nein',
    diverged: 'nicht gelernt',
    won: 'gewonnen',
    plot: 'Gewinn jedes Rezepts',
    description: (recipes: number, best: string) =>
      `${n(recipes, 'Rezept', 'Rezepte')}, ein Punkt für jedes, nach Schritten; das beste hat einen Gewinn von ${best}.`,
  },
  methodsHelp: 'Mehrere angekreuzt: Sie werden nacheinander trainiert und lassen sich vergleichen.',
  recommended: 'empfohlen',
  methods: {
    'fpt+': {
      name: 'FPT+',
      text: 'Ein kleines Netz, dem die wichtigen Stellen des großen gezeigt werden. Das Beste für Zeit und Speicher.',
    },
    fpt: { name: 'FPT', text: 'Der Vorgänger von FPT+: liest alle Schichten, braucht mehr Zeit und Speicher.' },
    attentive: {
      name: 'Attentive Probe',
      text: 'Einige gelernte Fragen an jede Stelle, die das große Modell sah. Schnell, mit wenigen gelernten Zahlen; braucht eine Lernrate um 0,005.',
    },
    'side-only': { name: 'Kleines Netz allein', text: 'Ohne das große Modell. Zeigt, wie viel dieses beiträgt.' },
    linear: {
      name: 'Linear',
      text: 'Eine Schicht auf der Zusammenfassung des großen Modells. Am schnellsten; zum Vergleich.',
    },
    full: {
      name: 'Volles Training',
      text: 'Ändert jedes Gewicht des großen Modells. Ohne Grafikkarte sehr langsam und speicherhungrig.',
    },
    lora: {
      name: 'LoRA',
      text: 'Ändert die Aufmerksamkeit des großen Modells ein wenig. Liest jedes Bild in jeder Epoche durch dieses: ohne Grafikkarte langsam.',
    },
    adapter: {
      name: 'Adapter',
      text: 'Setzt hinter jeden Block des großen Modells ein kleines Netz. So langsam wie LoRA.',
    },
    'prompt-tuning': {
      name: 'Prompt-Tuning',
      text: 'Gibt dem großen Modell in jedem Block gelernte Stellen, die es ansieht. So langsam wie LoRA.',
    },
    bitfit: { name: 'BitFit', text: 'Ändert nur die Bias-Werte des großen Modells. So langsam wie LoRA.' },
    partial: { name: 'Letzte Blöcke', text: 'Ändert die letzten Blöcke des großen Modells, sonst keine.' },
  },
  method: 'Verfahren',
  otherMethods: (count) => `Mit anderen Verfahren vergleichen (${count})`,
  expertTitle: 'Einstellungen für Fachleute',
  changed: 'geändert',
  reset: 'Zurück zu denen der Autoren',
  expert: {
    epochs: { name: 'Epochen', text: 'Wie oft jedes Bild gezeigt wird.' },
    batch: { name: 'Stapelgröße', text: 'Bilder, nach denen sich die Gewichte ändern.' },
    lr: {
      name: 'Lernrate',
      text: 'Größe eines Schritts. Die Autoren nehmen 0,00005 bis 0,005; linear braucht 0,001 oder mehr.',
    },
    optimiser: {
      name: 'Optimierer',
      text: 'Wie die Gewichte ihrem Gradienten folgen. AdamW: wie die Autoren. SGD braucht größere Schritte, etwa 0,01, und weniger Abnahme.',
    },
    weightDecay: { name: 'Gewichtsabnahme', text: 'Zieht Gewichte zur Null, gegen Überanpassung.' },
    folds: {
      name: 'Teile (Kreuzvalidierung)',
      text: 'Für wenige Patienten. Bei 5 lernen fünf Netze, jedes ohne ein Fünftel der Patienten von Training und Validierung, und sagen diese voraus; das Modell antwortet mit ihrem Mittel. Dauert fünfmal so lang. 1: ein Netz.',
    },
    repeats: {
      name: 'Verteilungen auf Teile',
      text: 'Bei 3 werden die Patienten dreimal auf Teile verteilt; die Kennzahlen hängen dann weniger davon ab, wie. Die Intervalle bleiben so breit. Dauert dreimal so lang.',
    },
    deliver: {
      name: 'Modell der Teile',
      text: 'Das Mittel besteht aus eben den Netzen, die beurteilt wurden. „Neu trainiert“ ist ein Netz mehr, das von allen Patienten von Training und Validierung lernt; es ist kleiner und hat keine eigenen Kennzahlen.',
    },
    earlyStop: {
      name: 'Halt nach leeren Epochen',
      text: 'Leer: nie. Sonst nach so vielen Epochen ohne bessere Validierung (AUC; bei Graden Kappa).',
    },
    seed: { name: 'Startzahl', text: 'Gleiche Zahl, Daten und Maschine: dasselbe Modell, Bit für Bit.' },
    inputSize: {
      name: 'Eingangsgröße',
      text: 'Pixel, die das große Modell liest. Mehr zeigt Feineres und dauert länger.',
    },
    tokenRatio: {
      name: 'Anteil der Stellen',
      text: 'Teil der Bildstellen, der weitergegeben wird; die Autoren nehmen 0,2.',
    },
    microBatch: {
      name: 'Bilder auf einmal',
      text: 'Beim vollen Training, bei LoRA und anderen, die das große Modell rechnen: weniger brauchen weniger Speicher.',
    },
    rank: { name: 'Rang', text: 'Von LoRA: wie viel die Änderungen ausdrücken können. Leer: 16.' },
    alpha: { name: 'Alpha', text: 'Von LoRA: wie viel die Änderungen zählen, geteilt durch den Rang. Leer: 16.' },
    bottleneck: { name: 'Adapterbreite', text: 'Zahlen in der Mitte eines Adapters. Leer: 64.' },
    prompts: { name: 'Prompts', text: 'Von Prompt-Tuning: gelernte Stellen in jedem Block. Leer: 50.' },
    blocks: { name: 'Trainierte Blöcke', text: 'Von „Letzte Blöcke“: wie viele, vom letzten an gezählt. Leer: 1.' },
    criterion: {
      name: 'Verlustfunktion',
      text: 'Was das Training klein macht. Kreuzentropie: wie die Autoren. Geglättet: zu große Sicherheit lohnt nicht, für unsichere Label. Fokal: schwierige Bilder zählen mehr.',
    },
    uncertain: {
      name: 'Unsichere Angaben',
      text: 'Bei Befunden: was gilt, wo ein Befunder unsicher war. Unbekannt lässt diese Angaben weg.',
    },
    classWeights: {
      name: 'Klassengewichte',
      text: 'Ausgeglichen: Eine seltene Klasse zählt so viel wie eine häufige. Dynamisch: anfangs so, mit jeder Epoche weniger.',
    },
    tokens: {
      name: 'Tokenbewertung',
      text: 'Wessen Aufmerksamkeit darüber entscheidet, welche Stellen des Bildes wichtig sind.',
    },
    normalisation: {
      name: 'Normalisierung',
      text: 'Datensatz: wie die Autoren. Großes Modell: Mehrere Datensätze teilen dessen Arbeit.',
    },
    augment: { name: 'Augmentierung', text: 'Kleine Ausschnitte und Helligkeiten, in jeder Epoche neue.' },
    flip: { name: 'Horizontal spiegeln', text: 'Aus, wo links und rechts zählen: Seitenmarken, Herz, Lappen.' },
  },
  moreThan: (least: string) => `Muss größer als ${least} sein.`,
  choices: {
    unknown: 'unbekannt',
    present: 'vorhanden',
    absent: 'nicht vorhanden',
    none: 'keine',
    balanced: 'ausgeglichen',
    dynamic: 'dynamisch',
    global: 'aller Stellen',
    class_token: 'der Zusammenfassung',
    dataset: 'dem Datensatz',
    lpm: 'dem großen Modell',
    'cross-entropy': 'Kreuzentropie',
    'label-smoothing': 'Kreuzentropie, Label geglättet',
    focal: 'Fokalverlust',
    kappa: 'Kappa, für Grade',
    'binary-cross-entropy': 'binäre Kreuzentropie, für Befunde',
    'mean-squared-error': 'mittlerer quadratischer Fehler, für Zahlen',
    l1: 'mittlerer absoluter Fehler, für Zahlen',
    'smooth-l1': 'geglätteter absoluter Fehler, für Zahlen',
    folds: 'Mittel ihrer Netze',
    refit: 'neu trainiert an allen Patienten',
    adamw: 'AdamW',
    adam: 'Adam',
    sgd: 'SGD mit Impuls',
    'sgd-nesterov': 'SGD mit Nesterov-Impuls',
  },
  blocked: 'Das Training kann erst beginnen, wenn oben Genanntes gelöst ist.',
  about: (time: string) => `Etwa ${time}`,
  someSeconds: 'Einige Sekunden',
  someMinutes: 'Einige Minuten',
  someHours: 'Einige Stunden',
  invalid: 'Eine Einstellung oben ist kein gültiger Wert; ist sie berichtigt, wird die Dauer versprochen.',
  between: (low: string, high: string) => `(${low} bis ${high} auf diesem Rechner)`,
  disk: (needed: string, free: string | null) =>
    `Braucht ${needed} Speicherplatz; ${free === null ? 'wie viel frei ist, sagt der Datenträger nicht' : `${free} sind frei`}.`,
  diskFull: 'Der Platz reicht nicht. Schaffen Sie welchen oder wählen Sie eine kleinere Eingangsgröße.',
  busy: 'Es läuft schon ein Auftrag: Die Zeit zählt ab dessen Ende.',
  measuring: 'Einige Bilder und Schritte werden auf diesem Rechner gemessen …',
  measuringWaits: 'Wartet auf das Ende anderer Arbeit; dann werden einige Bilder und Schritte gemessen.',
  noPromise: 'Die Dauer ist noch nicht bekannt.',
  startTraining: (count: number) => (count === 1 ? 'Training starten' : `${n(count, 'Training', 'Trainings')} starten`),
  state: 'Stand des Trainings',
  progress: 'Fortschritt',
  waiting: 'Wartet: Andere Arbeit kommt zuerst.',
  starting: 'Beginnt …',
  epochOf: (epoch: string, total: string) => `Training: Epoche ${epoch} von ${total}`,
  foldOf: (fold, folds, epoch, total) => `Training: Netz ${fold} von ${folds}, Epoche ${epoch} von ${total}`,
  foldLegend: (fold, deal) => (deal === null ? `ohne Teil ${fold}` : `ohne Teil ${fold}, Verteilung ${deal}`),
  refitLegend: 'von allen Patienten',
  foldLossDescription: (network, epoch, trainLoss) =>
    `Netz ${network}, nach Epoche ${epoch}: Verlust ${trainLoss} auf seinen Trainingsbildern.`,
  foldsHelp:
    'Eine Linie für jedes Netz; jedes lernt von allen Patienten außer denen seines Teils. Keine Epoche wird ausgewählt: Es zählen die Gewichte nach der letzten. Was die Netze über die Patienten sagen, von denen sie nicht gelernt haben, steht unter Beurteilen bei der Kreuzvalidierung.',
  stages: {
    decoding: (done: string, total: string) => `Bilder lesen: ${done} von ${total}`,
    statistics: (done: string, total: string) => `Helligkeit messen: Bild ${done} von ${total}`,
    encoding: (done: string, total: string) => `Das große Modell liest Bild ${done} von ${total}`,
    searching: (done: string, total: string) => `Suche nach einem Rezept: Schritt ${done} von etwa ${total}`,
  },
  ran: (time: string) => `lief ${time}`,
  promised: (time: string) => `versprochen: ${time}`,
  slower: (share: string) => `${share} länger als versprochen, Neustarts eingerechnet.`,
  faster: (share: string) => `${share} früher fertig als versprochen.`,
  retried: (count: number) =>
    `Der Rechenprozess endete und wurde neu gestartet (${n(count, 'Mal', 'Mal')}); das Training ging vom letzten Stand weiter.`,
  crashed:
    'Das Programm endete zweimal während dieses Trainings; es wurde nicht von selbst fortgesetzt. Nichts ist verloren.',
  pausedText: 'Pausiert. „Fortsetzen“ geht von der letzten fertigen Epoche weiter, auch nach einem Neustart.',
  stalled: (epochs: number) =>
    `Die Validierung ist seit ${n(epochs, 'Epoche', 'Epochen')} nicht besser geworden: Sie können anhalten; die besten Gewichte bleiben.`,
  stalledAtGuessing: (epochs: number) =>
    `Die Validierung ist seit ${n(epochs, 'Epoche', 'Epochen')} nicht besser geworden und steht dort, wo Raten steht: Bisher wurde nichts gelernt. Jetzt angehalten, rät das Modell; lassen Sie es weiterlaufen, oder versuchen Sie eine größere Lernrate, mehr Epochen oder ein anderes Verfahren.`,
  best: (epoch, auc, isOver) =>
    isOver
      ? `Das Modell hat die Gewichte der besten Epoche: ${epoch}, AUC ${auc}.`
      : `Bisher am besten: Epoche ${epoch}, AUC ${auc}. Diese Gewichte werden das Modell.`,
  noEpochs: 'Kurven erscheinen nach der ersten Epoche.',
  pause: 'Pausieren',
  judge: 'Modell beurteilen',
  classify: 'Damit klassifizieren',
  epoch: 'Epoche',
  loss: 'Verlust (weniger ist besser)',
  trainLoss: 'Training',
  valLoss: 'Validierung',
  auc: 'AUC der Validierung (mehr ist besser)',
  aucHelp: 'Kreis: beste Epoche; gepunktet: Zufall',
  guessedLoss: 'Raten (Validierung)',
  lossDescription: (epoch: number, trainLoss: string, valLoss: string, guessed: string | null) =>
    `Nach Epoche ${epoch}: Verlust ${trainLoss} im Training, ${valLoss} bei der Validierung${guessed === null ? '' : `, wo Raten ${guessed} hat`}.`,
  aucDescription: (epoch: number, auc: string) => `Nach Epoche ${epoch}: AUC der Validierung ${auc}.`,
};
