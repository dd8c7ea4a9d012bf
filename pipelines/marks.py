"""The marks by which agencies say what a text is to its earlier version: data of `markers.py`.

Origins: Reuters Handbook ("Corrections, Refiles, Kills, Repeats and Embargoes", "Other Common Story Forms"), AP
(`Ld-Writethru`, `Correction:`), dpa stylebook (`KILL KILL KILL`, `2ND LEAD 3RD NET`), Yonhap (`(ATTN: …)`, `(2nd LD)`), ANP
(`Nieuw bericht, vervangt`), Xinhua (`Update:`, `Urgent:`), and wire items.

A row of `CAPITALS` stands before a colon or a dash or in brackets, also before the hyphen that Reuters puts between mark and
headline (`CORRECTED-Acme …`); one of `WORDS` and `SCRIPTS` before a colon or in brackets.
"""

from __future__ import annotations

from storage.models import RevisionKind

# The strongest first: a story that is withdrawn and corrected is withdrawn.
STRENGTH: tuple[RevisionKind, ...] = ("withdrawal", "correction", "refile", "repeat", "update")

# Marks in capitals: before `-`, `:`, ` - `, or in brackets.
CAPITALS: tuple[tuple[RevisionKind, str], ...] = (
    (
        "withdrawal",
        r"(?:STORY |TEXT )?WITHDRAWN|STORY (?:KILLED|REMOVED|RETRACTED)|(?:MANDATORY |KILL )+KILL|KILL(?=\s*[:)\]]|"
        r"\s+[-–—])|RETRACT(?:ION|ED)",
    ),
    ("withdrawal", r"ANNULATION|ANNUL[ÉE]E?|ANULAD[AO]|ANNULLATA|АННУЛИРОВАНО|АННУЛЯЦИЯ|ОТОЗВАНО|İPTAL|ZURÜCKGEZOGEN"),
    (
        "correction",
        r"CORRECTED(?: \([A-Z ]+\))?|CORRECTION|CORRECTIVE|CLARIFICATION|OFFICIAL CORRECTION|CORRECTS|RPTG CRTG",
    ),
    (
        "correction",
        r"CORRECTION ET MISE À JOUR|RECTIFICATI(?:F|ON)|CORREGID[AO]|CORRECCI[OÓ]N|RECTIFICACI[OÓ]N|CORREÇÃO|CORRIGE|"
        r"CORRIGIDO|ERRATA(?: CORRIGE)?|RETTIFICA|BERICHTIGUNG|BERICHTIGT|KORREKTUR|KORRIGIERT|KORRIGERT|RETTELSE|"
        r"RÄTTELSE|KORJAUS|"
        r"OIKAISU|CORRECTIE|RECTIFICATIE|DÜZELTME|SPROSTOWANIE|KOREKTA|OPRAVA|ISPRAVAK|RALAT|KOREKSI|ИСПРАВЛЕНИЕ|"
        r"ИСПРАВЛЕНО|УТОЧНЕНИЕ|"
        r"УТОЧНЕНО|ПОПРАВКА|ВИПРАВЛЕНО|ВИПРАВЛЕННЯ|УТОЧНЕННЯ",
    ),
    ("refile", r"REFILE[DS]?|REFILING|ПОВТОРНАЯ ОТПРАВКА"),
    ("repeat", r"RPT|REPEAT(?:S|ED|ING)?|RPTG|WIEDERHOLUNG|RAPPEL|RÉPÉTITION|REPETICIÓN|REPETIÇÃO|ПОВТОР"),
    (
        "update",
        r"UPDATE ?\d{1,2}|UPDATED?(?=\s*[:)\]|]|\s*$|\s+[-–—])|WRAPUP(?: \d{1,2})?|(?:1ST|2ND|3RD|\d{1,2}TH) (?:LEAD|"
        r"LD|NET|UPDATE)(?: \d(?:ST|ND|RD|TH) NET)?|"
        r"(?:\d(?:ST|ND|RD|TH) )?(?:LD|LEAD)(?=\s*[)\]])|ACTUALISÉ|ACTUALISATION|MISE À JOUR|ACTUALIZAD[AO]|"
        r"ACTUALIZA(?:CIÓN)?|ATUALIZAD[AO]|ATUALIZAÇÃO|"
        r"AGGIORNAMENTO|AGGIORNATO|AKTUALISIER(?:T|UNG)|NEUFASSUNG|OPPDATERT|OPDATERET|UPPDATERAD|GÜNCELLEME|"
        r"GÜNCELLENDİ|ОБНОВЛЕНО|"
        r"ОБНОВЛЕНИЕ|ДОПОЛНЕНО|ДОПОЛНЕНИЕ|РАСШИРЕНО|РАСШИРЕННЫЙ|ОНОВЛЕНО|ДОПОВНЕНО|AKTUALIZACJA",
    ),
)

