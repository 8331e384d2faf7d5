/**
 * Words by which labs name a class without and a class with a finding: English, German, French, Spanish, Italian, Portuguese, Dutch, and the
 * commonest ones of Danish, Norwegian, Swedish, Finnish, Polish, Czech, Hungarian, Turkish, Russian, Chinese, Japanese and Korean.
 *
 * Written as people write them; `tokensOf` folds names and words alike, so case, accents and umlauts (ä, ae, a) do not matter here.
 * Length: lists of words, which are read side by side.
 *
 * Every comparison is of whole words: "no" is not in "nodule", nor "normal" in "abnormal" or "Normaldruckhydrozephalus".
 */

const split = (text: string): string[] => text.split(/[,\n]/u).flatMap((word) => word.trim() || []);

/** Each stem with each ending. */
function inflected(stems: string, endings: string): string[] {
  return split(stems).flatMap((stem) => ['', ...split(endings)].map((ending) => stem + ending));
}

const german = 'e, er, es, en, em';
const romance = 'o, a, os, as, i, e, es, s';

/** Words that say "nothing is wrong" of whatever stands beside them. */
export const healthyWords: readonly string[] = [
  ...split(
    'normal, normals, norm, healthy, negative, negatives, neg, unremarkable, unaffected, uninvolved, uninfected',
  ),
  ...split(
    'undiseased, asymptomatic, well, control, controls, nondiseased, noncancer, noncancerous, disease-free, none, nil',
  ),
  ...split('physiological, physiologic, inconspicuous, normative'),
  ...inflected('normal, gesund, negativ, unauffällig, unverdächtig, unverändert, befundfrei, tumorfrei', german),
  ...inflected('regelrecht, regelhaft, altersentsprechend, physiologisch, normwertig, krankheitsfrei', german),
  ...split(
    'Normalbefund, Normalbefunde, Normbefund, Negativbefund, Nullbefund, Kontrolle, Kontrollen, gesunder, Gesundkontrolle',
  ),
  ...split('nein, keine, kein, blande, Leerbefund, Normalprobe, Normalgewebe, Normalkollektiv'),
  ...split(
    'normaux, normale, normales, sain, saine, sains, saines, négatif, négatifs, négative, négatives, indemne, aucun',
  ),
  ...split('aucune, témoin, témoins, contrôle, contrôles, non'),
  ...inflected('san, negativ', romance),
  ...split('normales, normali, normais, ninguno, ninguna, ningún, saludable, saludables, inalterado, inalterada'),
  ...split('nessuno, nessuna, controllo, controlli, inalterato, inalterata, saudável, saudáveis, nenhum, nenhuma, não'),
  ...split('controle, controles, hígido, hígida, normaal, normale, gezond, gezonde, negatief, negatieve, geen, nee'),
  ...split(
    'onverdacht, onverdachte, unauff, Kontrollgruppe, normality, Normalität, normalité, normalidad, normalità, normalidade',
  ),
  ...split(
    'frisk, friska, friske, rask, raske, sund, sunde, sundt, normala, normalt, negativt, negativa, kontroll, kontroller',
  ),
  ...split(
    'normaali, terve, negatiivinen, prawidłowy, prawidłowa, prawidłowe, zdrowy, zdrowa, zdrowe, negatywny, negatywna',
  ),
  ...split('normalny, normalna, normalne, normální, zdravý, zdravá, zdravé, negativní, normális, egészséges, negatív'),
  ...split('sağlıklı, negatif, норма, нормальный, здоров, здоровый, здоровые, отрицательный'),
];

