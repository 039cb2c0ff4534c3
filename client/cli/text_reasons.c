// SPDX-License-Identifier: Apache-2.0
//
// What the reasons of a refusal mean, for those who read Swedish; the message that
// follows is English.
#include "cli/text_table.h"

const char *const text_reasons_sv[REASON_COUNT] = {
    [REASON_REQUIRED] = "uppgift saknas",
    [REASON_BAD_FORMAT] = "fel form",
    [REASON_OUT_OF_RANGE] = "utanför tillåtna gränser",
    [REASON_TOO_LONG] = "för lång text",
    [REASON_TOO_MANY] = "för många",
    [REASON_NOT_UTF8] = "inte UTF-8-text",
    [REASON_PERSONAL_IDENTITY] = "personnummer får inte förekomma i text",
    [REASON_UNKNOWN_ENUM] = "okänt värde",
    [REASON_UNKNOWN_FIELD] = "okänt fält",
    [REASON_REVERSED_RANGE] = "omvänt intervall",
    [REASON_INCONSISTENT] = "uppgifter som motsäger varandra",
    [REASON_RETIRED_REGION] = "regionkoden används inte längre",
    [REASON_EMPTY_SET] = "minst en region måste anges",
    [REASON_UNKNOWN_REFERENCE] = "hänvisar till något som inte finns",
    [REASON_STILL_REFERENCED] = "något hänvisar till det som ska tas bort",
    [REASON_NOT_STORED] = "finns inte",
    [REASON_REVISION_MISMATCH] = "har ändrats sedan det lästes; läs om och försök igen",
    [REASON_OLDER_OBSERVATION] = "en nyare observation finns redan",
    [REASON_TAKEN] = "koden är upptagen",
    [REASON_UNKNOWN_SERVICE] = "okänd vårdtjänst",
    [REASON_UNKNOWN_SYSTEM] = "okänt kodverk",
    [REASON_UNKNOWN_VERSION] = "okänd version av kodverket",
    [REASON_UNKNOWN_MUNICIPALITY] = "okänd kommun",
    [REASON_REVISION_NOT_REACHED] = "revisionen har inte nåtts än; försök igen",
    [REASON_REQUEST_ID_REUSED] = "idempotensnumret är använt för en annan skrivning",
    [REASON_REQUEST_ID_WINDOW] =
        "idempotensnumret är för gammalt eller för långt fram i tiden",
    [REASON_BAD_MESSAGE] = "meddelandet kan inte läsas",
    [REASON_TOO_LARGE] = "för stort",
    [REASON_UNKNOWN_METHOD] = "anropet finns inte i den tjänsten",
    [REASON_DEADLINE] = "inget svar i tid; försök igen eller ange en längre --timeout",
    [REASON_CANCELED] = "avbrutet",
    [REASON_LOG_UNAVAILABLE] = "loggen nås inte, ingenting skrevs; försök igen",
    [REASON_OUTCOME_UNKNOWN] = "okänt om det skrevs; upprepa med samma --request-id",
    [REASON_CLOCK] = "klockorna går för olika; ändringar är stoppade",
    [REASON_TOO_MANY_CALLS] = "för många samtidiga anrop; försök igen",
    [REASON_SHUTTING_DOWN] = "tjänsten håller på att stängas; försök igen",
    [REASON_LOG_VERDICT] = "loggen är inte den som tjänsten följer",
    [REASON_SLOTS_TAKEN] = "färre platser än vad som redan är taget",
    [REASON_BAD_PAGE_TOKEN] = "sidmärket är inte tjänstens",
    [REASON_INTERNAL] = "fel i tjänsten",
};