# Marks in title case: before a colon, or in brackets.
WORDS: tuple[tuple[RevisionKind, str], ...] = (
    ("withdrawal", r"(?:Story )?[Ww]ithdrawn|Story removed|Retract(?:ion|ed)|Annulation|Anulada|Аннулировано|Отозвано"),
    (
        "correction",
        r"Correct(?:ion|ed|ive|s)|Clarification|Rectificati(?:f|on|e)|Correctif|Corregid[ao]|Correcci[oó]n|"
        r"Rectificaci[oó]n|"
        r"Fe de errores|Fe de erratas|Correção|Errata(?: corrige)?|Rettifica|Berichtigung|Berichtigt|Korrektur|"
        r"Korrigiert(?:e Fassung)?|Rettelse|Rättelse|"
        r"Rättad|Oikaisu|Korjaus|Korjattu|Correctie|Düzeltme|Sprostowanie|Korekta|Oprava|Ispravak|Ralat|Koreksi|"
        r"Исправление|Исправлено|"
        r"Уточнение|Уточнено|Поправка|Виправлено|Виправлення|Уточнення|Poprawka",
    ),
    ("refile", r"Refiled?"),
    ("repeat", r"Repeat(?:ed|ing)?|Wiederholung|Повтор"),
    (
        "update",
        r"Update(?: \d{1,2})?|Updated|(?:1st|2nd|3rd|\d{1,2}th) (?:LD|Ld|Lead)(?:[- ]Writethru)?|Roundup: Update|"
        r"Actualisation|Actualisé|"
        r"Actualizad[ao]|Actualización|Atualizad[ao]|Aggiornamento|Aggiornato|Aktualisier(?:t|ung)|Обновлено|"
        r"Обновление|Дополнено|Оновлено|"
        r"Доповнено|Güncelleme|Güncellendi|Oppdatert|Opdateret|Uppdaterad|Päivitetty|Aktualizacja",
    ),
)

# Marks of scripts without capitals: before a colon, a slash or a dash, or in brackets.
SCRIPTS: tuple[tuple[RevisionKind, str], ...] = (
    ("withdrawal", r"撤稿|撤销|取消|記事取り消し|取り消し|전문취소|기사취소|기사삭제|سحب الخبر|إلغاء خبر|إلغاء"),
    ("correction", r"更正|订正|訂正|修正|勘误|정정|تصحيح|تصويب|استدراك"),
    ("repeat", r"重发|重發|再送|재송|إعادة"),
    ("update", r"更新|差し替え|종합\d?보?|\d보|수정|تحديث|محدث|إضافة|إضافة أولى|إضافة ثانية"),
)

URGENCY: tuple[tuple[str, str, str], ...] = (
    # urgency, capitals, title case before a colon
    (
        "flash",
        r"FLASH-U|FLASH(?=\s*[:)\]]|\s+[-–—])|FLASHAMA|МОЛНИЯ|APNEWSALERT",
        r"Flash|Молния|快讯|快訊|速報|속보|긴급|عاجل جدا",
    ),
    (
        "urgent",
        r"(?:\d(?:ST|ND|RD|TH) )?URGENTE?|BULLETIN|ALERTE?(?=\s*[:)\]]|\s+[-–—])|BREAKING(?: NEWS)?|EIL(?:T|"
        r"MELDUNG)?(?=\s*[:)\]]|\s+[-–—])|DRINGEND|СРОЧНО|ТЕРМІНОВО|SON DAKİKA|"
        r"ÚLTIMA HORA|ULTIM['’]?ORA|SPOED|HASTER|PILNE",
        r"Urgente?|Bulletin|Breaking(?: [Nn]ews)?|Eilmeldung|Срочно|Терміново|Son [Dd]akika|Última hora|Urgent|突发|突發|"
        r"緊急|긴급|عاجل",
    ),
)

