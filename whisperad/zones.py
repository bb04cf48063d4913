"""Places -> time-zone names: well-known cities, countries and states, then the zones' own.

A place that stands for no one zone ("australia") gets that of most of its people.
"""

import zoneinfo
from collections.abc import Mapping
from functools import cache

from whisperad.names import key, nearest

_PLACES: Mapping[str, str] = {
    "Etc/UTC": "utc,gmt,greenwich,zulu,coordinated universal time,universal time",
    "Europe/London": "uk,united kingdom,great britain,britain,england,scotland,wales,"
    "northern ireland,edinburgh,glasgow,aberdeen,inverness,cardiff,swansea,manchester,"
    "liverpool,leeds,sheffield,birmingham,bristol,newcastle,newcastle upon tyne,"
    "nottingham,leicester,york,oxford,cambridge,brighton,bath,exeter,plymouth,"
    "southampton,norwich,reading,cornwall,stratford upon avon",
    "Europe/Belfast": "belfast",
    "Europe/Dublin": "ireland,cork,galway",
    "Europe/Lisbon": "portugal,porto",
    "Atlantic/Reykjavik": "iceland",
    "Atlantic/Canary": "tenerife,canary islands,gran canaria",
    "Europe/Madrid": "spain,barcelona,seville,valencia,malaga,granada,bilbao,zaragoza,"
    "palma,ibiza,mallorca,andalusia,catalonia",
    "Europe/Paris": "france,lyon,marseille,bordeaux,toulouse,nice,nantes,lille,"
    "strasbourg,rennes,montpellier,cannes",
    "Europe/Brussels": "belgium,antwerp,ghent,bruges",
    "Europe/Amsterdam": "netherlands,holland,rotterdam,utrecht,eindhoven,the hague",
    "Europe/Luxembourg": "luxembourg",
    "Europe/Berlin": "germany,munich,hamburg,cologne,frankfurt,frankfurt am main,"
    "stuttgart,dusseldorf,leipzig,dresden,nuremberg,hanover,bremen,freiburg,bavaria,"
    "central europe,cet,central european time,europe",
    "Europe/Zurich": "switzerland,geneva,basel,bern,lausanne,lucerne",
    "Europe/Vienna": "austria,salzburg,graz,innsbruck,linz",
    "Europe/Rome": "italy,milan,naples,turin,florence,venice,bologna,palermo,genoa,verona,"
    "pisa,tuscany,sicily,sardinia",
    "Europe/Malta": "malta,valletta",
    "Europe/Copenhagen": "denmark,aarhus",
    "Europe/Stockholm": "sweden,gothenburg,malmo",
    "Europe/Oslo": "norway,bergen,trondheim,tromso",
    "Europe/Helsinki": "finland,turku,tampere",
    "Europe/Tallinn": "estonia",
    "Europe/Riga": "latvia",
    "Europe/Vilnius": "lithuania",
    "Europe/Warsaw": "poland,krakow,gdansk,wroclaw,poznan",
    "Europe/Prague": "czech republic,czechia,brno",
    "Europe/Bratislava": "slovakia",
    "Europe/Budapest": "hungary",
    "Europe/Bucharest": "romania,cluj",
    "Europe/Sofia": "bulgaria",
    "Europe/Belgrade": "serbia",
    "Europe/Zagreb": "croatia,split,dubrovnik",
    "Europe/Ljubljana": "slovenia",
    "Europe/Sarajevo": "bosnia",
    "Europe/Skopje": "north macedonia,macedonia",
    "Europe/Tirane": "albania,tirana",
    "Europe/Athens": "greece,thessaloniki,crete,santorini",
    "Asia/Nicosia": "cyprus",
    "Europe/Istanbul": "turkey,ankara,izmir,antalya",
    "Europe/Kyiv": "ukraine,lviv,odesa,odessa,kiev",
    "Europe/Minsk": "belarus",
    "Europe/Moscow": "russia,saint petersburg,st petersburg",
    "Asia/Vladivostok": "vladivostok",
    "Asia/Tbilisi": "georgia the country",
    "Asia/Yerevan": "armenia",
    "Asia/Baku": "azerbaijan",
    "America/New_York": "new york city,nyc,boston,washington,washington dc,dc,"
    "philadelphia,baltimore,atlanta,miami,orlando,tampa,jacksonville,charlotte,raleigh,"
    "charleston,savannah,richmond,pittsburgh,cleveland,columbus,cincinnati,buffalo,"
    "rochester,albany,syracuse,brooklyn,manhattan,providence,hartford,burlington,"
    "ann arbor,grand rapids,louisville,key west,cape cod,niagara falls,eastern time,"
    "eastern,east coast,est,edt,usa,us,united states,america,massachusetts,maine,"
    "new hampshire,vermont,connecticut,rhode island,new jersey,pennsylvania,delaware,"
    "maryland,virginia,west virginia,north carolina,south carolina,georgia,florida,ohio,"
    "michigan,new york state,palm beach",
    "America/Detroit": "detroit",
    "America/Indiana/Indianapolis": "indianapolis,indiana",
    "America/Chicago": "houston,dallas,austin,san antonio,nashville,memphis,new orleans,"
    "milwaukee,minneapolis,saint paul,st louis,kansas city,omaha,des moines,oklahoma city,"
    "tulsa,little rock,madison,birmingham alabama,fargo,texas,illinois,wisconsin,"
    "minnesota,iowa,missouri,arkansas,louisiana,mississippi,alabama,tennessee,oklahoma,"
    "kansas,nebraska,central time,central,cst,cdt,springfield",
    "America/Denver": "salt lake city,albuquerque,santa fe,el paso,boulder,"
    "colorado springs,billings,cheyenne,aspen,colorado,utah,wyoming,montana,new mexico,"
    "mountain time,mst,mdt",
    "America/Boise": "idaho",
    "America/Phoenix": "tucson,arizona",
    "America/Los_Angeles": "la,l a,san diego,san jose,san francisco,sf,seattle,portland,"
    "las vegas,vegas,reno,sacramento,oakland,berkeley,palo alto,santa cruz,santa barbara,"
    "long beach,spokane,eugene,palm springs,lake tahoe,hollywood,silicon valley,"
    "california,oregon,washington state,nevada,pacific time,pacific,west coast,pst,pdt",
    "America/Anchorage": "fairbanks,alaska",
    "Pacific/Honolulu": "hawaii",
    "America/Toronto": "montreal,ottawa,quebec,quebec city,hamilton,ontario,canada",
    "America/Winnipeg": "manitoba",
    "America/Regina": "saskatoon,saskatchewan",
    "America/Edmonton": "calgary,alberta",
    "America/Vancouver": "victoria,whistler,british columbia",
    "America/Halifax": "nova scotia",
    "America/St_Johns": "newfoundland",
    "America/Mexico_City": "mexico,guadalajara,puebla,oaxaca",
    "America/Monterrey": "monterrey",
    "America/Cancun": "cancun",
    "America/Tijuana": "tijuana",
    "America/Guatemala": "guatemala city",
    "America/El_Salvador": "san salvador",
    "America/Tegucigalpa": "honduras",
    "America/Managua": "nicaragua",
    "America/Costa_Rica": "san jose costa rica",
    "America/Panama": "panama city",
    "America/Havana": "cuba",
    "America/Jamaica": "kingston",
    "America/Santo_Domingo": "dominican republic",
    "America/Puerto_Rico": "san juan",
    "America/Port-au-Prince": "haiti",
    "America/Nassau": "bahamas",
    "America/Barbados": "bridgetown",
    "America/Port_of_Spain": "trinidad",
    "America/Bogota": "colombia,medellin,cartagena,cali",
    "America/Caracas": "venezuela",
    "America/Guayaquil": "ecuador,quito",
    "America/Lima": "peru,cusco",
    "America/La_Paz": "bolivia,santa cruz de la sierra",
    "America/Santiago": "chile,valparaiso",
    "America/Argentina/Buenos_Aires": "argentina,buenos aires,cordoba,rosario",
    "America/Argentina/Mendoza": "mendoza",
    "America/Argentina/Ushuaia": "ushuaia",
    "America/Montevideo": "uruguay",
    "America/Asuncion": "paraguay",
    "America/Sao_Paulo": "brazil,rio de janeiro,rio,brasilia,porto alegre,curitiba",
    "America/Bahia": "salvador",
    "Asia/Tokyo": "japan,osaka,kyoto,sapporo,fukuoka,nagoya,hiroshima,okinawa,yokohama",
    "Asia/Seoul": "south korea,korea,busan,incheon",
    "Asia/Pyongyang": "north korea",
    "Asia/Shanghai": "china,beijing,shenzhen,guangzhou,chengdu,wuhan,xian,hangzhou",
    "Asia/Hong_Kong": "hong kong",
    "Asia/Macau": "macao",
    "Asia/Taipei": "taiwan,kaohsiung",
    "Asia/Ulaanbaatar": "mongolia,ulan bator",
    "Asia/Manila": "philippines,cebu",
    "Asia/Jakarta": "indonesia,surabaya,bandung",
    "Asia/Makassar": "bali",
    "Asia/Singapore": "singapore",
    "Asia/Kuala_Lumpur": "malaysia,penang",
    "Asia/Bangkok": "thailand,chiang mai,phuket",
    "Asia/Ho_Chi_Minh": "vietnam,hanoi,ho chi minh city,saigon,da nang",
    "Asia/Phnom_Penh": "cambodia,siem reap",
    "Asia/Vientiane": "laos",
    "Asia/Yangon": "myanmar,burma,rangoon",
    "Asia/Dhaka": "bangladesh",
    "Asia/Kolkata": "india,calcutta,mumbai,bombay,delhi,new delhi,bangalore,bengaluru,"
    "chennai,hyderabad,pune,ahmedabad,jaipur,goa,kochi,lucknow,ist",
    "Asia/Kathmandu": "nepal",
    "Asia/Thimphu": "bhutan",
    "Asia/Colombo": "sri lanka",
    "Indian/Maldives": "male,maldives",
    "Asia/Karachi": "pakistan,lahore,islamabad",
    "Asia/Kabul": "afghanistan",
    "Asia/Tashkent": "uzbekistan",
    "Asia/Almaty": "kazakhstan,astana",
    "Asia/Bishkek": "kyrgyzstan",
    "Asia/Dubai": "abu dhabi,sharjah,uae,united arab emirates,emirates",
    "Asia/Qatar": "doha",
    "Asia/Riyadh": "saudi arabia,jeddah,mecca,medina",
    "Asia/Kuwait": "kuwait city",
    "Asia/Bahrain": "manama",
    "Asia/Muscat": "oman",
    "Asia/Aden": "yemen,sanaa",
    "Asia/Tehran": "iran,isfahan,shiraz",
    "Asia/Baghdad": "iraq,basra,erbil",
    "Asia/Damascus": "syria,aleppo",
    "Asia/Beirut": "lebanon",
    "Asia/Amman": "jordan",
    "Asia/Jerusalem": "israel,tel aviv,haifa",
    "Asia/Gaza": "palestine",
    "Africa/Cairo": "egypt,alexandria,luxor",
    "Africa/Tripoli": "libya",
    "Africa/Tunis": "tunisia",
    "Africa/Algiers": "algeria,oran",
    "Africa/Casablanca": "morocco,marrakesh,marrakech,rabat,fez,tangier",
    "Africa/Dakar": "senegal",
    "Africa/Bamako": "mali",
    "Africa/Accra": "ghana,kumasi",
    "Africa/Abidjan": "ivory coast",
    "Africa/Lagos": "nigeria,abuja,kano",
    "Africa/Douala": "cameroon",
    "Africa/Kinshasa": "congo",
    "Africa/Luanda": "angola",
    "Africa/Lusaka": "zambia",
    "Africa/Harare": "zimbabwe",
    "Africa/Windhoek": "namibia",
    "Africa/Gaborone": "botswana",
    "Africa/Johannesburg": "south africa,joburg,cape town,durban,pretoria",
    "Africa/Maputo": "mozambique",
    "Indian/Antananarivo": "madagascar",
    "Indian/Mauritius": "mauritius,port louis",
    "Africa/Nairobi": "kenya,mombasa",
    "Africa/Kampala": "uganda",
    "Africa/Kigali": "rwanda",
    "Africa/Dar_es_Salaam": "tanzania,zanzibar",
    "Africa/Addis_Ababa": "ethiopia",
    "Africa/Mogadishu": "somalia",
    "Africa/Khartoum": "sudan",
    "Australia/Sydney": "australia,canberra,new south wales,newcastle australia",
    "Australia/Melbourne": "victoria australia",
    "Australia/Brisbane": "queensland,cairns,gold coast",
    "Australia/Adelaide": "south australia",
    "Australia/Perth": "western australia",
    "Australia/Hobart": "tasmania",
    "Australia/Darwin": "northern territory,alice springs",
    "Pacific/Auckland": "new zealand,nz,wellington,christchurch,dunedin,queenstown",
    "Pacific/Fiji": "suva",
    "Pacific/Apia": "samoa",
    "Pacific/Tongatapu": "tonga",
    "Pacific/Port_Moresby": "papua new guinea",
    "Pacific/Tahiti": "tahiti",
}  # fmt: skip
# After a city these say nothing of its zone: the city does.
_WIDE = frozenset(
    {"australia", "canada", "usa", "us", "america", "brazil", "mexico", "russia"}
)