/** Names that say so as a whole, abbreviations among them. They are not looked for inside other names. */
export const healthyNames: readonly string[] = [
  ...split('absent, absente, ausente, assente, afwezig, abwesend, fehlend, false, falsch, faux, falso, onwaar'),
  ...split('0, -, no, NAD, N.A.D., WNL, W.N.L., NILM, NED, N.E.D., NSF, NSA, HC, NC, CN, N.F., within normal limits'),
  ...split(
    'nothing abnormal detected, nothing found, nothing, nofinding, nofindings, cognitively normal, wild type, wildtype, wild-type, Wildtyp, in range, empty, background, normal sinus rhythm, NSR, CTRL, CTL, CTR, WT, sham, placebo',
  ),
  ...split(
    'sauvage, type sauvage, tipo salvaje, salvaje, tipo selvatico, selvatico, selvaggio, non muté, no mutado, non mutato',
  ),
  ...split('MSS, microsatellite stable, mikrosatellitenstabil, pMMR, MMR proficient, mismatch repair proficient'),
  ...split(
    'o.B., oB, ob, o.p.B., o.p.F., altersnormal, der Norm entsprechend, im Normbereich, nichts, leer, Hintergrund',
  ),
  ...split('RAS, R.A.S., rien à signaler, rien, rien de particulier, dans la norme, dans les limites de la normale'),
  ...split('sin particularidades, dentro de límites normales, dentro de la normalidad, nada, sano'),
  ...split(
    'nella norma, nei limiti, nei limiti della norma, nulla da segnalare, nulla, nulla di patologico, ndn, n.d.p.',
  ),
  ...split(
    'dentro da normalidade, dentro dos limites da normalidade, dentro dos limites normais, sem particularidades',
  ),
  ...split('g.a., geen bijzonderheden, g.b., niets, niets bijzonders, binnen normale grenzen'),
  ...split('not, without, w/o, never, rule out, ruled out, rule-out, r/o, excluded, denied, not confirmed, not found'),
  ...split('ohne, nicht, ausgeschlossen, sans, hors, exclu, exclue, écarté, écartée, sem, zonder, niet, uitgesloten'),
  ...split('senza, escluso, esclusa, excluido, excluida, descartado, descartada, excluído, excluída'),
  ...split('ikke, ikkje, ingen, intet, inget, inga, inte, ej, utan, uten, uden, nei, nej, u.a., ei ole'),
  ...split('brak, bez, bez zmian, w normie, nincs, yok, hayır, нет, без, не найдено, в норме'),
  ...split(
    '正常, 阴性, 陰性, 无, 無, 无异常, 未见异常, 異常なし, なし, 無し, いいえ, 健常, 健康, 정상, 음성, 없음, 아니오',
  ),
];

/** Names that are the lesser of two evils: negative beside anything that is not healthy. */
export const benignWords: readonly string[] = [
  ...inflected('benign, gutartig', german),
  ...split('bénin, bénigne, bénins, bénignes, goedaardig, goedaardige, harmless, innocent, harmlos'),
  ...split('nevus, naevus, nevi, naevi, Nävus, Nävi, moedervlek'),
  ...inflected('benign', romance),
  ...split('godartet, godartede, godartad, godartade, hyvänlaatuinen, łagodny, łagodna, łagodne, benigní'),
];

/** Negative as a whole name only: "clear cell carcinoma" and "stable angina" are diseases. */
export const reassuringNames: readonly string[] = [
  ...split(
    'stable, stabil, regular, typical, typisch, clear, clean, intact, intakt, symmetric, symmetrical, symmetrisch',
  ),
  ...split('competent, sufficient, inactive, inaktiv, resolved, remission, cured, healed, geheilt, verheilt'),
  ...split(
    'stable disease, alive, survived, survivor, lebend, vivant, vivo, absence, ausencia, ausência, assenza, Abwesenheit',
  ),
  ...split(
    'clear lung, clear lungs, lungs clear, clear chest, other, others, rest, remaining, sonstige, sonstiges, andere, anderes',
  ),
  ...split('übrige, autre, autres, otro, otros, altro, altri, outro, outros, overig, overige'),
  // A variant of the normal is more than normal and less than a disease.
  ...split(
    'normal variant, normal variants, variant of normal, variant of the normal, variant normal, anatomical variant',
  ),
  ...split('anatomic variant, Normvariante, Normvarianten, Normalvariante, normale Variante, anatomische Variante'),
  ...split('variante normale, variantes normales, variante de la normale, variante anatomique, variante normal'),
  ...split(
    'variante de la normalidad, variante anatómica, variante della norma, variante anatomica, variante do normal',
  ),
  // As is what has become normal again.
  ...split('normalised, normalized, normalisiert, normalisé, normalisée, genormaliseerd, normalisert, normaliserad'),
  ...inflected('normalizzat, normalizad', romance),
];

