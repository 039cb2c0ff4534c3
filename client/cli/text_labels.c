// SPDX-License-Identifier: Apache-2.0
//
// Words for what has a name already: fields, states of a claim, and what to do about a
// refusal. Left English, right Swedish.
#include "cli/text_table.h"

const char *const text_claim_states[][LANGUAGE_COUNT] = {
    [CLAIM_HELD] = {"held", "reserverad"},
    [CLAIM_CONFIRMED] = {"confirmed", "bekräftad"},
    [CLAIM_RELEASED] = {"released", "återlämnad"},
    [CLAIM_EXPIRED] = {"expired", "utgången"},
};

const struct text_label text_labels[] = {
    {"id", {"Capacity", "Kapacitet"}},
    {"capacity", {"Capacity", "Kapacitet"}},
    {"claim", {"Claim", "Bokning"}},
    {"unit", {"Care unit", "Vårdenhet"}},
    {"service", {"Care service", "Vårdtjänst"}},
    {"observed_on", {"Observed on", "Observerad"}},
    {"current_days", {"Current, days", "Aktuell, dagar"}},
    {"forecast_days", {"Forecast, days", "Prognos, dagar"}},
    {"forecast_until", {"Forecast until", "Prognos till"}},
    {"statistic", {"The figure is", "Måttet är"}},
    {"sample", {"Rests on, cases", "Vilar på, fall"}},
    {"source", {"Source", "Källa"}},
    {"slots", {"Slots", "Platser"}},
    {"window_start", {"From", "Från och med"}},
    {"window_end", {"To", "Till och med"}},
    {"book_by", {"Book by", "Boka senast"}},
    {"open_to", {"Open to", "Öppen för"}},
    {"terms", {"Terms", "Villkor"}},
    {"price", {"Price, SEK", "Pris, kr"}},
    {"prerequisites", {"Before referral", "Före remiss"}},
    {"aftercare", {"Aftercare", "Eftervård"}},
    {"note", {"Note", "Anmärkning"}},
    {"region", {"Region", "Region"}},
    {"state", {"State", "Läge"}},
    {"until", {"Held until", "Reserverad till"}},
    {"reference", {"Your reference", "Er referens"}},
    {"taken_at", {"Taken", "Tagen"}},
    {"extended", {"Extended", "Förlängd"}},
    {"revision", {"Revision", "Revision"}},
    {"code", {"Code", "Kod"}},
    {"name", {"Name", "Namn"}},
    {"name_other", {"In Swedish", "På engelska"}},
    {"synonyms", {"Also called", "Kallas även"}},
    {"system", {"Code system", "Kodverk"}},
    {"area", {"Area", "Område"}},
    {"guarantee", {"Care guarantee", "Vårdgaranti"}},
    {"mappings", {"Codes that lead here", "Koder som leder hit"}},
    {"nhv_area", {"National highly specialised", "Nationell högspecialiserad"}},
    {"nhv_permits", {"Permitted", "Tillstånd"}},
    {"municipality", {"Municipality", "Kommun"}},
    {"healthcare_regions", {"Healthcare region", "Sjukvårdsregion"}},
    {"navigator", {"Navigator", "Vårdlots"}},
    {"phone", {"Phone", "Telefon"}},
    {"email", {"E-mail", "E-post"}},
    {"url", {"Web page", "Webbsida"}},
    {"hours", {"Open", "Öppet"}},
    {"agreement", {"Agreement", "Vårdavtal"}},
    {"provider", {"Provider", "Vårdgivare"}},
    {"org_number", {"Organisation number", "Organisationsnummer"}},
    {"ownership", {"Ownership", "Ägande"}},
    {"latitude", {"Latitude", "Latitud"}},
    {"longitude", {"Longitude", "Longitud"}},
    {"address", {"Address", "Adress"}},
    {"active", {"Active", "Aktiv"}},
    {"owner_region", {"Owner", "Ägare"}},
    {"kind", {"Kind", "Slag"}},
    {"title", {"Title", "Rubrik"}},
    {"valid_from", {"Valid from", "Gäller från"}},
    {"valid_to", {"Valid to", "Gäller till"}},
    {"suspended", {"Suspended", "Vilande"}},
    {"callers", {"May call off", "Får avropa"}},
    {"reference_url", {"Read it at", "Finns att läsa"}},
    // Values that are words.
    {"true", {"yes", "ja"}},
    {"false", {"no", "nej"}},
    {"public", {"public", "offentlig"}},
    {"private", {"private", "privat"}},
    {"own", {"own operation", "egen regi"}},
    {"procured", {"procured", "upphandlat"}},
    {"national", {"national", "nationellt"}},
    {NULL, {NULL, NULL}},
};

const char *const text_hints[REASON_COUNT][LANGUAGE_COUNT] = {
    // A list command follows.
    [REASON_NOT_STORED] = {"What there is:", "Det som finns:"},
    [REASON_SLOTS_TAKEN] = {"Who has them: vardsok capacity show ID\nRelease claims "
                            "first, or withdraw the capacity.",
                            "Vem som har dem: vardsok capacity show ID\nLämna tillbaka "
                            "bokningar först, eller dra tillbaka kapaciteten."},
    [REASON_NOT_OPEN_TO_REGION] =
        {"What is open to you: vardsok capacity list --open-to REGION --available",
         "Det som är öppet för er: vardsok capacity list --open-to REGION --available"},
    [REASON_CAPACITY_CLOSED] =
        {"What is open still: vardsok capacity list --available",
         "Det som fortfarande är öppet: vardsok capacity list --available"},
    [REASON_NO_SLOTS_LEFT] =
        {"Take fewer with --slots, or find others: vardsok capacity list "
         "--available\nHolds that run out become free again.",
         "Ta färre med --slots, eller hitta andra: vardsok capacity list "
         "--available\nReservationer som går ut blir lediga igen."},
    [REASON_CLAIM_STATE] =
        {"How it stands: vardsok claim show CLAIM\nWhat is no longer held is taken anew "
         "with vardsok claim take.",
         "Så här står det till: vardsok claim show BOKNING\nDet som inte längre är "
         "reserverat tas på nytt med vardsok claim take."},
    [REASON_EXTENDED_BEFORE] =
        {"Before it runs out: vardsok claim confirm CLAIM, or vardsok claim release "
         "CLAIM",
         "Innan den går ut: vardsok claim confirm BOKNING, eller claim release BOKNING"},
    [REASON_CONFIRMED_CLAIMS] =
        {"Whose they are: vardsok claim list --capacity ID --state confirmed\nTell those "
         "regions, then withdraw with --even-confirmed.",
         "Vilka som har dem: vardsok claim list --capacity ID --state confirmed\nMeddela "
         "de regionerna och dra sedan tillbaka med --even-confirmed."},
    [REASON_REQUEST_ID_REUSED] = {"Leave --request-id out: a new one is made.",
                                  "Utelämna --request-id: ett nytt skapas."},
    [REASON_REQUEST_ID_WINDOW] = {"Leave --request-id out: a new one is made.",
                                  "Utelämna --request-id: ett nytt skapas."},
};
