"""Cities that stand alone in datelines, and words that begin no place.

`CITIES` are those that agencies leave without a country or state (the AP's lists at home and abroad, capitals, seats of
newsrooms) in the spellings of the languages read here. A dateline in the plainest form, `Berlin - `, is believed of them
only; forms that name a date or an agency need no list.
"""

from __future__ import annotations

import tomllib
from pathlib import Path


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


def _names(text: str) -> frozenset[str]:
    """Names parted by `|`, over lines that may be broken anywhere but within a name."""
    return frozenset(" ".join(name.split()) for name in text.replace("|\n", "|").split("|") if name.strip())


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
gaborone|gaza|gaza city|gdańsk|genève|geneva|genf|ginebra|ginevra|genoa|genova|georgetown|gibraltar|glasgow|
gothenburg|göteborg|
graz|guadalajara|guatemala city|hague|the hague|la haye|den haag|hamburg|hambourg|hanoi|hà nội|hannover|hanover|harare|havana|
la habana|la havane|havanna|helsinki|hiroshima|ho chi minh city|hong kong|hongkong|honiara|honolulu|houston|hyderabad|
indianapolis|innsbruck|islamabad|istanbul|i̇stanbul|izmir|i̇zmir|jakarta|jerusalem|jérusalem|gerusalemme|jerusalén|jeddah|
johannesburg|juba|kabul|kaboul|kabil|kampala|karachi|kathmandu|kazan|khartoum|kiel|kigali|kingston|kinshasa|kiev|kyiv|kiew|
kuala lumpur|kuwait city|kuwait|kolkata|kraków|krasnodar|la paz|lagos|lahore|las vegas|lausanne|leipzig|
libreville|lille|lilongwe|
lima|linz|lisbon|lisboa|lissabon|lisbonne|lisbona|liverpool|ljubljana|lomé|lome|london|londres|londra|londen|
los angeles|luanda|
lugano|lusaka|luxembourg|luxemburg|lyon|macau|madrid|magdeburg|mainz|malabo|malé|male|managua|manama|manchester|manila|maputo|
marseille|maseru|mbabane|melbourne|mexico city|ciudad de méxico|méxico|mexiko-stadt|miami|milan|milano|mailand|milwaukee|
minneapolis|minsk|mogadishu|monaco|monrovia|monterrey|montevideo|montreal|montréal|moroni|moscow|moskau|moscou|moscú|mosca|
moskova|moskva|moskwa|mumbai|munich|münchen|múnich|muscat|nagasaki|nairobi|naples|napoli|nassau|ndjamena|n'djamena|new delhi|
neu delhi|nueva delhi|nova delhi|new orleans|new york|nueva york|nova york|niamey|nicosia|nouakchott|nuuk|oklahoma city|osaka|
oslo|ottawa|ouagadougou|pago pago|palermo|panama city|panamá|paris|parís|parigi|parijs|paramaribo|perth|
philadelphia|phnom penh|
phoenix|podgorica|port louis|port moresby|port-au-prince|porto|porto alegre|port of spain|port vila|potsdam|prague|praha|prag|
praga|praia|pretoria|pristina|prishtina|putrajaya|pyongyang|quebec city|québec|quito|rabat|ramallah|rangoon|yangon|recife|
reykjavik|riad|riga|rīga|rio de janeiro|riyadh|rome|roma|rom|rostov-on-don|rotterdam|salt lake city|salvador|salzburg|
san antonio|san diego|san francisco|san josé|san jose|san juan|san marino|san salvador|sanaa|santiago|santiago de chile|
santo domingo|são paulo|sao paulo|sarajevo|seattle|seoul|séoul|seul|shanghai|shenzhen|simferopol|singapore|singapur|singapour|
singapura|sisak|skopje|sofia|sofija|split|st. louis|st. petersburg|saint petersburg|st. gallen|stockholm|strasbourg|straßburg|
strasburgo|estrasburgo|stuttgart|suva|sydney|taipei|tallinn|tashkent|tbilisi|tegucigalpa|teheran|tehran|téhéran|teherán|tahran|
tel aviv|tel-aviv|thimphu|thessaloniki|tirana|tiranë|tokyo|tokio|toronto|toulouse|tripoli|tunis|turin|torino|ulaanbaatar|
ulan bator|vaduz|valencia|valletta|vancouver|vatican city|città del vaticano|cité du vatican|ciudad del vaticano|vatikanstadt|
venice|venezia|victoria|vienna|wien|vienne|viena|vienne|vientiane|vilnius|vladivostok|warsaw|warschau|
warszawa|varsovie|varsovia|
washington|washington d.c.|washington dc|wellington|wiesbaden|windhoek|winnipeg|yamoussoukro|yaounde|yaoundé|yekaterinburg|
yerevan|zagreb|zurich|zürich|zurigo|
москва|санкт-петербург|киев|київ|минск|мінск|астана|алматы|алма-ата|ташкент|бишкек|душанбе|ашхабад|ереван|тбилиси|баку|кишинев|
вильнюс|рига|таллин|вашингтон|нью-йорк|лондон|париж|берлин|рим|мадрид|брюссель|женева|вена|варшава|прага|будапешт|бухарест|
софия|београд|белград|загреб|анкара|стамбул|тегеран|багдад|дамаск|бейрут|иерусалим|тель-авив|каир|триполи|тунис|доха|дубай|
пекин|шанхай|токио|сеул|пхеньян|дели|исламабад|кабул|ханой|сингапур|бангкок|джакарта|манила|канберра|гавана|каракас|бразилиа|
казань|екатеринбург|новосибирск|владивосток|ростов-на-дону|краснодар|симферополь|севастополь|донецк|луганск|сочи|калининград|
одесса|одеса|харьков|харків|львів|львов|скопје|сараево
"""

# Others that local newsrooms write without a region, by country.
_CITIES += """
|aachen|augsburg|bergisch gladbach|bielefeld|bochum|bottrop|braunschweig|bremerhaven|chemnitz|cottbus|darmstadt|duisburg|
erlangen|flensburg|freiburg|fürth|gelsenkirchen|göttingen|gütersloh|hagen|halle/saale|halle (saale)|hanau|heidelberg|heilbronn|
herne|hildesheim|ingolstadt|jena|kaiserslautern|karlsruhe|kassel|koblenz|krefeld|leverkusen|lübeck|ludwigsburg|ludwigshafen|
mannheim|moers|mönchengladbach|mülheim|münster|neuss|nürnberg|nuremberg|oberhausen|offenbach|oldenburg|osnabrück|paderborn|
pforzheim|ratingen|recklinghausen|regensburg|remscheid|reutlingen|rostock|saarbrücken|schwerin|solingen|trier|tübingen|ulm|
wolfsburg|wuppertal|würzburg|zwickau|gera|bregenz|eisenstadt|klagenfurt|st. pölten|villach|wels|aarau|chur|luzern|lucerne|
neuchâtel|schaffhausen|solothurn|winterthur|zug|fribourg|
bordeaux|brest|caen|clermont-ferrand|dijon|grenoble|le havre|le mans|limoges|metz|montpellier|mulhouse|nantes|nîmes|orléans|
perpignan|poitiers|reims|rennes|rouen|saint-étienne|toulon|tours|ajaccio|bastia|charleroi|gand|gent|ghent|liège|namur|brugge|
alicante|badajoz|burgos|cádiz|castellón|córdoba|elche|gijón|granada|huelva|jaén|las palmas|logroño|málaga|mérida|murcia|oviedo|
palma|palma de mallorca|pamplona|salamanca|san sebastián|santander|santiago de compostela|sevilla|seville|tarragona|toledo|
valladolid|vigo|vitoria|zaragoza|braga|coimbra|faro|funchal|
bergamo|bologna|bolzano|brescia|cagliari|catania|livorno|modena|padova|parma|perugia|pescara|reggio calabria|rimini|salerno|
trento|trieste|verona|vicenza|
asuncion|arequipa|barranquilla|bucaramanga|cali|cartagena|cochabamba|comodoro rivadavia|concepción|cusco|guayaquil|la plata|
mar del plata|medellín|mendoza|neuquén|rosario|salta|san pedro sula|santa cruz de la sierra|sucre|tucumán|valparaíso|maracaibo|
cancún|chihuahua|ciudad juárez|culiacán|hermosillo|morelia|oaxaca|puebla|querétaro|saltillo|tijuana|torreón|veracruz|xalapa|
aracaju|belém|belo horizonte|cuiabá|curitiba|florianópolis|fortaleza|goiânia|joão pessoa|maceió|manaus|natal|
palmas|porto velho|
rio branco|são luís|teresina|vitória|
aberdeen|bristol|cork|coventry|derby|dundee|exeter|galway|hull|leeds|leicester|newcastle|norwich|nottingham|
plymouth|portsmouth|
sheffield|southampton|sunderland|swansea|adelaide|darwin|hobart|cairns|townsville|christchurch|dunedin|hamilton|
halifax|regina|saskatoon|victoria|albany|albuquerque|anchorage|austin|baton rouge|birmingham|boise|buffalo|charlotte|columbus|
fort worth|fresno|jacksonville|kansas city|louisville|memphis|nashville|oakland|omaha|orlando|portland|raleigh|richmond|
sacramento|st. paul|tampa|tucson|tulsa|washington, d.c.|united nations|
ahmedabad|amritsar|bhopal|bhubaneswar|chandigarh|coimbatore|dehradun|gurugram|guwahati|indore|jaipur|jammu|
kanpur|kochi|lucknow|
ludhiana|mangaluru|mysuru|nagpur|noida|patna|pune|raipur|ranchi|shimla|srinagar|surat|thiruvananthapuram|varanasi|vijayawada|
visakhapatnam|rawalpindi|peshawar|quetta|multan|faisalabad|chattogram|chittagong|sylhet|rajshahi|khulna|kandy|pokhara|
bandung|denpasar|makassar|medan|palembang|semarang|surabaya|yogyakarta|johor bahru|kota kinabalu|kuching|george town|ipoh|
melaka|shah alam|cebu|davao|quezon city|chiang mai|da nang|haiphong|mandalay|naypyidaw|vientiane|
fukuoka|kobe|kyoto|nagoya|okinawa|sapporo|sendai|yokohama|busan|daegu|incheon|guangzhou|shenyang|tianjin|chongqing|chengdu|
wuhan|nanjing|hangzhou|xi'an|urumqi|lhasa|kaohsiung|
adana|antalya|bursa|diyarbakır|erzurum|eskişehir|gaziantep|kayseri|konya|malatya|mersin|samsun|şanlıurfa|trabzon|van|
isfahan|mashhad|shiraz|tabriz|qom|aleppo|homs|basra|mosul|aden|hodeidah|taiz|dammam|mecca|medina|sharjah|benghazi|oran|
constantine|fez|marrakech|marrakesh|tangier|alexandria|port said|bethlehem|hebron|nablus|jenin|haifa|beersheba|
arusha|bulawayo|dar-es-salaam|douala|durban|bloemfontein|gqeberha|kano|kaduna|port harcourt|enugu|ibadan|kisumu|mombasa|
lubumbashi|goma|mwanza|zanzibar|
brno|ostrava|plzeň|košice|białystok|bydgoszcz|katowice|lublin|łódź|poznań|rzeszów|szczecin|toruń|wrocław|cluj|cluj-napoca|
iași|timișoara|constanța|plovdiv|varna|burgas|novi sad|niš|banja luka|mostar|osijek|rijeka|zadar|maribor|debrecen|szeged|pécs|
odesa|odessa|kharkiv|lviv|dnipro|zaporizhzhia|mariupol|kherson|mykolaiv|gomel|brest|tartu|kaunas|klaipėda|
aarhus|odense|aalborg|
bergen|trondheim|stavanger|tromsø|malmö|uppsala|linköping|tampere|turku|oulu|espoo|groningen|eindhoven|utrecht|nijmegen|
αθήνα|αθηνα|θεσσαλονίκη|θεσσαλονικη|λευκωσία|πάτρα|
гомель|витебск|гродно|брест|волгоград|воронеж|екатеринбург|иркутск|красноярск|мурманск|нижний новгород|омск|
пермь|самара|саратов|
ставрополь|тюмень|уфа|хабаровск|челябинск|грозный|махачкала|якутск|томск|кемерово|барнаул|белгород|брянск|курск|тула|тверь|
дніпро|запоріжжя|херсон|миколаїв|полтава|чернігів|суми|варна|пловдив|бургас|нови сад|ниш|караганда|шымкент|
القاهرة|الرياض|بيروت|دمشق|بغداد|عمان|عمّان|الدوحة|دبي|أبوظبي|أبو ظبي|المنامة|الكويت|مسقط|صنعاء|عدن|طرابلس|تونس|الجزائر|الرباط|
الخرطوم|غزة|رام الله|القدس|القدس المحتلة|نواكشوط|جدة|مكة|حلب|أربيل|البصرة|الموصل|واشنطن|نيويورك|لندن|باريس|برلين|موسكو|أنقرة|
إسطنبول|طهران|بكين|جنيف|بروكسل|روما|مدريد|فيينا|طوكيو|نيودلهي|الدار البيضاء|الإسكندرية|بنغازي|الشارقة|كييف|تل أبيب|
تهران|مشهد|اصفهان|شیراز|تبریز|قم|اهواز|کرمان|رشت|کابل|هرات|دوشنبه|
اسلام آباد|کراچی|لاہور|پشاور|کوئٹہ|راولپنڈی|ملتان|فیصل آباد|مظفرآباد|نئی دہلی|
ירושלים|תל אביב|תל-אביב|חיפה|באר שבע|ושינגטון|וושינגטון|ניו יורק|לונדון|פריז|ברלין|מוסקבה|
नई दिल्ली|नयी दिल्ली|दिल्ली|मुंबई|कोलकाता|चेन्नई|लखनऊ|पटना|भोपाल|जयपुर|रांची|चंडीगढ़|अहमदाबाद|हैदराबाद|
बेंगलुरु|श्रीनगर|देहरादून|
रायपुर|वाराणसी|कानपुर|इंदौर|पुणे|शिमला|जम्मू|गुवाहाटी|काठमांडू|वाशिंगटन|ঢাকা|চট্টগ্রাম|সিলেট|রাজশাহী|খুলনা|
কলকাতা|กรุงเทพฯ|กรุงเทพ|
թբիլիսի|երևան|თბილისი|ბათუმი|
"""

CITIES: frozenset[str] = _names(_CITIES)

# Cities whose names are words, people or clubs too: without a date, an agency or capitals they prove nothing.
AMBIGUOUS: frozenset[str] = _names(
    """
    essen|split|male|victoria|salvador|florence|georgetown|tours|cali|hagen|halle|natal|palmas|derby|hull|darwin|hamilton|
    regina|austin|charlotte|columbus|richmond|kingston|van|palma|mendoza|rosario|salta|vitoria|concordia|zug|wels|roma|lima|
    orlando|gera|tula|constantine|самара|тула|ниш|суми|брест|قم|رشت|عدن|جدة
    """
)

# What stands after a comma or in brackets behind a town: states and provinces as wires shorten them, and countries.
REGIONS: frozenset[str] = _names(
    """
    ala.|alaska|ariz.|ark.|calif.|colo.|conn.|del.|fla.|ga.|hawaii|idaho|ill.|ind.|iowa|kan.|kans.|ky.|la.|maine|md.|mass.|
    mich.|minn.|miss.|mo.|mont.|neb.|nebr.|nev.|n.h.|n.j.|n.m.|n.y.|n.c.|n.d.|ohio|okla.|ore.|pa.|r.i.|s.c.|s.d.|tenn.|
    texas|tex.|utah|vt.|va.|wash.|w.va.|wis.|wyo.|d.c.|ny|nj|ca|tx|fl|ma|il|pa|nc|ont.|b.c.|alta.|sask.|man.|que.|n.s.|n.b.|
    nsw|n.s.w.|alabama|arizona|arkansas|california|colorado|connecticut|delaware|florida|georgia|illinois|indiana|kansas|
    kentucky|louisiana|maryland|massachusetts|michigan|minnesota|mississippi|missouri|montana|nebraska|nevada|new hampshire|
    new jersey|new mexico|new york|north carolina|north dakota|oklahoma|oregon|pennsylvania|rhode island|south carolina|
    south dakota|tennessee|vermont|virginia|washington|west virginia|wisconsin|wyoming|ontario|alberta|british columbia|
    manitoba|quebec|nova scotia|united arab emirates|germany|france|italy|spain|russia|ukraine|england|scotland|wales|
    ireland|northern ireland|austria|switzerland|poland|greece|turkey|iran|iraq|syria|lebanon|israel|egypt|india|pakistan|
    china|japan|south korea|north korea|vietnam|thailand|indonesia|philippines|malaysia|australia|new zealand|canada|mexico|
    brazil|argentina|chile|colombia|peru|venezuela|kenya|nigeria|ethiopia|south africa|sudan|somalia|congo|ghana|libya|
    tunisia|morocco|algeria|uk|usa|us|u.s.|u.k.|deutschland|frankreich|italien|spanien|russland|österreich|schweiz|polen|
    türkei|ungarn|griechenland|großbritannien|allemagne|espagne|italie|royaume-uni|suisse|belgique|états-unis|españa|
    francia|italia|alemania|honduras|guatemala|nicaragua|costa rica|bolivia|paraguay|uruguay|ecuador|panamá|cuba|россия|
    украина|беларусь|германия|франция
    """
)

# Where these begin a line, what follows is a sentence or a label, not a place.
NO_PLACE: frozenset[str] = _words(
    """
    a an the this that these those it he she we you they i in on at by for from of as if when while with after before since
    until during through til till here there what why how who where all my our your his her its their and but or not no yes
    so both each every last next today yesterday tomorrow now update updated breaking exclusive opinion analysis factbox
    explainer video watch photos photo gallery live listen read correction corrected editor's editors editor note notes
    by-line story review preview interview spoiler warning disclaimer advertisement sponsored related more news sport sports
    politics business economy culture world health science technology tech travel lifestyle entertainment migration
    education environment weather crime society religion markets politik wirtschaft kultur wissen gesellschaft panorama
    meinung kommentar anzeige werbung eilmeldung politique économie société monde santé política economía deportes cultura
    opinión mundo sociedad politica economia cronaca esteri esporte opinião новости политика спорт экономика культура
    общество срочно обновлено summary overview background abstract introduction conclusion results methods objective flash
    bulletin urgent alert advisory question answer q q: a: mr mrs ms dr prof sen rep gov president minister der die das ein
    eine einer eines im am vom zum zur beim mit nach vor von seit bei auf für aus über unter wie was wer wo warum wenn es er
    sie wir ich ihr nicht auch noch nur und oder aber diese dieser dieses le la les l' un une des du au aux dans sur sous
    pour par avec sans ce cette ces il elle nous vous ils elles et ou mais el los las una unos unas en de del al con sin por
    para según este esta estos estas y o pero lo gli uno nel nella nei sul sulla per dal dalla che chi come quando dopo e ma
    os um uma na nos nas em do da dos ao à pelo pela com sem het een op bij van voor met naar door deze dit в во на по с со
    к ко у о об от до из за под при для как что это он она они мы вы я не и или но а так уже также после з від як що це він
    вона вони bir bu şu ve ile için
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

COUNTRIES: frozenset[str] = _names(
    tomllib.loads(Path(__file__).with_name("countries.toml").read_text(encoding="utf-8"))["names"]
)

# Parties: behind a name, in brackets, they say whose side somebody is on (`Berlin (SPD)`), in no dateline.
PARTIES: frozenset[str] = _words(
    """
    cdu spd csu fdp afd bsw linke grüne öbp övp spö fpö neos svp glp evp psoe pp podemos sumar erc vox lr rn ps lfi pcf
    modem pd fdi m5s lega psd cds pcp pvv vvd d66 bbb cda pvda n-va mr pis po ko sld ano ods kdu-čsl smer sns psl
    chp mhp hdp dem iyi bjp tmc dmk cpi cpm ppp pml-n mqm eff da ldp dpp kmt snp dup sdlp labour
    d r gop lib lab con ndp bq alp единая кпрф лдпр
    """
)