/** Words that say "something is there" without saying what. */
export const abnormalWords: readonly string[] = [
  ...split('positive, positives, pos, abnormal, abnormals, pathological, pathologic, suspicious, diseased, disease'),
  ...split(
    'unhealthy, unwell, sick, ill, affected, infected, present, yes, true, symptomatic, atypical, unstable, irregular',
  ),
  ...split(
    'asymmetric, asymmetrical, unclear, undifferentiated, undescended, uncontrolled, unresectable, unhealed, insufficient, abnormality',
  ),
  ...split('abnormalities, pathology, anomaly, anomalies, findings present'),
  ...inflected(
    'positiv, abnormal, anormal, auffällig, verdächtig, pathologisch, krank, erkrankt, befallen, infiziert',
    german,
  ),
  ...inflected('vorhanden, instabil, atypisch, unregelmäßig, asymmetrisch, nachgewiesen', german),
  ...split('Auffälligkeit, Auffälligkeiten, Pathologie, ja, wahr, auff, path, pathol, patho'),
  ...split(
    'positif, positifs, positive, positives, anormal, anormale, anormaux, pathologique, pathologiques, malade, malades',
  ),
  ...split('suspect, suspecte, présent, présente, oui, vrai, anomalie, anomalies, atteint, atteinte'),
  ...inflected('positiv, patológic, patologic, enferm, malat, alterad, sospechos, sospett, suspeit', romance),
  ...split(
    'anormales, anormais, anormali, anormale, anomalo, anómalo, presente, presenti, presentes, sí, sì, sim, verdadero, vero',
  ),
  ...split(
    'verdadeiro, doente, doentes, anomalía, anomalías, anomalia, alteraciones, alteración, alterações, alterazioni',
  ),
  ...split(
    'hallazgos patológicos, afwijkend, afwijkende, afwijking, afwijkingen, positief, positieve, ziek, zieke, aanwezig, waar',
  ),
  ...split(
    'confirmed, confirmé, confirmée, confirmado, confirmada, confermato, confermata, bevestigd, bekreftet, bekräftad',
  ),
  ...inflected('bestätigt', german),
  ...split(
    'syk, syke, syg, syge, sjuk, sjuka, sykdom, sygdom, sjukdom, unormal, unormalt, onormal, onormalt, avvikende',
  ),
  ...split(
    'avvikande, positivt, positiva, sairas, epänormaali, positiivinen, chory, chora, chore, pozytywny, pozytywna',
  ),
  ...split('nieprawidłowy, nieprawidłowa, obecny, obecna, nemocný, abnormální, pozitivní, beteg, kóros, pozitív'),
  ...split('anormal, pozitif, evet, да, болен, больной, патология, положительный'),
  ...split('异常, 異常, 異常あり, 阳性, 陽性, あり, 有り, はい, 患者, 有, 비정상, 이상, 양성, 있음, 환자'),
];

/** Names that are the greater of two evils. */
export const malignantWords: readonly string[] = [
  ...inflected('malign, maligne, bösartig', german),
  ...split('malignant, malignants, malignancy, cancerous, malin, malins, kwaadaardig, kwaadaardige'),
  ...inflected('malign', romance),
  ...split(
    'ondartet, ondartede, elakartad, elakartade, malignt, maligna, pahanlaatuinen, złośliwy, złośliwa, złośliwe, maligní',
  ),
];

/** What stands beside a word above without a meaning of its own here: organs, pictures, people, "finding". */
export const neutralWords: readonly string[] = [
  ...split(
    'finding, findings, lung, lungs, chest, thorax, breast, breasts, brain, heart, liver, kidney, spine, skin, bone, hand',
  ),
  ...split(
    'knee, hip, wrist, retina, fundus, eye, eyes, colon, prostate, thyroid, tissue, mucosa, cell, cells, epithelium, scan',
  ),
  ...split(
    'scans, study, studies, image, images, picture, exam, examination, x, ray, xray, radiograph, cxr, ct, mr, mri, us',
  ),
  ...split(
    'mammogram, ultrasound, ecg, subject, subjects, patient, patients, case, cases, person, people, volunteer, volunteers',
  ),
  ...split(
    'donor, donors, group, class, sample, samples, result, results, test, appearance, anatomy, report, size, sized, size',
  ),
  ...split(
    'and, or, of, the, a, for, age, adult, acute, evidence, significant, relevant, specific, particular, cardiopulmonary',
  ),
  ...split(
    'Befund, Befunde, Lunge, Brust, Gewebe, Bild, Bilder, Aufnahme, Untersuchung, Patient, Patienten, Proband, Probanden',
  ),
  ...split(
    'Person, Personen, Gruppe, Probe, Proben, Mamma, Herz, Hirn, Haut, und, der, die, das, im, Schleimhaut, Nachweis, Hinweis',
  ),
  ...split(
    'poumon, poumons, sein, tissu, image, examen, radio, radiographie, cas, sujet, sujets, résultat, le, la, de, du, d, l',
  ),
  ...split(
    'particularité, particularités, signe, signes, lésion visible, hallazgo, hallazgos, pulmón, pulmones, mama, tejido',
  ),
  ...split(
    'imagen, radiografía, caso, casos, paciente, pacientes, resultado, tórax, del, el, reperto, reperti, polmone, polmoni',
  ),
  ...split(
    'seno, tessuto, immagine, esame, soggetto, soggetti, paziente, pazienti, di, achado, achados, pulmão, tecido, imagem',
  ),
  ...split(
    'exame, sujeito, da, do, bevinding, bevindingen, long, longen, borst, weefsel, beeld, onderzoek, patiënt, patiënten',
  ),
  ...split(
    'bijzonderheden, Besonderheiten, particularidades, radiografia, mammografia, mammografía, mammographie, ecografia, ',
  ),
  ...split(
    'ecografía, échographie, Röntgenbild, Röntgen, foto, aspect, sinus, rhythm, hemithorax, segni, rilievi, label, labels, Ergebnis, Ergebnisse, risultato, uitslag, groupe, grupo, gruppo, groep',
  ),
  // A normal picture after an operation is a normal picture.
  ...split(
    'post, op, postop, postoperative, post-operative, preop, preoperative, follow, up, followup, baseline, screening',
  ),
  ...split('postoperativ, präoperativ, Kontrollaufnahme, Verlauf, postopératoire, post-opératoire, préopératoire'),
  ...inflected('postoperatori, preoperatori, postoperat', romance),
];