# Advisory lines: the whole line says what was done. Read in the first lines of the body.
ADVISORY: tuple[tuple[RevisionKind, str], ...] = (
    (
        "withdrawal",
        r"(?:the |this )?(?:above |following |earlier |previous )?(?:story|report|item|article|text|"
        r"headline)s?\b[^.\n]{0,160}?\b(?:is|are|was|were|has been|have been) "
        r"(?:withdrawn|retracted|killed|removed)\b",
    ),
    (
        "withdrawal",
        r"(?:EDITORS?[,:]? |ATTENTION EDITORS?[,:-]* )?(?:please |pls )?(?:kill|withdraw|disregard) (?:the |our |"
        r"this )?(?:story|item|report|text|dispatch)\b",
    ),
    ("withdrawal", r"STORY WITHDRAWN\b|KILL,? KILL,? KILL\b|MANDATORY KILL\b"),
    (
        "withdrawal",
        r"cette dépêche est annulée|dépêche annulée|nous annulons|esta (?:noticia|información) (?:queda|"
        r"ha sido) anulada|(?:diese|die) Meldung (?:wird|wurde|ist) "
        r"(?:hiermit )?(?:zurückgezogen|annulliert)|(?:просим|просьба) (?:аннулировать|считать)|(?:новость|сообщение|"
        r"материал) "
        r"(?:аннулирован|отозван|снят)\w*|бұл хабар жойылды|该稿撤销|请撤稿|本稿作废",
    ),
    (
        "correction",
        r"(?:(?:this|the|in)\b[^\n]{0,140}?)?\b(?:corrects|correcting|corrected to|(?:has|have) been corrected|"
        r"is corrected)\b",
    ),
    (
        "correction",
        r"(?:this is a |the following is a )?corrected (?:repeat|version|story)\b|corrige et remplace|"
        r"corrects and replaces|"
        r"Cette version corrige|CORRECTION\b[^\n]{0,80}|Corrige\b|Corrects\b|\(?Korrigiert\b|\(?Berichtigt\b|"
        r"Dieser? (?:Artikel|Text|Meldung|Fassung) (?:wurde|ist) (?:korrigiert|berichtigt)|"
        r"\(?Corrige (?:le|la|l['’]|el|título|dato)|исправлен[аоы]?\b|в (?:тексте|новости|сообщении) исправлен|"
        r"уточнен[аоы]?\b",
    ),
    (
        "refile",
        r"\(?\s*(?:this story (?:has been|was|is) )?(?:refile[ds]?|refiling)\b|\(?(?:fixes|removes|corrects) (?:typo|"
        r"typographical|spelling|extraneous|garbled|formatting|dateline|slug)",
    ),
    ("repeat", r"\(?\s*(?:repeats|repeating|repeat of|repeated)\b"),
    (
        "update",
        r"\(?\s*(?:adds|updates|updating|recasts|rewrites|writes through|writethru|new throughout|changes|expands|"
        r"leads? with|moves|trims|subs|"
        r"removes|inserts|attributes|clarifies|combines|tops)\b",
    ),
    (
        "update",
        r"N ?i ?e ?u ?w bericht, vervangt\b|Neue Fassung\b|Neufassung\b|\(?(?:Neu|Ergänzt|Aktualisiert): |"
        r"\(?(?:Actualise|Actualisé|Ajoute|Précise|Añade|Amplía|Actualiza|"
        r"Acrescenta|Atualiza|Aggiunge|Aggiorna|добавлен\w*|дополнен\w*|обновлен\w*|обновлён\w*)\b",
    ),
)

# Notes that websites put under (or over) a text, in brackets or as a paragraph of their own.
NOTES: tuple[tuple[RevisionKind, str], ...] = (
    (
        "withdrawal",
        r"this (?:story|article|report|item)(?: [^.\n]{0,60}?)? (?:has been|was|is) (?:withdrawn|retracted)",
    ),
    (
        "withdrawal",
        r"the (?:above |following |earlier )?(?:story|report|item|article) (?:headlined|slugged|titled|entitled|sent|"
        r"published)\b"
        r"[^\n]{0,200}? (?:is|has been|was) (?:withdrawn|retracted|killed)",
    ),
    (
        "correction",
        r"(?:this|an earlier|a previous) (?:\w+\.? \d{1,2} )?(?:story|article|report|version)(?: [^.\n]{0,120}?)? "
        r"(?:corrects|has been corrected|was corrected|has been amended to correct|misstated|incorrectly)",
    ),
    ("refile", r"this (?:story|article|report)(?: [^.\n]{0,60}?)? (?:has been|was) refiled"),
)
