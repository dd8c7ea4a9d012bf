"""Cities that stand alone in datelines, and words that begin no place.

`CITIES` are those that agencies leave without a country or state (the AP's lists at home and abroad, capitals, seats of
newsrooms) in the spellings of the languages read here. A dateline in the plainest form, `Berlin - `, is believed of them
only; forms that name a date or an agency need no list.
"""

from __future__ import annotations


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_CITIES = """
abidjan|abu dhabi|abuja|accra|addis ababa|aden|algiers|alger|almaty|amman|amsterdam|ankara|antananarivo|antwerp|antwerpen|
ashgabat|asmara|astana|asunción|athens|athen|athènes|atenas|atene|atlanta|auckland|baghdad|bagdad|baku|bakı|baltimore|bamako|
bandar seri begawan|bangalore|bengaluru|bangkok|bangui|banjul|barcelona|barcelone|basel|basle|bâle|beijing|pekin|pékin|peking|
pequim|pechino|beirut|beyrouth|beograd|belgrade|belgrad|belfast|berlin|berlino|berlín|berlim|bern|berne|bilbao|birmingham|
bishkek|bissau|bogotá|bogota|bonn|boston|brasilia|brasília|bratislava|brazzaville|bremen|brisbane|brussels|brüssel|bruxelles|
bruselas|bruxelas|brussel|bucharest|bukarest|bucarest|bucureşti|bucurești|budapest|buenos aires|bujumbura|cairo|le caire|kairo|
el cairo|il cairo|calgary|canberra|cape town|caracas|cardiff|casablanca|chennai|chicago|chisinau|chișinău|cincinnati|cleveland|
colombo|cologne|köln|conakry|copenhagen|kopenhagen|københavn|copenhague|cotonou|dakar|dallas|damascus|damaskus|damas|damasco|
dar es salaam|davos|delhi|denver|detroit|dhaka|dili|djibouti|dodoma|doha|donetsk|dortmund|dresden|dubai|dublin|
dushanbe|düsseldorf|edinburgh|edmonton|erbil|erfurt|essen|florence|firenze|frankfurt|frankfurt/main|frankfurt am main|freetown|
gaborone|gaza|gaza city|gdańsk|genève|geneva|genf|ginebra|ginevra|genoa|genova|georgetown|gibraltar|glasgow|gothenburg|göteborg|
graz|guadalajara|guatemala city|hague|the hague|la haye|den haag|hamburg|hambourg|hanoi|hà nội|hannover|hanover|harare|havana|
la habana|la havane|havanna|helsinki|hiroshima|ho chi minh city|hong kong|hongkong|honiara|honolulu|houston|hyderabad|
indianapolis|innsbruck|islamabad|istanbul|i̇stanbul|izmir|i̇zmir|jakarta|jerusalem|jérusalem|gerusalemme|jerusalén|jeddah|
johannesburg|juba|kabul|kaboul|kabil|kampala|karachi|kathmandu|kazan|khartoum|kiel|kigali|kingston|kinshasa|kiev|kyiv|kiew|
kuala lumpur|kuwait city|kuwait|kolkata|kraków|krasnodar|la paz|lagos|lahore|las vegas|lausanne|leipzig|
libreville|lille|lilongwe|
lima|linz|lisbon|lisboa|lissabon|lisbonne|lisbona|liverpool|ljubljana|lomé|lome|london|londres|londra|londen|los angeles|luanda|
lugano|lusaka|luxembourg|luxemburg|lyon|macau|madrid|magdeburg|mainz|malabo|malé|male|managua|manama|manchester|manila|maputo|
marseille|maseru|mbabane|melbourne|mexico city|ciudad de méxico|méxico|mexiko-stadt|miami|milan|milano|mailand|milwaukee|
minneapolis|minsk|mogadishu|monaco|monrovia|monterrey|montevideo|montreal|montréal|moroni|moscow|moskau|moscou|moscú|mosca|
moskova|moskva|moskwa|mumbai|munich|münchen|múnich|muscat|nagasaki|nairobi|naples|napoli|nassau|ndjamena|n'djamena|new delhi|
neu delhi|nueva delhi|nova delhi|new orleans|new york|nueva york|nova york|niamey|nicosia|nouakchott|nuuk|oklahoma city|osaka|
oslo|ottawa|ouagadougou|pago pago|palermo|panama city|panamá|paris|parís|parigi|parijs|paramaribo|perth|philadelphia|phnom penh|
phoenix|podgorica|port louis|port moresby|port-au-prince|porto|porto alegre|port of spain|port vila|potsdam|prague|praha|prag|
praga|praia|pretoria|pristina|prishtina|putrajaya|pyongyang|quebec city|québec|quito|rabat|ramallah|rangoon|yangon|recife|
reykjavik|riad|riga|rīga|rio de janeiro|riyadh|rome|roma|rom|rostov-on-don|rotterdam|salt lake city|salvador|salzburg|
san antonio|san diego|san francisco|san josé|san jose|san juan|san marino|san salvador|sanaa|santiago|santiago de chile|
santo domingo|são paulo|sao paulo|sarajevo|seattle|seoul|séoul|seul|shanghai|shenzhen|simferopol|singapore|singapur|singapour|
singapura|sisak|skopje|sofia|sofija|split|st. louis|st. petersburg|saint petersburg|st. gallen|stockholm|strasbourg|straßburg|
strasburgo|estrasburgo|stuttgart|suva|sydney|taipei|tallinn|tashkent|tbilisi|tegucigalpa|teheran|tehran|téhéran|teherán|tahran|
tel aviv|tel-aviv|thimphu|thessaloniki|tirana|tiranë|tokyo|tokio|toronto|toulouse|tripoli|tunis|turin|torino|ulaanbaatar|
ulan bator|vaduz|valencia|valletta|vancouver|vatican city|città del vaticano|cité du vatican|ciudad del vaticano|vatikanstadt|
venice|venezia|victoria|vienna|wien|vienne|viena|vienne|vientiane|vilnius|vladivostok|warsaw|warschau|warszawa|varsovie|varsovia|
washington|washington d.c.|washington dc|wellington|wiesbaden|windhoek|winnipeg|yamoussoukro|yaounde|yaoundé|yekaterinburg|
yerevan|zagreb|zurich|zürich|zurigo|
москва|санкт-петербург|киев|київ|минск|мінск|астана|алматы|алма-ата|ташкент|бишкек|душанбе|ашхабад|ереван|тбилиси|баку|кишинев|
вильнюс|рига|таллин|вашингтон|нью-йорк|лондон|париж|берлин|рим|мадрид|брюссель|женева|вена|варшава|прага|будапешт|бухарест|
софия|београд|белград|загреб|анкара|стамбул|тегеран|багдад|дамаск|бейрут|иерусалим|тель-авив|каир|триполи|тунис|доха|дубай|
пекин|шанхай|токио|сеул|пхеньян|дели|исламабад|кабул|ханой|сингапур|бангкок|джакарта|манила|канберра|гавана|каракас|бразилиа|
казань|екатеринбург|новосибирск|владивосток|ростов-на-дону|краснодар|симферополь|севастополь|донецк|луганск|сочи|калининград|
одесса|одеса|харьков|харків|львів|львов|скопје|сараево
"""