/** What, before a name, says that the thing named is not there. */
export const negators: readonly string[] = [
  ...split('no, not, without, w/o, free of, free from, absence of, lack of, negative for, neither'),
  ...split(
    'kein, keine, keinen, keiner, keinem, keines, nicht, ohne, negativ für, frei von, Ausschluss, Ausschluss von',
  ),
  ...split('sans, aucun, aucune, pas de, pas d, pas, absence de, absence d, négatif pour, indemne de'),
  ...split('sin, ningún, ninguno, ninguna, ausencia de, negativo para, libre de'),
  ...split('senza, nessun, nessuno, nessuna, assenza di, assenza, negativo per, privo di'),
  ...split(
    'sem, nenhum, nenhuma, ausência de, não, livre de, geen, zonder, niet, afwezigheid van, negatief voor, vrij van',
  ),
  ...split(
    'rule out, ruled out, r/o, exclude, excluded, exclusion of, never, wo, denies, nie, kein Nachweis von, kein Hinweis auf',
  ),
  ...split(
    'hors, exempt de, exempt d, dépourvu de, dépourvu d, exclusion de, exclusion d, absence des, absence du, indemne d',
  ),
  ...split('exento de, exenta de, descartado, descartada, esclusa, escluso, esente da, isento de, isenta de'),
  ...split(
    'ikke, ikkje, ingen, ingenting, intet, inget, inga, inte, ej, utan, uten, uden, fri for, fri fra, ei, ei ole, ilman',
  ),
  ...split('brak, bez, nie ma, žádný, žádná, žádné, není, nincs, без, нет, не, отсутствие'),
];

/** As `negators`, but only before a word above or before the name of the other class: "non-Hodgkin lymphoma" is a disease. */
export const softNegators: readonly string[] = split('non, nonn');

/** Diseases that begin with "non" and are no negation, even beside their counterpart. */
export const notNegations: readonly string[] = split(
  'non small cell, non union, nonunion, non viable, nonviable, non accidental, nonaccidental, non hodgkin, non hodgkins, nonsmall cell, non seminoma, non seminomatous, non alcoholic, non specific interstitial',
);

/**
 * What a healthy body has, and what means the one in one picture and the other in the next: "no flow", "non-compressible" and "unresponsive"
 * are findings, "no enhancement" may be either. A name that negates one of these says nothing, so its user is asked.
 */
