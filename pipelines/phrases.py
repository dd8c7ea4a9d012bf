"""What stands around an agency's text but is not part of it, as newsrooms write it in many languages: data for `trims`.

Each expression is matched at the start of a squeezed paragraph, case-insensitively, unless said otherwise.
"""

from __future__ import annotations

import re


def _start(*alternatives: str) -> re.Pattern[str]:
    return re.compile(r"^\W{0,3}(?:" + "|".join(alternatives) + ")", re.IGNORECASE)


def _whole(*alternatives: str) -> re.Pattern[str]:
    return re.compile(r"^\W*(?:" + "|".join(alternatives) + r")\W*$", re.IGNORECASE)


# A label that announces another story: alone, or followed by its headline in the same paragraph.
READ_ALSO = _start(
    r"(?:please\s+)?(?:also\s+)?(?:read|see|watch)\s+(?:also|more|next|this)\b(?:\s+(?:about|on|here|stories|from)\b)?(?=\W*$|\s*[:|>»–—-]|\s+(?-i:[A-Z\"“'‘]))",
    r"(?:also|must)[\s-]+(?:read|see|watch)\b\s*[:|>»–—-]", r"more\s*:\s", r"don'?t\s+miss\b\W*(?=$|(?-i:[A-Z]))", r"you (?:may|might) (?:also )?(?:like|be interested)\b",
    r"related(?:\s+(?:stor(?:y|ies)|articles?|posts?|links?|news|coverage|content|topics?|reading))?\s*(?::|$)", r"see (?:also|more)\s*:", r"also on \S+\.\w{2,4}\b", r"more (?:on|from) (?:this|the|our)\b[^.]{0,60}$",
    r"(?:lesen|sehen) sie (?:auch|hier|dazu|mehr|jetzt)\b[^.]{0,60}(?::|$)", r"lesen sie auch\b", r"lies (?:auch|hier)\b", r"(?:mehr|weitere)\s+(?:zum thema|dazu|lesen|themen|infos|informationen|artikel|nachrichten|meldungen|beiträge)\b[^.]{0,70}(?::|$)", r"auch interessant\b", r"das könnte (?:sie|dich|euch) (?:auch )?interessieren", r"zum thema\s*:",
    r"(?:à )?(?:lire|voir|écouter) (?:aussi|également|plus|la suite)\b", r"(?:à lire|sur le même sujet)\b", r">+\s*(?:à lire|lire)", r"plus d'(?:infos|actualités)\b\W*$",
    r"(?:lea|lee|leer|vea|ver|mire|mira|te puede|le puede|puede|podría) (?:también|tambi[eé]n|además|más|interesar(?:le)?|interesarte)\b", r"te (?:puede|podría|recomendamos|sugerimos)\b", r"(?:puedes ver|mira|mire|le puede interesar|además lea|no te pierdas|m[aá]s (?:información|noticias|sobre))\s*(?::|$)", r"noticias? relacionadas?\b",
    r"(?:leia|veja|confira|saiba) (?:também|mais)\b", r"leia a (?:íntegra|matéria)\b", r"leggi anche\b", r"(?:leggi|guarda|vedi) (?:anche|di più|qui)\b", r"(?:potrebbe|ti potrebbe) interessar",
    r"(?:czytaj|zobacz|przeczytaj|sprawdź)\s+(?:też|także|również|więcej|dalej)\b", r"(?:dowiedz się więcej|polecamy)\b\W*", r"lees (?:ook|meer|verder)\b", r"bekijk ook\b",
    r"(?:läs|se|les|lue|læs) (?:också|även|mer|også|myös|lisää|mere)\b", r"(?:citește|citeşte|vezi) (?:și|şi|mai)\b", r"(?:čtěte|přečtěte|viz) (?:také|více|si)\b", r"olvass[ao] (?:el|még)\b",
    r"(?:читайте|смотрите|см\.?|подробнее)\s+(?:также|еще|ещё|по теме|по этой теме)\b", r"(?:по теме|материалы по теме|главное по теме)\b\W*", r"читайте\s*(?:також|ще)\b", r"ayrıca (?:oku|bak)", r"(?:ilgili haber|bunları da oku)", r"baca (?:juga|selengkapnya)\b", r"(?:اقرأ|إقرأ|شاهد) (?:أيضا|أيضًا|أيضاً|المزيد|ايضا)", r"(?:延伸阅读|相关(?:新闻|阅读|报道|链接)|推荐阅读|更多(?:新闻|阅读))", r"(?:関連(?:記事|ニュース|キーワード)|あわせて読みたい|おすすめ(?:記事|情報))", r"(?:관련기사|관련 기사)",
)  # fmt: skip

