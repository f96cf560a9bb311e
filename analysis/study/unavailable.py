"""Official figures that the study would have used and that were not at hand, with where they are published."""

from __future__ import annotations

STATISTICS = "https://www.england.nhs.uk/statistics/statistical-work-areas/"
DIGITAL = "https://digital.nhs.uk/data-and-information/publications/statistical/"


# Series that the question calls for and this edition lacks: series, publisher, page, what to know before use.
NOT_AT_HAND = (
    ("Delayed transfers of care by provider before April 2018", "NHS England", f"{STATISTICS}delayed-transfers-of-care/",
     "Monthly from August 2010; this edition holds providers from April 2018 and authorities from 2011; counting changed in October 2017"),
    ("Waits for planned treatment (referral to treatment) by month", "NHS England", f"{STATISTICS}rtt-waiting-times/",
     "This edition holds one day a year by provider, 31 March; the adjusted admitted series ended in 2015"),
    ("Cancer waits", "NHS England", f"{STATISTICS}cancer-waiting-times/",
     "By trust each quarter, each month from October 2015; breaches shared between trusts by a new rule from April 2019"),
    ("Waits for diagnostic tests", "NHS England", f"{STATISTICS}diagnostics-waiting-times-and-activity/",
     "Monthly by trust; the list of tests is stable"),
    ("Cancelled operations", "NHS England", f"{STATISTICS}cancelled-elective-operations/",
     "Quarterly; paused in 2020"),
    ("Mixed-sex accommodation", "NHS England", f"{STATISTICS}mixed-sex-accommodation/",
     "Monthly from December 2010; paused from 2020 to 2021"),
    ("Friends and Family Test", "NHS England", "https://www.england.nhs.uk/fft/friends-and-family-test-data/",
     "Monthly from April 2013; the score changed in 2014 and the question in April 2020"),
    ("Adult inpatient survey", "Care Quality Commission", "https://nhssurveys.org/",
     "Yearly by trust; method changed in 2020"),
    ("Infections (MRSA)", "UK Health Security Agency",
     "https://www.gov.uk/government/collections/mrsa-guidance-data-and-analysis",
     "Monthly and yearly by acute trust"),
    ("Infections (C. difficile)", "UK Health Security Agency",
     "https://www.gov.uk/government/collections/clostridium-difficile-guidance-data-and-analysis",
     "Monthly and yearly by acute trust; cases are assigned to trusts by another rule from April 2017"),
    ("Sickness absence of staff", "NHS England (formerly NHS Digital)", f"{DIGITAL}nhs-sickness-absence-rates",
     "Monthly by trust from April 2009, of which this edition holds 2024 on; small organisations suppressed"),
    ("Ambulance response times before August 2017", "NHS England", f"{STATISTICS}ambulance-quality-indicators/",
     "Monthly by service from 2011, by other categories of calls, so not comparable with what this edition holds"),
    ("Reference costs (national cost collection)", "NHS England",
     "https://www.england.nhs.uk/costing-in-the-nhs/national-cost-collection/",
     "Yearly by trust; an index of cost beside the national average; rules change each year"),
    ("Staff turnover", "NHS England (formerly NHS Digital)", f"{DIGITAL}nhs-workforce-statistics",
     "Monthly by trust from September 2009; staff groups redefined in 2016"),
    ("Vacancies", "NHS England (formerly NHS Digital)", f"{DIGITAL}nhs-vacancies-survey",
     "Mostly by region; few figures by trust"),
    ("Patient safety incidents", "NHS England",
     "https://www.england.nhs.uk/patient-safety/organisation-patient-safety-incident-reports/",
     "Half-yearly from 2011; more reports can mean a better reporting culture; since replaced"),
    ("Never events", "NHS England", "https://www.england.nhs.uk/patient-safety/never-events-data/",
     "By trust and financial year, provisional; definitions changed in February 2018; very small counts"),
    ("Written complaints", "NHS England (formerly NHS Digital)", f"{DIGITAL}data-on-written-complaints-in-the-nhs",
     "Quarterly by trust from 2015, yearly before"),
    ("Readmissions", "NHS England (formerly NHS Digital)",
     f"{DIGITAL}compendium-emergency-readmissions", "Yearly by trust"),
    ("HSMR (hospital standardised mortality ratio)", "Dr Foster (Telstra Health)", "no open release known",
     "A commercial figure; SHMI is the official one"),
    ("History of CQC ratings", "Care Quality Commission",
     "https://www.cqc.org.uk/about-us/transparency/using-cqc-data",
     "Whole trusts: September 2018 and March 2019 are held; those replaced before through the CQC data service, with a free key, or web archives"),
)  # fmt: skip
