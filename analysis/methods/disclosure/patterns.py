"""Patterns of contact details, dates, spelt-out words and codes in a text without accents or printers' quotes."""

from analysis.methods.disclosure import lists

NUMBER_DAY = r"\d{1,2}(?:st|nd|rd|th)?"
NUMBERS = "one|two|three|four|five|six|seven|eight|nine"
TEENS = "ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|nineteen"
TENS = "(?:twen|thir|for|fif|six|seven|eigh|nine)ty"
LATE = rf"(?:{TEENS}|twenty(?:[\s-]+(?:{NUMBERS}))?)"
WORD_YEAR = rf"\btwenty[\s-]+{LATE}\b|\btwo[\s-]+thousand(?:\s+and)?[\s-]+(?:{LATE}|{NUMBERS})\b"
SHORT_YEARS = "|".join(f"{year:02d}[/-]{year + 1:02d}" for year in range(8, 30))
DATE = (
    rf"\b(?:{NUMBER_DAY}\s+(?:of\s+)?)?(?:{lists.MONTHS}|{lists.SHORT_MONTHS})\b\.?(?:\s+{NUMBER_DAY}\b)?(?:,?\s+(?:19|20)\d\d)?"
    r"|\b\d{1,4}\s?[/.-]\s?\d{1,2}\s?[/.-]\s?\d{1,4}\b|(?<![\d£.,])(?:19|20)\d\d(?:/\d\d(?:\d\d)?)?(?![\d%,])"
    rf"|(?<!\w)'\d\d\b|\b(?:{lists.DAYS}|tues|weds|thurs?)s?\b|\b(?:mon|tue|wed|fri|sat|sun)\s+(?:the\s+)?{NUMBER_DAY}\b"
    rf"|\bon\s+(?:the\s+)?\d{{1,2}}(?:st|nd|rd|th)\b|\b(?:2o[0-2o][\do]|20o\d|20[0-2]o)\b|(?<![\d/.-])(?:{SHORT_YEARS})(?![\d/])|{WORD_YEAR}"
)
SIGNED = r"(?<![\w.+-])[\w.+-]+\s{0,3}(?:@|[\[({<]\s*at\s*[\])}>])\s*[\w-]+(?:\.\w[\w.-]*)?"
HOME = (
    r"(?<![\w.-])(?:[\w-]+\.)+(?:net|com|uk|org)\b|\bdot\s+(?:net|com|uk|org|co|nhs|gov|ac)\b|\bwww\s+dot\b"
)
DIGITS = r"(?<![\w£$.,])(?:\+\s?|\(\s?)?\d(?:[\s().-]{0,3}\d){6,}(?![\d,])"  # seven or more: a telephone or a record
INSIDE = r"\b(?:ext|extension|bleep|pager)\.?\s*(?:no\.?|number)?\s*\d{2,}"
POSTCODE = r"\b[a-z]{1,2}\d[a-z\d]?[\s-]?\d(?!(?:st|nd|rd|th)\b)[a-z]{2}\b"
REGISTERED = r"\b\d\d[a-z]\d{4}[a-z]\b"  # of a nurse or midwife
CONTACT = rf"{SIGNED}|{REGISTERED}|https?://\S+|www\.\S+|(?<!\w)@\w+|{HOME}|{DIGITS}|{INSIDE}|{POSTCODE}"
POST_TOWN = rf"\b(?:(?i:{'|'.join(sorted(lists.POST_TOWNS))})|[BEGLMNSW])\d{{1,2}}[A-Za-z]?\b"
DIGIT = rf"(?:oh|o|zero|nought|(?:(?:double|treble|triple)\s+)?(?:{NUMBERS}|oh|zero))"
SAID = rf"(?:{DIGIT}|{TEENS}|{TENS})"
SAID_NUMBER = (  # three numbers or more, read aloud
    rf"\b{SAID}(?:[\s,.-]+{SAID}){{2,}}\b|\b(?:double|treble|triple)\s+(?:{NUMBERS}|oh|zero)\b"
    rf"|\b(?:oh|zero|nought)\s+(?:{NUMBERS})\b"
)
ORDINALS = (
    "first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|eleventh|twelfth|thirteenth|fourteenth|fifteenth|"
    "sixteenth|seventeenth|eighteenth|nineteenth|twentieth|thirtieth|"
    r"twenty[\s-]+(?:first|second|third|fourth|fifth|sixth|seventh|eighth|ninth)|thirty[\s-]+first"
)
SAID_DATE = (
    rf"\b(?:{ORDINALS})\s+of\s+(?:the\s+)?(?:{lists.MONTHS}|{NUMBERS}|{TEENS}|{ORDINALS})\b"
    rf"|\b(?:{lists.MONTHS})\s+(?:the\s+)?(?:{ORDINALS})\b"
    rf"|\bnineteen[\s-]+(?:{TEENS}|{TENS}(?:[\s-]+(?:{NUMBERS}))?)\b"
    rf"|\b(?:aged?\s+(?:\d\d|{TENS}(?:[\s-]+(?:{NUMBERS}))?)|\d{{1,3}}[\s-]years?[\s-]old)\b"
    rf"|\b(?:spring|summer|autumn|winter|christmas|easter)\s+(?:of\s+)?(?:'\d\d|{LATE})\b"
    rf"|\b(?:christmas|boxing|new\s+year'?s)\s+(?:eve|day)\b|\b(?:good\s+friday|diwali|ramadan|hanukkah)\b"
    rf"|\bon\s+the\s+(?:{ORDINALS})\b(?!\s+\w)|(?<![\d/])0[1-9]/\d\d(?![\d/])"
    rf"|\b(?:i|he|she|they|who)(?:\s+(?:am|is|are|was|were|turned)|'(?:m|s|re))\s+(?:only\s+|just\s+)?{TENS}(?:[\s-]+(?:{NUMBERS}))?"
    r"(?=\s*(?:[.,;!?]|$|years?\s+old|and\b|when\b))"
)
PLACED = (
    r"(?<![\w'-])([A-Za-z][a-z'-]+)\s+"
    r"(?:[Ww]ard|[Uu]nit|[Hh]ospital|[Ii]nfirmary|[Cc]linic|[Ww]ing|[Ss]uite|[Ll]odge|[Hh]ouse|[Ss]urgery|[Hh]ospice)\b"
)
NAMED_PLACE = (
    rf"\b(?i:units?|bays?|wings?|theatres?|blocks?|floors?)\s+(?:(?i:{NUMBERS}|{TEENS}|twenty)\b|\d+[A-Za-z]?\b|[A-Z]\b)"
    rf"|\b(?i:{NUMBERS}|{TEENS}|\d{{1,2}})\s+(?i:north|south|east|west)\b|\b(?i:{ORDINALS})\s+(?i:floor)\b"
    r"|\b(?i:at|to|from|of|in)\s+the\s+(?i:royal|infirmary|general|county)(?=\s*(?:[.,;:!?]|$|(?:is|was|were|and|we|they)\b))"
    r"|\b(?i:wards?|units?|wings?|hospitals?|suites?)\s+(?i:called|named|known\s+as)\s+[\w'-]+"
)
CODE_NAME = (  # of a person, a place or a quote in a study
    r"(?<![\w£.-])(?!(?:[QqHh][1-4]|[Cc]ovid\W?19)\b)[A-Za-z]{1,4}-?\d{1,4}[a-z]?\b(?!%)"
    r"|\b(?i:sites?|trusts?|participants?|interview(?:ee)?s?|int|respondents?|informants?|transcripts?|nurse|doctor|manager|director)\s+"
    r"(?:\d{1,3}\b(?!\s*(?:%|years?|months?|weeks?|days?|hours?|times?|of|or|and|to)\b)|[A-HJ-Z]\b)"
    rf"|\b(?i:participant|interview(?:ee)?|respondent|informant|transcript)\s+(?i:{NUMBERS}|{TEENS}|{TENS})\b"
    r"|\b(?i:case|ref(?:erence)?|record|staff|payroll|incident|complaint)\s*(?:(?i:number|no|id)\b\.?|#)\s*:?\s*\d{2,}"
)
CODE_APART = r"(?<!\w)[A-Za-z0-9](?:[\s._/-]{1,2}[A-Za-z0-9]){2}(?!\w)"
SPELT_OUT = r"(?<!\w)[A-Za-z](?:[\s._-][A-Za-z]){3,}(?!\w)"
TITLED = r"(?<!\w)(?:professor|matron|sir|dame|councillor|cllr|baroness|reverend|revd?)\.?\s+([a-z][a-z'-]+)"
WARD = rf"(?i)\bwards?\s+(?:\w*\d\w*|[A-Z]\b|(?:{NUMBERS}|{TEENS}|twenty|thirty)\b)"