# Labels of lists and boxes that stand between or after the paragraphs; the whole paragraph is the label.
BOX = _whole(
    r"(?:all|latest|top|more|most read|popular|breaking|trending|other) (?:news|stories|headlines|articles|posts|in .{2,30})", r"most (?:read|popular|viewed|shared|commented)(?: .{2,30})?", r"trending(?: now| stories)?", r"(?:recommended|related|up next|read next|advertis\w+|sponsored|promoted)(?: .{2,30})?", r"newsletters?", r"editor'?s'? (?:picks?|choice|note)s?", r"(?:share|tweet|email|print)(?: (?:this|on|via|article|story|it)){0,3}", r"share (?:your )?(?:thoughts|story)",
    r"loading(?: .{2,20})?", r"(?:video|photo|image|picture|gallery|slideshow|listen|play|subscribe|follow us|sign in|log ?in)", r"story continues(?: below)?(?: (?:the )?advert\w+)?", r"article continues(?: after| below)?(?: (?:the |this )?advert\w+)?", r"skip (?:advert\w+|promotion|past .{2,60})", r"(?:end of )?\w* ?(?:newsletter|podcast) promotion",
    r"anzeige", r"werbung", r"(?:mehr|weitere) (?:nachrichten|artikel|themen|meldungen)", r"(?:teilen|drucken|merken|kommentare?|startseite|inhaltsverzeichnis|empfohlener (?:redaktioneller )?inhalt|externer inhalt|zur startseite|wird geladen\W*)", r"publicité", r"partager", r"publicidad(?:e)?", r"(?:compartir|compartilhe|temas|etiquetas|noticias relacionadas|lo más (?:leído|visto))", r"pubblicità", r"condividi", r"reklama", r"udostępnij", r"advertentie", r"annons(?:e|e\W*)?", r"mainos", r"реклама", r"поделиться", r"все новости", r"новости по теме", r"reklam", r"iklan", r"إعلان", r"广告", r"広告", r"광고",
    r"[_\-*=~.•·—–\s]{3,}",
)  # fmt: skip