_AREAS = frozenset(
    "Africa America Asia Atlantic Australia Europe Indian Pacific".split()
)


def zone(place: str) -> str | None:
    """Give the zone of "tokyo", "paris texas", "pacific time"; None if nobody knows."""
    words = place.lower().replace(",", " ").removesuffix(" time zone").split()
    words = words[1:] if words[:1] == ["the"] and len(words) > 1 else words
    known = _known()
    if key(" ".join(words)) in known:
        return known[key(" ".join(words))]
    # "perth scotland" is where Scotland is, "perth australia" where Perth is.
    for at in range(1, len(words)):
        region = " ".join(words[at:])
        if region not in _WIDE and key(region) in known:
            return known[key(region)]
    for at in range(len(words) - 1, 0, -1):
        if key(" ".join(words[:at])) in known:
            return known[key(" ".join(words[:at]))]
    near = nearest(key(place), known)
    return None if near is None else known[near]


@cache
def _known() -> Mapping[str, str]:
    """Map every name to its zone: the list above, then the cities zones are called by."""
    known: dict[str, str] = {}
    for name, places in _PLACES.items():
        for place in [*places.split(","), name.rsplit("/", 1)[-1].replace("_", " ")]:
            known.setdefault(key(place), name)
    for name in sorted(zoneinfo.available_timezones()):
        area, _, city = name.rpartition("/")
        if area.split("/")[0] in _AREAS:
            known.setdefault(key(city.replace("_", " ")), name)
    return known
