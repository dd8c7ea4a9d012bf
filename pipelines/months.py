"""Names of months as datelines write them: full, genitive and short forms, lower case, without the full stop.

A name may mean two months in two languages (`listopada` is November in Polish, October in Croatian); `month_of` then
gives both, and the language or the day of publication decides.
"""

from __future__ import annotations

# One row a language: twelve months parted by `|`, the spellings of one month by blanks; `_` stands for a blank inside a name.
_NAMES: dict[str, str] = {
    "en": "january jan|february feb febr|march mar|april apr|may|june jun|july jul|august aug|september sept sep|"
    "october oct|november nov|december dec",
    "ru": "января янв|февраля фев февр|марта мар|апреля апр|мая май|июня июн|июля июл|августа авг|сентября сен сент|"
    "октября окт|ноября ноя нояб|декабря дек",
    "uk": "січня січ|лютого лют|березня бер|квітня квіт|травня трав|червня черв|липня лип|серпня серп|вересня вер|"
    "жовтня жовт|листопада лист|грудня груд",
    "be": "студзеня|лютага|сакавіка|красавіка|мая|чэрвеня|ліпеня|жніўня|верасня|кастрычніка|лістапада|снежня",
    "bg": "януари|февруари|март|април|май|юни|юли|август|септември|октомври|ноември|декември",
    "sr": "јануара|фебруара|марта|априла|маја|јуна|јула|августа|септембра|октобра|новембра|децембра",
    "mk": "јануари|февруари|март|април|мај|јуни|јули|август|септември|октомври|ноември|декември",
    "kk": "қаңтар|ақпан|наурыз|сәуір|мамыр|маусым|шілде|тамыз|қыркүйек|қазан|қараша|желтоқсан",
    "fr": "janvier janv jan|février fevrier févr fevr fév fev|mars|avril avr|mai|juin|juillet juil|août aout|"
    "septembre sept|octobre oct|novembre nov|décembre decembre déc dec",
    "es": "enero ene|febrero feb|marzo mar|abril abr|mayo may|junio jun|julio jul|agosto ago|septiembre setiembre sep sept|"
    "octubre oct|noviembre nov|diciembre dic",
    "ca": "gener gen|febrer febr|març|abril abr|maig|juny|juliol jul|agost ag|setembre set|octubre oct|novembre nov|"
    "desembre des",
    "pt": "janeiro jan|fevereiro fev|março marco mar|abril abr|maio mai|junho jun|julho jul|agosto ago|setembro set|"
    "outubro out|novembro nov|dezembro dez",
    "it": "gennaio gen|febbraio feb|marzo mar|aprile apr|maggio mag|giugno giu|luglio lug|agosto ago|settembre set sett|"
    "ottobre ott|novembre nov|dicembre dic",
    "ro": "ianuarie ian|februarie feb|martie|aprilie|mai|iunie iun|iulie iul|august|septembrie|octombrie|noiembrie nov|"
    "decembrie",
    "de": "januar jänner jan|februar feber feb|märz mrz|april apr|mai|juni|juli|august aug|september sept|oktober okt|"
    "november nov|dezember dez",
    "nl": "januari jan|februari feb|maart mrt|april apr|mei|juni jun|juli jul|augustus aug|september sep|oktober okt|"
    "november nov|december dec",
    "sv": "januari jan|februari feb|mars|april|maj|juni|juli|augusti aug|september sep|oktober okt|november nov|december dec",
    "da": "januar jan|februar feb|marts mar|april apr|maj|juni jun|juli jul|august aug|september sep|oktober okt|november nov|"
    "december dec",
    "no": "januar jan|februar feb|mars|april apr|mai|juni|juli|august aug|september sept|oktober okt|november nov|desember des",
    "fi": "tammikuuta|helmikuuta|maaliskuuta|huhtikuuta|toukokuuta|kesäkuuta|heinäkuuta|elokuuta|syyskuuta|lokakuuta|"
    "marraskuuta|joulukuuta",
    "et": "jaanuar jaanuaril|veebruar|märts|aprill|mai|juuni|juuli|august|september|oktoober|november|detsember",
    "lv": "janvāris janvārī janv|februāris februārī febr|marts martā|aprīlis aprīlī apr|maijs maijā|jūnijs jūnijā jūn|"
    "jūlijs jūlijā jūl|augusts augustā aug|septembris septembrī sept|oktobris oktobrī okt|novembris novembrī nov|"
    "decembris decembrī dec",
    "lt": "sausio|vasario|kovo|balandžio|gegužės|birželio|liepos|rugpjūčio|rugsėjo|spalio|lapkričio|gruodžio",
    "pl": "stycznia|lutego|marca|kwietnia|maja|czerwca|lipca|sierpnia|września|października|listopada|grudnia",
    "cs": "ledna|února|března|dubna|května|června|července|srpna|září|října|listopadu|prosince",
    "sk": "januára|februára|marca|apríla|mája|júna|júla|augusta|septembra|októbra|novembra|decembra",
    "sl": "januarja|februarja|marca|aprila|maja|junija|julija|avgusta|septembra|oktobra|novembra|decembra",
    "hr": "siječnja|veljače|ožujka|travnja|svibnja|lipnja|srpnja|kolovoza|rujna|listopada|studenoga studenog|prosinca",
    "bs": "januara|februara|marta|aprila|maja|juna|jula|augusta avgusta|septembra|oktobra|novembra|decembra",
    "hu": "január jan|február febr|március márc|április ápr|május máj|június jún|július júl|augusztus aug|szeptember szept|"
    "október okt|november nov|december dec",
    "sq": "janar|shkurt|mars|prill|maj|qershor|korrik|gusht|shtator|tetor|nëntor|dhjetor",
    "el": "ιανουαρίου|φεβρουαρίου|μαρτίου|απριλίου|μαΐου μαϊου|ιουνίου|ιουλίου|αυγούστου|σεπτεμβρίου|οκτωβρίου|νοεμβρίου|"
    "δεκεμβρίου",
    "tr": "ocak|şubat|mart|nisan|mayıs|haziran|temmuz|ağustos|eylül|ekim|kasım|aralık",
    "az": "yanvar|fevral|mart|aprel|may|iyun|iyul|avqust|sentyabr|oktyabr|noyabr|dekabr",
    "id": "januari jan|februari feb|maret mar|april apr|mei|juni jun|juli jul|agustus agu ags|september sep sept|oktober okt|"
    "november nov|desember des",
    "ms": "januari jan|februari feb|mac|april apr|mei|jun|julai|ogos|september sept|oktober okt|november nov|disember dis",
    "ar": "يناير كانون_الثاني جانفي|فبراير شباط فيفري|مارس آذار|أبريل ابريل إبريل نيسان أفريل|مايو أيار ماي|يونيو حزيران جوان|"
    "يوليو تموز جويلية|أغسطس اغسطس آب أوت|سبتمبر أيلول|أكتوبر اكتوبر تشرين_الأول|نوفمبر تشرين_الثاني|ديسمبر كانون_الأول",
    "fa": "ژانویه|فوریه|مارس|آوریل آپریل|مه می|ژوئن|ژوئیه جولای|اوت آگوست|سپتامبر|اکتبر|نوامبر|دسامبر",
    "ur": "جنوری|فروری|مارچ|اپریل|مئی|جون|جولائی|اگست|ستمبر|اکتوبر|نومبر|دسمبر",
    "he": "ינואר בינואר|פברואר בפברואר|מרץ במרץ מרס במרס|אפריל באפריל|מאי במאי|יוני ביוני|יולי ביולי|אוגוסט באוגוסט|"
    "ספטמבר בספטמבר|אוקטובר באוקטובר|נובמבר בנובמבר|דצמבר בדצמבר",
    "hi": "जनवरी|फरवरी फ़रवरी|मार्च|अप्रैल|मई|जून|जुलाई|अगस्त|सितंबर सितम्बर|अक्टूबर अक्तूबर|नवंबर नवम्बर|दिसंबर दिसम्बर",
    "mr": "जानेवारी|फेब्रुवारी|मार्च|एप्रिल|मे|जून|जुलै|ऑगस्ट|सप्टेंबर|ऑक्टोबर|नोव्हेंबर|डिसेंबर",
    "ne": "जनवरी|फेब्रुअरी|मार्च|अप्रिल|मे|जुन|जुलाई|अगस्ट|सेप्टेम्बर|अक्टोबर|नोभेम्बर|डिसेम्बर",
    "bn": "জানুয়ারি জানুয়ারী|ফেব্রুয়ারি ফেব্রুয়ারী|মার্চ|এপ্রিল|মে|জুন|জুলাই|আগস্ট|সেপ্টেম্বর|অক্টোবর|নভেম্বর|ডিসেম্বর",
    "ta": "ஜனவரி|பிப்ரவரி|மார்ச்|ஏப்ரல்|மே|ஜூன்|ஜூலை|ஆகஸ்ட்|செப்டம்பர்|அக்டோபர்|நவம்பர்|டிசம்பர்",
    "te": "జనవరి|ఫిబ్రవరి|మార్చి|ఏప్రిల్|మే|జూన్|జులై|ఆగస్టు|సెప్టెంబర్|అక్టోబర్|నవంబర్|డిసెంబర్",
    "th": "มกราคม ม.ค|กุมภาพันธ์ ก.พ|มีนาคม มี.ค|เมษายน เม.ย|พฤษภาคม พ.ค|มิถุนายน มิ.ย|กรกฎาคม ก.ค|สิงหาคม ส.ค|กันยายน ก.ย|"
    "ตุลาคม ต.ค|พฤศจิกายน พ.ย|ธันวาคม ธ.ค",
    "hy": "հունվարի|փետրվարի|մարտի|ապրիլի|մայիսի|հունիսի|հուլիսի|օգոստոսի|սեպտեմբերի|հոկտեմբերի|նոյեմբերի|դեկտեմբերի",
    "ka": "იანვარი|თებერვალი|მარტი|აპრილი|მაისი|ივნისი|ივლისი|აგვისტო|სექტემბერი|ოქტომბერი|ნოემბერი|დეკემბერი",
    "uz": "yanvar|fevral|mart|aprel|may|iyun|iyul|avgust|sentabr|oktabr|noyabr|dekabr",
    "ky": "январь|февраль|март|апрель|май|июнь|июль|август|сентябрь|октябрь|ноябрь|декабрь",
    "mn": "нэгдүгээр_сар|хоёрдугаар_сар|гуравдугаар_сар|дөрөвдүгээр_сар|тавдугаар_сар|зургадугаар_сар|долдугаар_сар|"
    "наймдугаар_сар|есдүгээр_сар|аравдугаар_сар|арван_нэгдүгээр_сар|арван_хоёрдугаар_сар",
}