# Promotion of the publisher, whole paragraphs that start so.
PROMOTION = _start(
    r"(?:click here|sign up|subscribe|register|join (?:us|our|the \w+ (?:community|newsletter))|get (?:the|our|all|access|breaking|daily|latest|more|\S+ (?:newsletter|news))|download|follow|like|find|connect with|stay (?:up to date|informed|connected|tuned)|never miss|keep up with)\b(?=.{0,200}\b(?:newsletters?|inbox|e-?mail|app|apps|twitter|facebook|instagram|telegram|whatsapp|youtube|tiktok|linkedin|subscri\w+|edition|alerts?|channel|podcast|breaking news|free trial|click here|updates)\b)",
    r"(?:for|to) (?:more|the latest|full|read|get|continue|view)\b.{0,80}\b(?:click here|visit (?:our|the|us)|subscrib\w+|sign up|newsletter|our (?:news|homepage|website|app)|news page)\b", r"get .{2,30} on the go\b", r"click here\b", r"(?:have|got|do you have) an? (?:\w+ )?(?:tip|story|question|news tip|correction|comment|issue)\b", r"(?:thanks for signing up|thank you for (?:subscribing|signing|reading|registering))", r"(?:want|looking for) (?:more|the latest|weekly)\b.{0,100}\b(?:sign up|newsletter|subscrib\w+|inbox)\b", r"(?:like|enjoy(?:ed|ing)?|love) (?:this|the|what you) (?:story|article|post|read\w*)\b", r"(?:if you (?:enjoy|like|found|want|would like)|if you're enjoying)\b.{0,120}\b(?:subscri\w+|newsletter|support|share|donat\w+|sign up|follow us)\b", r"(?:support|become a member|donate|make a donation|contribute)\b.{0,80}\b(?:journalism|member|donation|independent|reporting|newsroom)\b", r"(?:we may|this (?:post|article|page|story) (?:may )?contains?|products are chosen|our editors|we (?:independently|recommend|earn))\b.{0,160}\b(?:commission|affiliate|links|partners|products?)\b", r"(?:contact|email|write to|reach|e-mail) (?:the (?:writer|author|reporter|editor)s?|us|me|him|her|(?-i:[A-Z])\w+ (?-i:[A-Z])\w+)\b.{0,80}(?:@|\bat\b|twitter|email)", r"(?:there was an error|please enter a valid|by (?:signing up|submitting|clicking|entering)|your subscription|check your inbox|keep an eye on your inbox)\b", r"(?:comments? (?:are|is) (?:closed|moderated|open|welcome)|leave a (?:comment|reply)|join the (?:conversation|discussion)|what do you think\?|let us know|tell us what)\b", r"to (?:comment|view comments)\b", r"this (?:site|form|page) is protected by\b", r"subscribe (?:now|today|to)\b", r"already (?:a |have )?(?:subscri\w+|an account|member)\b",
    r"(?:abonnieren|jetzt (?:abonnieren|anmelden|testen|lesen|bestellen|registrieren)|melden sie sich|folgen sie|folge uns|newsletter|hier (?:geht es|können sie|gibt es))\b(?=.{0,160}\b(?:newsletter|abo\w*|app|whatsapp|facebook|instagram|twitter|telegram|kanal|anmeld\w+|kostenlos)\b)", r"(?:mit dem|unser|der|die) (?:kostenlose[nr]? )?\S{0,20}newsletter\b", r"dieser (?:artikel|text|beitrag) (?:ist|erschien|wurde|stammt|erscheint)\b.{0,140}", r"(?:link zum|empfohlener) \S*inhalt\b", r"an dieser stelle (?:finden|befindet)\b", r"(?:mit material von|quelle)\s*[:|]?\s*\W*(?:dpa|afp|reuters|apa|sid|ap|epd|kna|ots)\b",
    r"(?:abonnez|inscrivez|recevez|suivez|téléchargez|rejoignez)[- ](?:vous|nous|la|le|les|toute|gratuitement|l')", r"(?:cet article est réservé|pour lire la suite|pour accéder|il vous reste)\b", r"(?:la suite est réservée)", r"(?:suscr[ií]b[aei]\w*|s[ií]gu[ea]\w*|[úu]nete|únase|descarg[ae]|reg[ií]str[ae]\w*|hazte (?:miembro|socio))\b(?=.{0,200}\b(?:newsletter|bolet[ií]n\w*|telegram|whatsapp|facebook|twitter|instagram|canal|app|aplicación|noticias|correo|miembro|beneficios|redes|diari[oa])\b)", r"¿?ya (?:sabías que|eres suscriptor|estás suscrito)\b.{0,120}", r"(?:assine|inscreva-se|siga|receba|acompanhe|baixe|participe|clique)\b(?=.{0,160}\b(?:newsletter|telegram|whatsapp|facebook|twitter|instagram|canal|app|google|e-?mail|redes)\b)", r"(?:iscriviti|seguici|segui|scarica|abbonati|clicca)\b(?=.{0,160}\b(?:newsletter|telegram|whatsapp|facebook|twitter|instagram|canale|app|google|notizie)\b)", r"(?:zapisz się|obserwuj|subskrybuj|materiał chroniony|dalszy ciąg materiału|chcesz być)\b", r"(?:schrijf je in|volg ons|abonneer)\b", r"(?:подписывайтесь|подпишитесь|следите за|читайте нас|присоединяйтесь)\b", r"(?:підписуйтесь|підпишіться)\b", r"(?:abone ol|takip ed)", r"(?:この記事は(?:会員|有料)|会員(?:登録|限定)|有料会員|ログイン)", r"\[?(?:有料会員限定|会員限定)",
    r"\[/?(?:button|caption|embed|gallery|video|audio|youtube|ad)\b",
)  # fmt: skip