export const notReassuring: readonly string[] = [
  ...split(
    'flow, flows, perfusion, perfused, pulse, pulses, pulsation, heartbeat, heartbeats, beat, activity, motion, movement',
  ),
  ...split(
    'sliding, sounds, response, responses, responsive, reflex, reflexes, reaction, reactive, contraction, contractility',
  ),
  ...split(
    'breathing, respiration, ventilation, ventilated, aeration, aerated, inflation, inflated, filling, filled, patency',
  ),
  ...split(
    'patent, recanalization, recanalisation, recanalized, recanalised, reperfusion, healing, union, fusion, fused, uptake',
  ),
  ...split(
    'enhancement, enhancing, enhanced, signal, collapse, collapsible, compressible, compressibility, compression, viability',
  ),
  ...split(
    'viable, vital, vitality, remission, cure, survival, change, changes, progress, improvement, benefit, recovery',
  ),
  ...split(
    'visible, visibility, visualized, visualised, seen, diagnostic, contrast, alignment, aligned, closure, closed, closing',
  ),
  ...split(
    'intact, competent, competence, sufficient, adequate, drainage, drained, oxygen, oxygenation, oxygenated, conscious',
  ),
  ...split(
    'consciousness, resectable, operable, treatable, salvageable, reducible, controlled, treated, differentiated, known',
  ),
  ...split(
    'clear, paired, even, equal, specific, graded, growth, development, developed, mature, maturation, ossified',
  ),
  ...split(
    'ossification, vascular, vascularized, vascularised, vascularity, coverage, concordant, satisfactory, audible, palpable',
  ),
  ...split(
    'Fluss, Durchfluss, Blutfluss, Puls, Pulse, Pulsation, Durchblutung, durchblutet, perfundiert, Herzaktion, Herzschlag',
  ),
  ...split(
    'Aktivität, Bewegung, Beweglichkeit, beweglich, Reaktion, Ansprechen, Reflex, Kontraktion, Atmung, Belüftung, belüftet',
  ),
  ...split(
    'durchgängig, Durchgängigkeit, Heilung, geheilt, verheilt, komprimierbar, kompressibel, Kompressibilität, Kompression',
  ),
  ...split(
    'Kollaps, Anreicherung, Kontrastmittelaufnahme, Kontrastierung, Aufnahme, Speicherung, Vitalität, avital, sichtbar',
  ),
  ...split(
    'Veränderung, Besserung, beurteilbar, diagnostisch, resektabel, operabel, stabil, ansprechbar, dicht, fusioniert',
  ),
  ...split(
    'flux, débit, pouls, battement, battements, activité, mouvement, réponse, réflexe, contraction, perméable, perméabilité',
  ),
  ...split(
    'guérison, guéri, consolidation osseuse, compressible, viabilité, rémission, survie, visible, rehaussement, fixation',
  ),
  ...split(
    'flujo, pulso, perfusión, latido, latidos, actividad, movimiento, respuesta, reflejo, contracción, permeable, compresible',
  ),
  ...split(
    'compresión, viabilidad, curación, remisión, supervivencia, realce, captación, visible, fusión, unión, cambio, cambios',
  ),
  ...split(
    'flusso, polso, perfusione, battito, battiti, attività, movimento, risposta, riflesso, contrazione, pervio, pervietà',
  ),
  ...split(
    'comprimibile, comprimibilità, compressione, vitalità, vitale, guarigione, remissione, sopravvivenza, captazione',
  ),
  ...split(
    'visibile, fusione, fluxo, perfusão, batimento, atividade, resposta, compressível, doorbloeding, stroming, reactie',
  ),
];

/** What, behind a name, says that it is not there. */
export const absentEndings: readonly string[] = [
  ...split(
    'absent, free, ruled out, excluded, not present, not detected, not seen, absente, ausente, assente, afwezig, abwesend',
  ),
  ...split(
    'ausgeschlossen, fehlend, fehlt, frei, nicht nachweisbar, nicht nachgewiesen, nicht vorhanden, vrij, uitgesloten',
  ),
  ...split(
    'not found, not confirmed, denied, unconfirmed, écarté, écartée, exclu, exclue, descartado, descartada, excluido',
  ),
  ...split(
    'excluida, escluso, esclusa, excluído, excluída, non visibile, non visible, no visible, ikke påvist, ej påvisad',
  ),
  ...split('nie stwierdzono, nincs, yok, нет, не выявлено'),
];

/** What, before a name, says that the thing named is past: less than having it, and more than never having had it. */
export const formerly: readonly string[] = [
  ...split(
    'status post, s/p, state after, condition after, history of, hx of, old, former, previous, prior, past, healed',
  ),
  ...split(
    'treated, resolved, remote, Zustand nach, Z. n., Zn, Status nach, St. n., Folgezustand nach, alt, alte, alter',
  ),
  ...split('frühere, früherer, verheilte, verheilter, verheiltes, geheilte, abgelaufene, abgelaufener, behandelte'),
  ...split(
    'état après, antécédent de, antécédent d, antécédents de, antécédents d, ancien, ancienne, séquelle de, séquelles de',
  ),
  ...split(
    'estado tras, antecedente de, antecedentes de, antiguo, antigua, secuela de, secuelas de, esiti di, esito di',
  ),
  ...split(
    'stato dopo, pregresso, pregressa, vecchia, vecchio, toestand na, status na, oude, doorgemaakte, tidligere, tidigare',
  ),
];

