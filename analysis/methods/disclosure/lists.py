"""Words by which the scan for names tells people and places from everything else. Lists, no rules."""


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


LETTERS = {  # printers' signs, and letters that are no other letter with an accent
    **dict.fromkeys("\u2019\u2018\u02bc`", "'"),
    **dict.fromkeys("\u201c\u201d", '"'),
    **dict.fromkeys("\u2013\u2014\u2010\u2011", "-"),
    **{
        "ø": "o",
        "Ø": "O",
        "ł": "l",
        "Ł": "L",
        "đ": "d",
        "Đ": "D",
        "ß": "ss",
        "æ": "ae",
        "Æ": "Ae",
        "œ": "oe",
        "ı": "i",
    },
}
GIVEN = _set(
    """aaron abdul abigail adam adrian agnes ahmed aisha alan alastair alex alexander alexandra ali alice alison amanda
    amber amelia amir amy andrea andrew angela anita ann anna anne annette anthony antonia arthur asif audrey barbara barry
    ben benjamin bernadette bernard beth beverley brenda brian bridget bruce callum cameron carl carla carol caroline
    catherine cathy charles charlotte cheryl chloe chris christian christina christine christopher claire clare colin
    connor craig cynthia daisy damian daniel danielle darren david dawn dean deborah debbie debra denise dennis derek diana
    diane dominic donald donna dorothy douglas duncan eddie edith edward eileen elaine eleanor elizabeth ellen emily emma
    eric erica esther ethan eva evelyn faisal fatima fiona florence frances francis frank fred frederick gareth gary gavin
    gemma geoff geoffrey george georgina gerald geraldine gillian gita glenn gloria gordon graeme graham greg gregory gwen
    hannah harold harriet harry harvinder hassan hayley heather heidi helen henry hilary howard hugh ian imran irene iris
    isaac isabel isabella isla jacob jacqueline jacqui jaime james jamie jane janet janice jasmine jason jayne jean jeff
    jeffrey jemma jennifer jenny jeremy jessica jill jillian jim joan joanna joanne joe joel john jonathan jordan joseph
    josephine joshua joy joyce judith judy julia julian julie june karen karl kate katherine kathleen kathryn katie kay
    keith kelly kenneth kerry kevin kieran kim kirsty kumar laura lauren lawrence leah leanne lee leon leslie lesley lewis
    liam lilian lily linda lindsay lindsey lisa liz lorna lorraine louis louise lucy luke lydia lynda lynn lynne maggie
    malcolm mandy manjit marcus margaret maria marian marie marilyn marion marjorie martha martin mary mathew matt matthew
    maureen maurice max maxine megan melanie melissa michael michelle miguel mike miranda mohamed mohammad mohammed
    moira molly monica muhammad muriel nadia nancy naomi natalie natasha nathan neil nicholas nicola nicole nigel nina
    noah noel nora norma norman olga oliver olivia omar oscar owen pamela patel patricia patrick paul paula pauline
    penelope penny peter philip philippa phil phillip phyllis pippa priya rachael rachel rahul raj rajesh ralph raymond rebecca
    reginald rhys richard rita robert roberta robin rodney roger roland ronald rosalind rose rosemary ross roy rupert russell
    ruth ryan sally sam samantha samir samuel sandra sanjay sara sarah scott sean sebastian shabana shane sharon sheila shelley
    shirley sian simon sofia sonia sophia sophie stacey stanley stella stephanie stephen steve steven stewart stuart sue
    sunita susan susannah suzanne sylvia tanya tara teresa terence terry thelma theresa thomas tim timothy tina toby tom tony
    tracey tracy trevor ursula usha valerie vanessa vera veronica victor victoria vijay vincent violet virginia vivien
    walter wayne wendy wilfred will william winifred yasmin yvonne zara zoe"""
)
ALSO_WORDS = _set(  # names that are words in lower case
    """amber bill chase daisy dawn dean don drew eve faith frank gene glen grace grant guy hazel heather hope iris ivy jack
    jade jean jill joy june kay kelly kerry kit lance lee lily mark max may miles misty neil nick norm olive pat penny pip
    pippa ray rich rob robin rod rose ross ruby rusty sandy scott sky sue tim tom violet warren will"""
)
SURNAMES = _set(
    """smith jones taylor brown williams wilson johnson davies patel robinson wright thompson evans walker roberts green
    thomas clarke jackson harris edwards turner martin cooper hughes moore clark harrison lewis allen morris khan scott
    watson davis parker james bennett phillips richardson mitchell bailey carter singh shaw collins morgan kelly begum
    miller hussain marshall simpson anderson adams wilkinson ali ahmed foster ellis murphy chapman richards webb rogers
    holmes palmer matthews gibson fisher barnes lloyd butler russell barker stevens jenkins dixon fletcher shah kaur ahmad
    campbell stewart robertson macdonald thomson reid murray ross graham henderson paterson hamilton ferguson johnston mcdonald
    mckenzie sullivan walsh obrien ryan byrne oconnor doyle mccarthy gallagher doherty kennedy lynch quinn nolan"""
)
SURNAMES_ALSO_WORDS = _set(  # surnames that are words in lower case
    """brown green walker turner cooper carter butler fisher barker fletcher palmer marshall lynch parker singh wright"""
)
TITLES = r"dr|mr|mrs|ms|miss|mx|sir|dame|prof|professor|lord|lady|baroness|baron|rev|revd|reverend|cllr|councillor|sister|matron|nurse|colonel|captain"
PLACES = _set(
    """aberdeen accrington aldershot anglia ashford aylesbury barking barnet barnsley barnstaple barrow basildon basingstoke bath
    bedford bedfordshire berkshire birmingham blackburn blackpool bolton boston bournemouth bradford brent brentwood
    brighton bristol bromley buckinghamshire burnley burton bury camberley cambridge cambridgeshire camden canterbury cardiff
    carlisle chatham chelmsford cheltenham cheshire chester chesterfield chichester colchester cornwall coventry crawley
    crewe croydon cumbria dagenham darlington dartford derby derbyshire devon devonshire doncaster dorchester dorset dover dudley
    durham ealing eastbourne edgware edinburgh enfield epsom essex exeter gateshead glasgow gloucester gloucestershire grantham
    greenwich grimsby guildford hackney halifax hampshire haringey harlow harrogate harrow hartlepool hastings havering
    hemel hereford herefordshire hertford hertfordshire hillingdon huddersfield hull humber humberside ilford ipswich
    islington kent kettering kidderminster kingston lambeth lancashire lancaster leeds leicester leicestershire lewisham
    lincoln lincolnshire liverpool london lowestoft luton maidstone malvern manchester mansfield margate medway merseyside
    middlesbrough middlesex milton newark newcastle newham newmarket newport norfolk northampton northamptonshire northumberland
    northumbria norwich nottingham nottinghamshire nuneaton oldham oxford oxfordshire penzance peterborough plymouth
    poole portsmouth preston ramsgate redbridge redditch redhill rochdale romford rotherham rutland salford salisbury scarborough
    sheffield shetland shrewsbury shropshire slough solihull somerset southampton southend southport southwark stafford
    staffordshire stevenage stockport stockton stoke suffolk sunderland surrey sussex swansea swindon tameside taunton
    teesside telford thanet tooting torbay torquay truro tyneside wakefield wales walsall waltham wansbeck warrington warwick
    warwickshire watford wessex westminster weston weymouth whitehaven wigan wight wiltshire winchester windsor wirral
    wolverhampton worcester worcestershire worksop worthing wrexham wycombe yarmouth yeovil york yorkshire
    lancs lincs worcs cambs northants hants berks wilts leics glos oxon herts notts salop gillingham huntingdon morecambe"""
)
SHORT_TRUSTS = _set(  # what trusts of the regime are called for short
    """addenbrooke addenbrookes bhrut bsuh ekhuft elht esht hinchingbrooke nlag nnuh nsft pahuft sath secamb sfh uhmbt
    ulht wvt"""
)
POST_TOWNS = _set(  # postcode areas of two letters
    """AB AL BA BB BD BH BL BN BR BS CA CB CF CH CM CO CR CT CV CW DA DD DE DG DH DL DN DT DY EC EH EN EX FK FY GL GU HA HD HG
    HP HR HS HU HX IG IP IV KA KT KW KY LA LD LE LL LN LS LU ME MK ML NE NG NN NP NR NW OL OX PA PE PH PL PO PR RG RH RM SA
    SE SG SK SL SM SN SO SP SR SS ST SW SY TA TD TF TN TQ TR TS TW UB WA WC WD WF WN WR WS WV YO ZE"""
)
CODES_ALSO_WORDS = _set("ran rap rat ref rem rep ret rye tad tan")  # trust codes that are words in lower case
PLACES_ALSO_WORDS = _set(
    "bath bury poole hull boston lincoln reading stoke dover rutland newark milton weston barrow preston"
)
GENERIC = _set(  # words of trust names that tell nothing
    """nhs foundation trust trusts hospital hospitals university universities teaching health healthcare care services service
    and of the for in on at to community mental partnership ambulance primary general group integrated acute children's
    childrens women's womens womans women children specialist social child family families infirmary district city county united
    north south east west northern southern eastern western north-east northeast northwest southeast southwest central mid
    midlands great greater upper outer inner england english national pct care's college learning disability disabilities
    orthopaedic cancer centre eye heart chest neurological neurology medical medicine royal hampton valley coast area
    association under lower new st saint's saint hill borough isle marsh combined river rivers"""
)
ABBREVIATIONS = _set(
    """A&E AE AHP AHPS BAME BMA BME CCG CCGS CEO CEOS CFO CHC CIP CNO COO COVID CQC CT DGH DH DHSC DNA DOH ED EDS EPR FT GIRFT GMC GP
    GPS HCA HCAS HDU HR I ICB ICS ICU ID IT ITU KPI KPIS MDT MP MPS MRI MRSA NED NEDS NHS NHSE NHSI NHSEI NICE NIHR NMC OK ORIC PALS PDSA
    PMO QA QI RCA RCN RMN RGN ROOT RTT SHMI HSMR SI SIS SMQ SMS SOF STP TDA TV UK UTC VTE WRES"""
)
CAPITALS = _set(  # words written with a capital that name nobody
    """nhs england improvement monitor keogh parliament government english british britain covid datix christmas bank
    trust board chair chief executive director medical nursing finance officer care quality commission special measures
    improvement foundation department health treasury whitehall lean kaizen schwartz freedom guardian duty candour never event"""
)
MONTHS = "january|february|march|april|may|june|july|august|september|october|november|december"
SHORT_MONTHS = "jan|feb|mar|apr|jun|jul|aug|sep|sept|oct|nov|dec"
DAYS = "monday|tuesday|wednesday|thursday|friday|saturday|sunday"
STARTERS = _set(
    """a about above according across after again against all almost already also although always am among an and another
    any anybody anyone anything are aren't around as ask asked at away bad be because become before being best better between
    big both but by came can can't cannot certainly change changes clear clearly come coming consultants could couldn't
    culture day days decisions despite did didn't different do doctors does doesn't doing don't done down during each
    early either else enough even ever every everybody everyone everything exactly few final finally first five for four
    from general get getting give given go going good got great had half happy hard has have having he her here hers him his
    honestly how however i i'd i'll i'm i've if improvement in indeed information inside instead into is isn't it it's its
    just keep know last later leaders leadership least left less let like long look looking lots made make making managers
    many maybe me meanwhile meetings mine money months mood more morale most much my myself near nearly need never new next
    nine no nobody none nor not nothing now nurses obviously of off often ok okay on once one ones only open or other others
    our ours out outside over own patients people perhaps personally plans please plenty probably problems put quality quite
    rather really recruitment right said same saw say saying second see seen senior several she should shouldn't show since six
    slowly so some somebody somehow someone something sometimes soon sorry staff staffing started still such suddenly
    support sure take ten than thank thanks that that's the their them themselves then there there's these they they're they've
    thing things think third this those though three through time to today together told too training two under unfortunately
    until up upon us used usually very visits wait waiting was wasn't we we'd we'll we're we've week weeks well went were
    weren't what what's when where which while who whole whose why will with within without won't work workers working worse
    would wouldn't year years yes yesterday yet you you're your yours
    accountability anger anxiety attitudes autonomy barrier barriers blame bullying burnout capability capacity coaching
    collaboration commitment communication compassion complaints confidence conflict context coping data denial
    disclosure efficacy emotion emotional empowerment energy engagement enabler enablers exhaustion expectation
    expectations external failure fatigue fear feedback finance financial frustration governance grief guidance helpers
    hindrance hope identity impact inspection inspectors internal involvement isolation knowledge labelling learning
    listening local loss media mentoring motivation optimism outcome outcomes ownership pace peer perceived perception
    personal physical policy political politics power practical preparation press pressure pride priority process
    professional psychological publicity punishment reaction reasons recognition recovery reflection regulation regulator
    relationship relationships reporting reputation resentment resilience resistance resources response responsibility
    retention reward risk risks role roles safety scrutiny shame shock sickness silence skills social stability stigma strain
    strategy stress structure structures success suggestions surveillance sustainability systems team teams teamwork
    tension theme timing tone transparency trauma turnover uncertainty understanding urgency valence values vision
    wellbeing workload"""
)
NICKNAMES = _set(  # by which wards, units and hospitals go, though they are words
    """acorn alder apple ash aspen beech birch blossom bluebell bracken bramble brook cedar cherry chestnut clover coral
    cowslip cypress daffodil dove eagle elder elm emerald falcon fern forest garden hawthorn hazel heather heron holly
    iris ivy jasmine kestrel kingfisher lark laurel lavender lilac lily linden magnolia maple marigold meadow mulberry
    nightingale oak orchard orchid pansy pearl pine poplar poppy primrose robin rose rosewood rowan ruby sapphire
    seacole skylark snowdrop spruce sunflower swallow swan sycamore thistle trinity tulip victoria violet walnut willow wren"""
)
BEFORE_PLACES = _set(  # words before ward, unit or hospital that name none
    """a&e acute admission admissions adult assessment birth busy cancer care children's closed community cottage critical
    day delivery dementia dependency district elderly eye frailty full general geriatric good-sized high home host
    intensive isolation labour large local maternity medical mental neonatal night nhs nursing old open organisational
    outpatient paediatric private psychiatric quiet receiving rehabilitation renal respiratory safe short-stay small
    special specialist stroke surgical teaching therapy trauma treatment university unsafe urgent virtual women's"""
)
SHORT_FORMS = {  # of given names that do not begin like them; the others are found by their beginning
    "anthony": "tony",
    "charles": "chuck charlie",
    "deborah": "debs",
    "dorothy": "dot dolly",
    "edward": "ted ned teddy eddie",
    "elizabeth": "beth betty bess lisa liz lizzie libby",
    "eleanor": "nell nora ellie",
    "florence": "flo flossie",
    "frances": "fran frankie",
    "francis": "frank",
    "helen": "nell",
    "henry": "harry hal",
    "isabella": "bella",
    "james": "jim jimmy",
    "john": "jack johnny",
    "katherine": "kate kath kitty kay",
    "catherine": "kate kath kitty kay",
    "margaret": "peg peggy maggie meg daisy",
    "martha": "patty",
    "mary": "molly polly",
    "michael": "mick mike",
    "mohammed": "mo",
    "patricia": "trish tricia pat patty paddy",
    "patrick": "paddy",
    "rebecca": "becky",
    "richard": "dick rick",
    "robert": "bob bobby rob",
    "sarah": "sally",
    "susan": "sue",
    "theresa": "tess tracy",
    "thomas": "tom tommy",
    "victoria": "vicky vic",
    "virginia": "ginny",
    "william": "bill billy will liam",
}