# Lines of a photo, graphic or video: who took it.
PHOTO = re.compile(
    r"^\W{0,3}(?:(?:(?:file |stock )?(?:photo|image|picture|pic|video|graphic|illustration|screenshot|footage|cover image|featured image|representative image)s?(?: (?:credit|source|by|courtesy)s?)?(?: of)?|credits?(?: photos?)?|foto(?:s|graf)?|bild(?:er|nachweis|rechte|quelle)?|grafik|crédits?(?: photos?| photographiques?)?|©? ?photo(?:s)?|fotografía|imagen|imagem|immagine|zdjęcie|fot\.|фото|иллюстрация|写真|图片来源|图|사진)\s*[:/|©]\s*\S.{0,140}|\(?(?:photo|picture|image|foto|photograph)s? (?:by|courtesy|via|from|von|par|di|de|credit)\b.{0,140}|\[?(?:사진|写真)\s*=.{0,60})$",
    re.IGNORECASE,
)
AGENCY_PHOTO = re.compile(
    r"^\W{0,3}(?:(?:[\w .'’&-]{2,40}\s*[/|]\s*)?(?:getty(?: images)?|shutterstock|istock(?:photo)?|(?:dpa|picture)[ -]alliance|imago(?: images)?|reuters|afp|ap photo|epa(?:-efe)?|tass|тасс|xinhua|bestimage|unsplash|pixabay|pexels|adobe ?stock|ritzau scanpix|scanpix|ntb|tt|keystone|anp|belga|ansa|lapresse|nurphoto|zuma ?press|alamy|depositphotos|dreamstime|wikimedia(?: commons)?|afp-jiji)(?:\s*[/|]\s*[\w .'’&/-]{2,60})?)\W*$|^[©ⓒ]\s*.{2,80}$",
    re.IGNORECASE,
)

COPYRIGHT = _start(
    r"(?:copyright|©|ⓒ|\(c\)|&copy;)\s*(?:©|ⓒ|\(c\))?\s*(?:\d{4}|by\b|\W|[A-ZА-Я])", r"(?:all rights reserved|alle rechte vorbehalten|tous droits réservés|todos los derechos reservados|todos os direitos reservados|tutti i diritti riservati|wszelkie prawa zastrzeżone|все права защищены|無断転載|무단전재|版权所有)", r"(?:this material may not be published|no part of this|reproduction (?:without|in whole)|this article (?:was )?(?:originally|first) (?:appeared|published|posted)|this (?:story|post|piece|article) (?:originally|first|has been) (?:appeared|ran|published|updated)|originally published|republished (?:with|from)|reprinted (?:with|from))\b",
)  # fmt: skip

# Reporters' and editors' tail of agencies; it goes to Article.tail.
TAIL = re.compile(
    r"^\W{0,2}(?:(?:additional |further )?(?:reporting|writing|editing|compiled|contributions?) (?:and (?:writing|editing|reporting) )?(?:by|from)\b.{3,400}|(?:with (?:additional )?(?:reporting|files|input|inputs|contributions?|assistance) (?:by|from)\b.{3,300})|(?:(?:the )?associated press|reuters|ap|afp|(?-i:[A-Z])[\w.'’-]+(?: (?-i:[A-Z])[\w.'’-]+){1,3})(?: (?:writers?|journalists?|reporters?|staff|correspondents?|researchers?|producers?))?[^.]{0,160} contributed (?:to this (?:report|story|article)|reporting|from)\b.{0,200}|this (?:report|story|article) (?:was )?(?:contributed|written|produced|compiled) by\b.{0,200}|(?:our standards|unsere standards|nos standards)\s*:.{0,100}|the thomson reuters trust principles.{0,20}|reportage de\b.{3,200}|(?:(?:información|reporte|reportaje|escrito|editado) (?:de|por)|(?:editado|reporte) (?:en español )?por)\b.{3,240}(?:editad\w|traducid\w).{0,160}|\((?:reporting|writing|editing|reportage|edité|bericht|mit material)\b.{3,300}\))$",
    re.IGNORECASE,
)
# The same in brackets at the end of the last paragraph.
TAIL_INSIDE = re.compile(r"\s*[(\[](?:(?:additional )?(?:reporting|writing|editing|compiled)|reportage|bericht|información|reporte)\b[^()]{3,300}[)\]]\s*$", re.IGNORECASE)
# Agencies' short signatures at the very end: `/ritzau/`, `(dpa)`, `aja/PAP`, `ENDITEM`, `-0-`, `==Kyodo`.
END_MARK = re.compile(r"\s*(?:\(\s*(?:end|fin|ends|完|konec|конец)\s*\)|\benditem\b\.?|(?<!\w)-0-|==\s*kyodo|(?<!\S)#{3}|(?<!\S)-?30-|\bends?\s*//)\s*$", re.IGNORECASE)

