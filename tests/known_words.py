"""Capitalised words in the evidence that were looked at one by one and name no person."""

from __future__ import annotations

PLACES = """Accrington Addenbrooke's Alexandra Anglia Barking Birmingham Blackburn Boston Burnley Cambridge
Crawley Cumbria Dagenham Dartford Eastern England Europe Evesham Gainsborough Granada Grantham Guy's Halesowen
Havering Ilford Kent Kidderminster Lancashire Lancs Lincoln Lincolnshire Lincs London Malvern Medway Newcastle
Newmarket Norfolk Norwich Nottinghamshire Outer Philippines Pilgrim Redbridge Redditch Romford Rosie Sheffield
Shepway Slough St Suffolk Surrey Sussex Thomas' UK US Victoria Waltham Worcester Worcestershire East West South
Coast Mid Red Green Forest"""
BODIES = """ANID Association BBC BHRUT BMJ Borough CEO CFO CQC Commission Commons Council EDP FT Fund GOV GP GPs
HSJ Healthwatch House ICB INAHTA ITV KentOnline King's LincolnshireWorld Lincolnite MFT MP NHS NHSEI NSFT Nana
Nuffield PA Parliament QI SECAmb SFM Shelford TRFT UCL ULHT UNISON UnitingCare Wikipedia Keogh Hansard Argus
Citizen Echo Express Gazette Guardian Observer Recorder Shuttle Telegraph Varsity Vox Standard Heart Hits"""
MONTHS = """January February March April May June July August September October November December Christmas"""
WORDS = """Accounts Actual Es Short-termism Annual Anyway Business City Collective Commentators Computer Contested Departure
Development Discovery E Elite English Evening Exclusive Fast Forecasting Greatest Helpers Hiring Hope International Knowledge
Maritime Matters Media Members' Merged Minister Monitor's Neighbour's Network Newly News Ongoing Online
Optometrists Optometry Original Overview Partner's Q Radio Reviewers Royal Save Scandal-hit Settling Seven
Seventeen Shortly Stakeholder State States Strengthening Strict TLC Today Unassessed United Updated Updates Vital
Weaker We Widespread Women Written X You"""
CODES = r"[A-Z][A-Z0-9]{2}-\d{2}|CMO\d\d|[RBICO]\d|ICS\d+"
GIVEN = """Adam Alan Alex Alice Amanda Andrew Angela Ann Anna Anne Anthony Ben Brian Caroline Catherine Charles
Chris Christine Christopher Claire Clare Daniel David Deborah Diane Donna Edward Elaine Elizabeth Emma Fiona Frank
Gary Geoffrey George Grace Graham Hannah Harry Heather Helen Hope Ian Jack Jackie James Jane Janet Jason Jennifer
Jeremy Jim Joan Joe John Jonathan Joy Judith Julia Julie Karen Kate Katherine Keith Kevin Laura Lesley Linda Lisa
Louise Lucy Margaret Mark Martin Mary Matt Matthew Michael Michelle Mike Mohammed Neil Nicholas Nick Nicola Nigel
Olivia Pam Patricia Paul Peter Philip Philippa Rachel Rebecca Richard Robert Robin Roger Rose Ruth Sally Sam Samantha
Sandra Sarah Sharon Simon Sophie Stephen Steve Stuart Sue Susan Suzanne Terry Thomas Tim Tom Tony Tracey Victoria
Wendy Will William"""
TITLES = "Dr|Sir|Dame|Mr|Mrs|Ms|Miss|Prof|Professor|Lord|Lady|Baroness|Rev|Cllr|Councillor"