# The solar calendar of Iran and Afghanistan: its months begin between the 20th and the 23rd of ours, from March on.
_SOLAR = (
    "فروردین حمل|اردیبهشت ثور|خرداد جوزا|تیر سرطان|مرداد اسد امرداد|شهریور سنبله|"
    "مهر میزان|آبان عقرب|آذر قوس|دی جدی|بهمن دلو|اسفند حوت"
)


_GREEK = str.maketrans("άέήίόύώϊΐς", "αεηιουωιισ")


def _key(name: str) -> str:
    """Lower case, with the Turkish dotted and dotless i as one letter (`KASIM`, `EKİM` in capitals), without the accents
    that capitals leave out in Greek."""
    key = name.strip(" .\u00a0").replace("İ", "i").lower().replace("ı", "i")
    return key.translate(_GREEK) if "α" <= key[:1] <= "ώ" else key


MONTHS_BY_LANGUAGE: dict[str, dict[str, int]] = {
    language: {
        _key(name.replace("_", " ")): number for number, names in enumerate(row.split("|"), 1) for name in names.split()
    }
    for language, row in _NAMES.items()
    if row
}


SOLAR: dict[str, int] = {name: number for number, names in enumerate(_SOLAR.split("|"), 1) for name in names.split()}


def _all_names() -> dict[str, tuple[int, ...]]:
    found: dict[str, set[int]] = {}
    for names in MONTHS_BY_LANGUAGE.values():
        for name, number in names.items():
            found.setdefault(name, set()).add(number)
    return {name: tuple(sorted(numbers)) for name, numbers in found.items()}


_ALL = _all_names()


def month_of(name: str, language: str | None = None) -> tuple[int, ...]:
    """The months (1 to 12) that `name` may mean, empty where it is no month. `language`: ISO 639-1, decides first."""
    key = _key(name)
    if language:
        own = MONTHS_BY_LANGUAGE.get(language.split("-")[0].lower(), {}).get(key)
        if own:
            return (own,)
    return _ALL.get(key, ())