/** What, behind a name, says that the test for it was negative. */
export const negativeEndings: readonly string[] = split(
  'negative, neg, negativ, négatif, négative, negativo, negativa, negatief',
);

/** Subtypes of a disease that are called negative. */
export const negativeSubtypes: readonly string[] = split(
  'triple, gram, Rh, HER2, ER, PR, HR, EGFR, ALK, p53, Philadelphia, ANCA, Nugent',
);

/** Beginnings of one word that turn it into its opposite, with the fewest letters that must follow. */
export const negatingBeginnings: readonly (readonly [beginning: string, letters: number])[] = [
  ...split('non, not, nicht, kein, keine, ohne, sans, sin, sem, senza, niet, geen').map((word) => [word, 2] as const),
  ...split('ikke, utan, uten, uden, ingen, bez, brak').map((word) => [word, 3] as const),
  ...split('无, 無, 非, 未见, 무').map((word) => [word, 1] as const),
  ['no', 3],
  ['un', 4],
  ['on', 4],
];

/** Ends of one word that turn what comes before it into its opposite, with the fewest letters that must come before. */
export const negatingEndings: readonly (readonly [ending: string, letters: number])[] = [
  ['less', 4],
  ['los', 4],
  ['lose', 4],
  ['free', 3],
  ['frei', 3],
  ['vrij', 3],
  ['loos', 4],
  ['fri', 4],
  ['løs', 4],
];

/** Pairs that stand for no and yes where the names are otherwise the same, the negative one first. */
export const opposites: readonly (readonly [negative: string, positive: string])[] = [
  ['without', 'with'],
  ['ohne', 'mit'],
  ['sans', 'avec'],
  ['sin', 'con'],
  ['senza', 'con'],
  ['sem', 'com'],
  ['zonder', 'met'],
  ['uten', 'med'],
  ['uden', 'med'],
  ['utan', 'med'],
  ['bez', 'z'],
  ['bez', 's'],
  ['brak', 'obecność'],
  ['wo', 'w'],
  ['wo', 'with'],
  ['minus', 'plus'],
  ['nie', 'tak'],
  ['ne', 'ano'],
  ['nem', 'igen'],
  ['yok', 'var'],
  ['nincs', 'van'],
  ['sağlıklı', 'hasta'],
  ['excluded', 'included'],
  ['ausgeschlossen', 'nachgewiesen'],
  ['low', 'high'],
  ['niedrig', 'hoch'],
  ['niedriges', 'hohes'],
  ['faible', 'élevé'],
  ['bajo', 'alto'],
  ['basso', 'alto'],
  ['baixo', 'alto'],
  ['laag', 'hoog'],
  ['gering', 'hoch'],
  ['geringes', 'hohes'],
  ['LGG', 'HGG'],
  ['insignificant', 'significant'],
  ['insignifikant', 'signifikant'],
  ['0', '1'],
  ['mild', 'severe'],
  ['leicht', 'schwer'],
  ['early', 'late'],
  ['early', 'advanced'],
  ['minor', 'major'],
  ['n', 'y'],
  ['n', 'j'],
  ['n', 's'],
  ['n', 'o'],
  ['n', 'p'],
  ['n', 'a'],
  ['b', 'm'],
  ['f', 't'],
  ['benign', 'malignant'],
  ['asymptomatic', 'symptomatic'],
];

/** Scales on which a higher number is worse. Names that end in "rads" (BI-RADS, PI-RADS) count too. */
export const gradedScales: readonly string[] = split(
  'grade, grad, grado, grau, graad, Schweregrad, stage, Stadium, stade, stadio, estadio, estágio, score, Gleason, ISUP, Bosniak, ' +
    'Bethesda, Deauville, Fazekas, KL, Kellgren, Kellgren Lawrence, Kellgren Lawrence grade, KL grade, CIN, ETDRS, ICDR, Gleason score, ' +
    'ISUP grade, Tönnis, Outerbridge, Pfirrmann, Modic, severity',
);