CITIES: frozenset[str] = frozenset(city.strip() for city in _CITIES.replace("\n", "").split("|") if city.strip())

# Where these begin a line, what follows is a sentence or a label, not a place.
NO_PLACE: frozenset[str] = _words(
    """
    a an the this that these those it he she we you they i in on at by for from of as if when while with after before since
    until during here there what why how who where all my our your his her its their and but or not no yes so both each
    every last next today yesterday tomorrow now
    update updated breaking exclusive opinion analysis factbox explainer video watch photos photo gallery live listen read
    correction corrected editor's editors editor note notes by-line story review preview interview spoiler warning
    disclaimer advertisement sponsored related more news flash bulletin urgent alert advisory question answer q q: a: mr mrs
    ms dr prof sen rep gov president minister
    der die das ein eine einer eines im am vom zum zur beim mit nach vor von seit bei auf für aus über unter wie was wer wo
    warum wenn es er sie wir ich ihr nicht auch noch nur so und oder aber diese dieser dieses
    le la les l' un une des du au aux dans sur sous pour par avec sans ce cette ces il elle nous vous ils elles on et ou mais
    el los las una unos unas en de del al con sin por para según este esta estos estas y o pero
    il lo gli uno nel nella nei sul sulla per con dal dalla che chi come quando dopo e ma dalla
    o os as um uma no na nos nas em do da dos das ao à pelo pela com sem
    het een de op bij van voor met naar door deze dit
    в во на по с со к ко у о об от до из за под при для как что это он она они мы вы я не и или но а так уже также после
    у на по з до за від як що це він вона вони
    bir bu şu ve ile için
    """
)
# Words of two senses: an article, or the beginning of a city's name.
BEGIN_CITY: frozenset[str] = _words(
    """
    la le el los las the o al na den il porto de san santa st são on aboard im am bei near off in l' un
    """
)

PARTICLES: frozenset[str] = _words(
    """
    de la le les du des del della di da do dos das of the and et y e und i en sur sous an am im ob der bei near upon
    by el al los las van von d' l' on na pod nad над на и og och ja f a
    """
)

WEEKDAYS: frozenset[str] = _words(
    """
    monday tuesday wednesday thursday friday saturday sunday montag dienstag mittwoch donnerstag freitag samstag
    sonntag lundi mardi mercredi jeudi vendredi samedi dimanche lunes martes miércoles jueves viernes sábado domingo
    lunedì martedì mercoledì giovedì venerdì sabato domenica segunda terça quarta quinta sexta maandag dinsdag
    woensdag donderdag vrijdag zaterdag zondag hétfő kedd szerda csütörtök péntek szombat vasárnap понедельник
    вторник среда четверг пятница суббота воскресенье
    """
)

# What may stand in brackets after a name without being an agency.
NO_AGENCY: frozenset[str] = _words(
    """
    uk us usa u.s. u.k. eu un uae gb d f i de fr it es ru ua pl uno onu nato who fifa uefa imf ecb ddr brd cdu spd
    csu fdp afd dem rep ny ca tx fl dc wa ma pa oh il nj ga nc va germany france italy spain russia ukraine england
    scotland wales ireland deutschland schweiz österreich frankreich italien spanien updated update corrected video
    photo photos live exclusive advertisement sponsored lead urgent gr be zh ag sg lu tg vd vs ge ti
    """
)