# From such a heading on, a page shows its readers, its tags or other stories.
AFTERWARDS = _whole(
    r"(?:\d+ )?(?:comments?|kommentare?|commentaires?|comentarios?|comentários?|commenti|komentarze|reacties|комментарии|комментировать|yorumlar)(?: \(?\d+\)?)?", r"(?:leave|post|add|write) a (?:comment|reply)", r"(?:schreibe?n? sie einen kommentar|kommentar (?:schreiben|hinterlassen)|laisser un commentaire|deja (?:una respuesta|un comentario)|deixe (?:um comentário|uma resposta)|lascia un commento)", r"(?:\d+ )?(?:responses?|thoughts|antworten|replies)(?: to| on)? .{2,120}",
    r"(?:related|similar|more|other|recommended|further|latest|recent) (?:articles?|stories|posts?|news|reading|topics|coverage|content)(?: .{2,30})?", r"(?:about|über) (?:the|den|die) authors?(?:in)?", r"(?:more|mehr) (?:from|von|zum thema|about)\b.{0,50}", r"(?:tags?|topics?|filed under|keywords?|themen|schlagwörter|stichworte|mots[- ]clés|etiquetas|temas|palavras[- ]chave|tagi|теги|метки|anahtar kelimeler|標籤|标签|関連キーワード)\s*:?(?: .{0,120})?", r"(?:you may also like|you might also like|read next|up next|what to read next|most popular|most read|most viewed|trending now|don't miss|recommended for you|popular stories)(?: .{2,30})?", r"(?:das könnte sie auch interessieren|meistgelesen(?:e artikel)?|weitere (?:artikel|themen|beiträge|nachrichten)|mehr zum thema|passend zum thema|lesen sie auch|auch interessant)\W*", r"(?:sur le même sujet|à lire aussi|les plus lus|articles (?:liés|similaires))", r"(?:noticias relacionadas|artículos relacionados|te puede interesar|lo más (?:leído|visto)|más noticias)", r"(?:leia também|mais lidas|notícias relacionadas|veja também)", r"(?:leggi anche|articoli correlati|potrebbe interessarti)", r"(?:zobacz też|zobacz także|czytaj także|polecamy|najnowsze)", r"(?:читайте также|по теме|материалы по теме|новости партн[её]ров|популярное)", r"(?:関連(?:記事|ニュース)|おすすめ(?:記事|情報)|相关(?:新闻|阅读|报道|链接)|推荐阅读|관련기사)",
)  # fmt: skip

UPDATED = _start(
    r"(?:(?:first |last )?(?:published|updated|posted|modified|created|issued|aktualisiert|veröffentlicht|stand|erstellt|letzte (?:änderung|aktualisierung)|publié|mis à jour|modifié|publicado|actualizado|atualizado|pubblicato|aggiornato|opublikowano|aktualizacja|опубликовано|обновлено|güncelleme|기사입력|公開|更新)\b)[^.!?]{0,80}\d[^!?]{0,60}$",
    r"(?:\d{1,3} )?(?:min(?:ute)?s?|minutos?|minuti|minuten) (?:de )?(?:read|lesezeit|de lecture|de lectura|leitura|lettura)\W*$", r"(?:tempo de leitura|lesezeit|temps de lecture|tiempo de lectura|reading time|time to read)\b.{0,30}$", r"(?:hace|vor|il y a) \d{1,2} \w+\W*$", r"\d{1,2} (?:minutes?|hours?|days?|weeks?|months?) ago\W*$",
)  # fmt: skip
