// SPDX-License-Identifier: Apache-2.0
//
// The texts. Left English, right Swedish.
#include "cli/text_table.h"

const char *const text_table[TEXT_COUNT][LANGUAGE_COUNT] = {
    [TEXT_NONE] = {"", ""},
    [TEXT_HELP_HEAD] =
        {"vardsok COMMAND [options]: who can give this care, on what terms, when, "
         "under which agreement",
         "vardsok KOMMANDO [flaggor]: vem kan ge vården, på vilka villkor, när, "
         "enligt vilket avtal"},
    [TEXT_HELP_COMMON] =
        {"Every command takes\n"
         "  --server URL      unix:PATH or tcp://HOST:PORT (else $VARDSOK_SERVER, or the "
         "default socket)\n"
         "  --timeout TIME    10, 500ms, 2m (default 10 seconds)\n"
         "  --lang sv|en      language of messages (else by LC_ALL, LC_MESSAGES, LANG)\n"
         "  --json            one JSON document a line     --csv   values with commas\n"
         "  --request-id HEX  idempotency id of a write\n"
         "  --help\n\n"
         "Exit: 0 done, 1 refused, 2 wrong usage, 3 no daemon reached, 4 rows of an "
         "import "
         "refused",
         "Alla kommandon tar\n"
         "  --server URL      unix:SÖKVÄG eller tcp://DATOR:PORT (annars $VARDSOK_SERVER "
         "eller "
         "den vanliga socketen)\n"
         "  --timeout TID     10, 500ms, 2m (annars 10 sekunder)\n"
         "  --lang sv|en      språk (annars enligt LC_ALL, LC_MESSAGES, LANG)\n"
         "  --json            ett JSON-dokument per rad     --csv   kommaseparerat\n"
         "  --request-id HEX  skrivningens idempotensnummer\n"
         "  --help\n\n"
         "Slutkod: 0 klart, 1 nekat, 2 fel användning, 3 ingen tjänst nåddes, 4 "
         "importrader "
         "nekades"},
    // wrong usage
    [TEXT_USAGE_LINE] = {"usage: vardsok %s\nMore: vardsok %s --help",
                         "användning: vardsok %s\nMer: vardsok %s --help"},
    [TEXT_USAGE_NONE] =
        {"usage: vardsok match|service|contact|wait|capacity|claim|import|export|status "
         "[options]\n"
         "More: vardsok --help",
         "användning: vardsok "
         "match|service|contact|wait|capacity|claim|import|export|status [flaggor]\n"
         "Mer: vardsok --help"},
    [TEXT_NO_COMMAND] = {"a command is missing", "kommando saknas"},
    [TEXT_COMMAND_FIRST] = {"the command comes first, then options such as %s",
                            "kommandot står först, därefter flaggor som %s"},
    [TEXT_WHICH_COMMAND] = {"say which: %.*s", "ange vilket: %.*s"},
    [TEXT_UNKNOWN_COMMAND] = {"there is no command \"%s\"; did you mean \"%.*s\"?",
                              "det finns inget kommando \"%s\"; menade du \"%.*s\"?"},
    [TEXT_UNKNOWN_OPTION] = {"there is no option %s; did you mean --%.*s?",
                             "det finns ingen flagga %s; menade du --%.*s?"},
    [TEXT_OPTION_NEEDS_VALUE] = {"%s needs a value after it",
                                 "%s måste följas av ett värde"},
    [TEXT_OPTION_TAKES_NO_VALUE] = {"--%s takes no value", "--%s tar inget värde"},
    [TEXT_NO_SHORT_OPTIONS] =
        {"there is no option %s; options begin with two dashes",
         "det finns ingen flagga %s; flaggor börjar med två bindestreck"},
    [TEXT_OPTION_REQUIRED] = {"--%s is missing", "--%s saknas"},
    [TEXT_OPERAND_REQUIRED] = {"%s is missing: name one", "%s saknas: ange en"},
    [TEXT_UNEXPECTED_OPERAND] = {"\"%s\" is one word too many",
                                 "\"%s\" är ett ord för mycket"},
    [TEXT_BAD_VALUE] = {"--%s: %s%s%s", "--%s: %s%s%s"},
    [TEXT_BAD_OPERAND] = {"%s: %s%s%s", "%s: %s%s%s"},
    [TEXT_BAD_TIMEOUT] = {"--timeout %s: write 10, 500ms or 2m, at most a day",
                          "--timeout %s: skriv 10, 500ms eller 2m, högst ett dygn"},
    [TEXT_BAD_LANGUAGE] = {"--lang %s: there are sv and en",
                           "--lang %s: sv och en finns"},
    [TEXT_BAD_REQUEST_ID] =
        {"--request-id %s: must be 32 hexadecimal digits, a UUIDv7",
         "--request-id %s: ska vara 32 hexadecimala siffror, en UUIDv7"},
    [TEXT_NOT_WHOLE] = {"--%s %s: must be a whole number",
                        "--%s %s: ska vara ett heltal"},
    [TEXT_NOT_DECIMAL] = {"--%s %s: must be a number, such as 82.5",
                          "--%s %s: ska vara ett tal, till exempel 82,5"},
    [TEXT_NOT_PLACE] = {"--%s %s: must be a municipality (Lund or 1281) or a position "
                        "(57.7,11.97)",
                        "--%s %s: ska vara en kommun (Lund eller 1281) eller en position "
                        "(57.7,11.97)"},
    [TEXT_NOT_HOLD] =
        {"--%s %s: must be 30s, 90m, 24h or 3d: at least a second, at most 72 h",
         "--%s %s: ska vara 30s, 90m, 24h eller 3d: minst en sekund, högst 72 h"},
    [TEXT_NOT_UTF8] = {"--%s: the value is not UTF-8 text",
                       "--%s: värdet är inte UTF-8-text"},
    [TEXT_BATCH_ALONE] =
        {"--batch goes without a question of its own: the file has the "
         "questions",
         "--batch kan inte förenas med en egen fråga: filen har frågorna"},
    [TEXT_UNKNOWN_SHELL] = {"there is no completion for %s; bash, zsh and fish have one",
                            "det finns ingen ifyllning för %s; bash, zsh och fish har"},
    [TEXT_FORM_NOT_HERE] = {"%s is not for this command",
                            "%s finns inte för det här kommandot"},
    // failures
    [TEXT_NO_DAEMON] = {"no daemon answers", "ingen tjänst svarar"},
    [TEXT_HOW_TO_START] =
        {"Start a daemon with: vardsokd --data-dir FOLDER\n"
         "or say where it is: --server unix:FOLDER/vardsok.sock, or "
         "$VARDSOK_SERVER",
         "Starta en tjänst med: vardsokd --data-dir MAPP\n"
         "eller ange var den finns: --server unix:MAPP/vardsok.sock, eller "
         "$VARDSOK_SERVER"},
    [TEXT_CANNOT_READ] = {"%s cannot be read: %s", "%s kan inte läsas: %s"},
    [TEXT_CANNOT_WRITE] = {"%s cannot be written: %s", "%s kan inte skrivas: %s"},
    // match
    [TEXT_MATCH_HEAD] = {"%s, for %s, referred on %s", "%s, för %s, remiss %s"},
    [TEXT_MATCH_DEADLINE] = {"The care guarantee ends on %s", "Vårdgarantin går ut %s"},
    [TEXT_MATCH_NONE] = {"Nobody can take this patient.",
                         "Ingen kan ta emot den här patienten."},
    [TEXT_MATCH_NONE_HINT] = {"Ask again with --explain to see why.",
                              "Fråga igen med --explain för att se varför."},
    [TEXT_MATCH_MORE] = {"The first %u are shown; --limit N shows more, up to 100.",
                         "De första %u visas; --limit N visar fler, högst 100."},
    [TEXT_COLUMN_UNIT] = {"Care unit", "Vårdenhet"},
    [TEXT_COLUMN_FIRST_DAY] = {"First day", "Första dag"},
    [TEXT_COLUMN_BASIS] = {"Rests on", "Vilar på"},
    [TEXT_COLUMN_GUARANTEE] = {"Guarantee", "Garanti"},
    [TEXT_COLUMN_DISTANCE] = {"km", "km"},
    [TEXT_COLUMN_PRICE] = {"SEK", "kr"},
    [TEXT_COLUMN_UNDER] = {"Under", "Enligt"},
    [TEXT_COLUMN_TERMS] = {"Terms", "Villkor"},
    [TEXT_COLUMN_NOTE] = {"To see to", "Att ordna"},
    [TEXT_COLUMN_VERIFY] = {"To verify", "Kontrollera"},
    [TEXT_DAYS] = {"%lld days", "%lld dagar"},
    [TEXT_ONE_DAY] = {"1 day", "1 dag"},
    [TEXT_DAY_UNKNOWN] = {"unknown", "okänd"},
    [TEXT_BASIS_FORECAST] = {"forecast", "prognos"},
    [TEXT_BASIS_CURRENT] = {"current", "aktuell"},
    [TEXT_BASIS_CAPACITY] = {"free slots", "lediga tider"},
    [TEXT_BASIS_STALE] = {"too old!", "för gammal!"},
    [TEXT_BASIS_UNKNOWN] = {"no figure", "saknas"},
    [TEXT_SLOTS] = {"%lld slots", "%lld platser"},
    [TEXT_ONE_SLOT] = {"1 slot", "1 plats"},
    [TEXT_WITHIN] = {"inside", "inom"},
    [TEXT_NOT_WITHIN] = {"AFTER", "EFTER"},
    [TEXT_UNDER_AGREEMENT] = {"agreement %.*s", "avtal %.*s"},
    [TEXT_UNDER_CAPACITY] = {"capacity %.*s", "kapacitet %.*s"},
    [TEXT_UNDER_PERMIT] = {"national permit", "NHV-tillstånd"},
    [TEXT_ALTERNATIVES] = {", and %lld more", ", och %lld till"},
    [TEXT_TERM_ASA] = {"ASA", "ASA"},
    [TEXT_TERM_WEIGHT] = {"kg", "kg"},
    [TEXT_TERM_BMI] = {"BMI", "BMI"},
    [TEXT_TERM_AGE] = {"years", "år"},
    [TEXT_TERM_FEMALE] = {"women", "kvinnor"},
    [TEXT_TERM_MALE] = {"men", "män"},
    [TEXT_EXPLAIN_COUNTS] =
        {"%lld of %lld candidates said no (%lld admit, %lld if verified).",
         "%lld av %lld kandidater sade nej (%lld tar emot, %lld om "
         "kontrollen går väl)."},
    [TEXT_EXPLAIN_REASON] = {"Why they said no", "Varför de sade nej"},
    [TEXT_EXPLAIN_ANY] = {"how many", "antal"},
    [TEXT_EXPLAIN_ALONE] = {"only that", "enbart det"},
    [TEXT_EXPLAIN_NEAR] = {"What nearly fitted", "Vad som nästan passade"},
    [TEXT_TERMS_BEFORE] = {"before referral", "före remiss"},
    [TEXT_TERMS_AFTER] = {"aftercare", "eftervård"},
    [TEXT_NEAR_ASA_MAX] = {"takes ASA up to %s", "tar högst ASA %s"},
    [TEXT_NEAR_WEIGHT_MIN] = {"takes from %s kg", "tar från %s kg"},
    [TEXT_NEAR_WEIGHT_MAX] = {"takes up to %s kg", "tar högst %s kg"},
    [TEXT_NEAR_BMI_MIN] = {"takes BMI from %s", "tar BMI från %s"},
    [TEXT_NEAR_BMI_MAX] = {"takes BMI up to %s", "tar BMI högst %s"},
    [TEXT_NEAR_AGE_MIN] = {"takes from %s years of age", "tar från %s års ålder"},
    [TEXT_NEAR_AGE_MAX] = {"takes up to %s years of age",
                           "tar till och med %s års ålder"},
    [TEXT_NEAR_SEX] = {"takes %s alone", "tar endast %s"},
    [TEXT_NEAR_REGION] = {"lies in %s, outside the regions asked for",
                          "ligger i %s, utanför de regioner som efterfrågas"},
    [TEXT_NEAR_DISTANCE] = {"is %s km away", "ligger %s km bort"},
    [TEXT_NEAR_WAIT] = {"has a wait of %s days", "har %s dagars väntetid"},
    // import and export
    [TEXT_IMPORT_OPERAND] = {"name one folder, or - with --kind",
                             "ange en mapp, eller - tillsammans med --kind"},
    [TEXT_IMPORT_KIND_WITH_STDIN] = {"--kind goes with -, and - needs it",
                                     "--kind hör ihop med -, och - kräver den"},
    [TEXT_IMPORT_UNKNOWN_KIND] = {"--kind %s: there is no such kind; did you mean %.*s?",
                                  "--kind %s: det slaget finns inte; menade du %.*s?"},
    [TEXT_IMPORT_UNKNOWN_FILE] = {"no kind of rows has this file name",
                                  "inget slags rader har det filnamnet"},
    [TEXT_IMPORT_NO_FILES] =
        {"%s holds none of the files that can be imported (units.csv, "
         "agreements.csv, …)",
         "%s innehåller ingen fil som kan importeras (units.csv, "
         "agreements.csv, …)"},
    [TEXT_IMPORT_TWICE] = {"the same key as in line %u", "samma nyckel som på rad %u"},
    [TEXT_IMPORT_SKIPPED] = {"%s:%u: skipped, a newer observation is stored",
                             "%s:%u: hoppas över, en nyare observation finns lagrad"},
    [TEXT_IMPORT_NOTHING_WRITTEN] =
        {"%u faults; nothing was written. Correct them, or write "
         "the right rows with --keep-going",
         "%u fel; ingenting skrevs. Rätta dem, eller skriv de "
         "riktiga raderna med --keep-going"},
    [TEXT_IMPORT_PARTLY_WRITTEN] = {"%u faults; those rows were not written",
                                    "%u fel; de raderna skrevs inte"},
    [TEXT_IMPORT_SUMMARY] =
        {"%u files, %u rows: %u written, %u equal to what is stored, %u "
         "skipped, %u refused, %u deleted; %.1f s",
         "%u filer, %u rader: %u skrivna, %u lika som förut, %u "
         "överhoppade, %u nekade, %u borttagna; %.1f s"},
    [TEXT_IMPORT_SUMMARY_DRY] =
        {"%u files, %u rows: %u would be written, %u are equal to what "
         "is stored, %u would be skipped, %u refused, %u deleted; %.1f "
         "s, nothing was written",
         "%u filer, %u rader: %u skulle skrivas, %u är lika som förut, "
         "%u skulle hoppas över, %u nekas, %u tas bort; %.1f s, "
         "ingenting skrevs"},
    [TEXT_IMPORT_STOPPED] = {"the import was cut after %u of %u changes; run it again to "
                             "finish it",
                             "importen avbröts efter %u av %u ändringar; kör den igen så "
                             "slutförs den"},
    [TEXT_PROGRESS_CHECK] = {"checking", "kontrollerar"},
    [TEXT_PROGRESS_WRITE] = {"writing", "skriver"},
    [TEXT_EXPORT_OPERAND] = {"name one folder to write to",
                             "ange en mapp att skriva till"},
    [TEXT_EXPORT_DONE] = {"%u files, %u rows in %s", "%u filer, %u rader i %s"},
    // status
    [TEXT_STATUS_SERVER] = {"Daemon", "Tjänst"},
    [TEXT_STATUS_REVISION] = {"Revision", "Revision"},
    [TEXT_STATUS_READY] = {"Answers questions", "Svarar på frågor"},
    [TEXT_STATUS_WRITABLE] = {"Takes writes", "Tar emot ändringar"},
    [TEXT_STATUS_VERSION] = {"Version", "Version"},
    [TEXT_STATUS_LOG] = {"Log", "Logg"},
    [TEXT_STATUS_DURABILITY] = {"Durability", "Beständighet"},
    [TEXT_STATUS_LAG] = {"Log heard from, ms ago", "Loggen hördes för, ms"},
    [TEXT_STATUS_WHAT] = {"Log trouble", "Loggens fel"},
    [TEXT_STATUS_DIGEST] = {"Digest", "Kontrollsumma"},
    [TEXT_STATUS_UNITS] = {"Care units", "Vårdenheter"},
    [TEXT_STATUS_SERVICES] = {"Care services", "Vårdtjänster"},
    [TEXT_STATUS_AGREEMENTS] = {"Agreements", "Avtal"},
    [TEXT_STATUS_LINES] = {"Agreement lines", "Avtalsrader"},
    [TEXT_STATUS_WAITING_TIMES] = {"Waiting times", "Väntetider"},
    [TEXT_STATUS_CAPACITIES] = {"Free capacities", "Lediga kapaciteter"},
    [TEXT_STATUS_CLAIMS] = {"Claims", "Tagna platser"},
    [TEXT_STATUS_MEMORY] = {"Memory, MB", "Minne, MB"},
    [TEXT_STATUS_UPTIME] = {"Running, s", "Har gått, s"},
    [TEXT_YES] = {"yes", "ja"},
    [TEXT_NO] = {"no", "nej"},
    // capacity and claim
    [TEXT_CAPACITY_NONE] = {"No free slots are published that fit.",
                            "Inga publicerade platser passar."},
    [TEXT_CAPACITY_FREE] = {"%lld of %lld", "%lld av %lld"},
    [TEXT_CAPACITY_SLOTS] = {"%lld of %lld slots are free",
                             "%lld av %lld platser är lediga"},
    [TEXT_CAPACITY_HELD] = {"held: %lld", "reserverat: %lld"},
    [TEXT_CAPACITY_CONFIRMED] = {"confirmed: %lld", "bekräftat: %lld"},
    [TEXT_CAPACITY_OPEN] = {"open", "öppen"},
    [TEXT_CAPACITY_FULL] = {"FULL", "FULLT"},
    [TEXT_CAPACITY_CLOSED] = {"CLOSED", "STÄNGD"},
    [TEXT_CAPACITY_EVERY_REGION] = {"every region", "alla regioner"},
    [TEXT_CAPACITY_EXISTS] = {"there is a capacity %.*s already\nChange it with: vardsok "
                              "capacity change %.*s, or choose another --id",
                              "det finns redan en kapacitet %.*s\nÄndra den med: vardsok "
                              "capacity change %.*s, eller välj ett annat --id"},
    [TEXT_CAPACITY_EQUAL] = {"%.*s is so already; nothing was written",
                             "%.*s är redan så; ingenting skrevs"},
    [TEXT_CAPACITY_GONE] = {"%.*s was published and has been withdrawn since",
                            "%.*s publicerades och har sedan dragits tillbaka"},
    [TEXT_CAPACITY_NO_CHANGE] =
        {"say what to change: --slots 3, or --clear book-by",
         "ange vad som ska ändras: --slots 3, eller --clear book-by"},
    [TEXT_CAPACITY_CLEAR_UNKNOWN] =
        {"--clear %s: there is no such option; did you mean %.*s?",
         "--clear %s: den flaggan finns inte; menade du %.*s?"},
    [TEXT_CAPACITY_CLEAR_REQUIRED] =
        {"--clear %s: it is required; give a new value with --%s",
         "--clear %s: uppgiften krävs; ange ett nytt värde med --%s"},
    [TEXT_CAPACITY_CLEAR_TWICE] = {"--clear %s and --%s contradict each other",
                                   "--clear %s och --%s säger emot varandra"},
    [TEXT_CAPACITY_WITHDRAWN] = {"%.*s is withdrawn.", "%.*s är tillbakadragen."},
    [TEXT_CAPACITY_RELEASED] =
        {"These claims were released with it. Tell their regions; they see it "
         "in\nvardsok claim list --region REGION",
         "De här bokningarna släpptes samtidigt. Meddela regionerna; de ser det "
         "i\nvardsok claim list --region REGION"},
    [TEXT_CAPACITY_CLAIMS] = {"Held and confirmed now:", "Reserverat och bekräftat nu:"},
    [TEXT_COLUMN_FREE] = {"Free", "Lediga"},
    [TEXT_COLUMN_WHOSE] = {"Region, reference", "Region, referens"},
    [TEXT_COLUMN_WHEN] = {"When", "När"},
    [TEXT_CLAIM_NONE] = {"No claims fit.", "Inga bokningar passar."},
    [TEXT_CLAIM_WITHDRAWN] = {"WITHDRAWN by the unit", "INDRAGEN av enheten"},
    [TEXT_CLAIM_NEXT] =
        {"Confirm it with: vardsok claim confirm %.*s\nor give it back: "
         "vardsok claim release %.*s",
         "Bekräfta med: vardsok claim confirm %.*s\neller lämna tillbaka: "
         "vardsok claim release %.*s"},
    [TEXT_CLAIM_UNTIL] = {"until", "till"},
    [TEXT_LEFT_DAYS] = {"%lld d %lld h left", "%lld dygn %lld tim kvar"},
    [TEXT_LEFT_HOURS] = {"%lld h %lld min left", "%lld tim %lld min kvar"},
    [TEXT_LEFT_MINUTES] = {"%lld min left", "%lld min kvar"},
    [TEXT_LEFT_SECONDS] = {"%lld s left", "%lld s kvar"},
    [TEXT_LEFT_NONE] = {"run out", "har gått ut"},
    [TEXT_REPEAT_WITH_ID] = {"Repeat the command with this, and it is done once whatever "
                             "became of it:\n--request-id %s",
                             "Upprepa kommandot med detta, så görs det en gång vad som "
                             "än hände nyss:\n--request-id %s"},
    [TEXT_SEARCH_NONE] =
        {"No care service was found for \"%.*s\". Try fewer or other words.",
         "Ingen vårdtjänst hittades för ”%.*s”. Prova färre eller andra ord."},
    [TEXT_SEARCH_MORE] =
        {"The first %u of %u. --limit shows more; another word narrows "
         "it down.",
         "De första %u av %u. --limit visar fler; ett ord till snävar in."},
    [TEXT_SEARCH_SYNONYM] = {"also called: %.*s", "kallas även: %.*s"},
    [TEXT_SEARCH_MAPPING] = {"by %.*s %.*s: %.*s", "via %.*s %.*s: %.*s"},
    [TEXT_SEARCH_SIMILAR] = {"spelt alike", "liknande stavning"},
    [TEXT_LOOKUP_SEVERAL] =
        {"%s %.*s: %u can be meant; write more of the name, or a code:",
         "%s %.*s: %u kan menas; skriv mer av namnet, eller en kod:"},
    [TEXT_LOOKUP_NONE] = {"%s %.*s: nothing has that name or code",
                          "%s %.*s: inget har det namnet eller den koden"},
    [TEXT_SERVICE_UNKNOWN] = {"no care service has the code %.*s",
                              "ingen vårdtjänst har koden %.*s"},
    [TEXT_SERVICE_MEANT] = {"Did you mean one of these?", "Menade du någon av dessa?"},
    [TEXT_SERVICE_HOW_TO_SEARCH] = {"Search by words: vardsok service search TEXT",
                                    "Sök med ord: vardsok service search TEXT"},
    [TEXT_SERVICE_TAKEN] = {"%.*s (%.*s) is what is called %.*s.",
                            "%.*s (%.*s) är det som kallas %.*s."},
    [TEXT_COLUMN_CODE] = {"Code", "Kod"},
    [TEXT_COLUMN_NAME] = {"Care service", "Vårdtjänst"},
    [TEXT_COLUMN_SYSTEM] = {"Code system", "Kodverk"},
    [TEXT_COLUMN_AREA] = {"Area", "Område"},
    [TEXT_GUARANTEE_NONE] = {"not covered", "omfattas inte"},
    [TEXT_GUARANTEE_VISIT] = {"first visit", "första besök"},
    [TEXT_GUARANTEE_TREATMENT] = {"treatment", "behandling"},
    [TEXT_PERMIT_FROM] = {", from %s", ", från %s"},
    [TEXT_PERMIT_TO] = {" to %s", " till %s"},
    [TEXT_CONTACT_NONE] = {"no contact is stored", "ingen kontaktuppgift är inlagd"},
    [TEXT_CONTACT_HOW_TO_STORE] =
        {"It is stored by import of regions.csv with phone, email, url or hours.",
         "Den läggs in med import av regions.csv med phone, email, url eller hours."},
    [TEXT_HEALTHCARE_REGIONS] = {"Northern", "Norra"},
    [TEXT_HEALTHCARE_REGIONS + 1] = {"Central", "Mellansverige"},
    [TEXT_HEALTHCARE_REGIONS + 2] = {"Stockholm-Gotland", "Stockholm-Gotland"},
    [TEXT_HEALTHCARE_REGIONS + 3] = {"Western", "Västra"},
    [TEXT_HEALTHCARE_REGIONS + 4] = {"South-eastern", "Sydöstra"},
    [TEXT_HEALTHCARE_REGIONS + 5] = {"Southern", "Södra"},
};

const char *const text_tests_failed[MATCH_TEST_COUNT][LANGUAGE_COUNT] = {
    [MATCH_TEST_UNIT_INACTIVE] = {"the unit is not active", "enheten är inte i drift"},
    [MATCH_TEST_AGREEMENT_NOT_YET_VALID] = {"the agreement is not yet valid",
                                            "avtalet gäller inte än"},
    [MATCH_TEST_AGREEMENT_EXPIRED] = {"the agreement has expired", "avtalet har gått ut"},
    [MATCH_TEST_AGREEMENT_SUSPENDED] = {"the agreement is suspended",
                                        "avtalet är vilande"},
    [MATCH_TEST_REGION_NOT_PARTY] = {"the home region may not call off",
                                     "hemregionen får inte avropa"},
    [MATCH_TEST_ASA] = {"the ASA class is too high", "ASA-klassen är för hög"},
    [MATCH_TEST_WEIGHT] = {"the weight is outside the bounds",
                           "vikten ligger utanför gränserna"},
    [MATCH_TEST_BMI] = {"BMI is outside the bounds", "BMI ligger utanför gränserna"},
    [MATCH_TEST_AGE] = {"the age is outside the bounds",
                        "åldern ligger utanför gränserna"},
    [MATCH_TEST_SEX] = {"only the other sex is taken", "endast det andra könet tas emot"},
    [MATCH_TEST_OUTSIDE_REGIONS] = {"outside the regions asked for",
                                    "utanför önskade regioner"},
    [MATCH_TEST_TOO_FAR] = {"too far away", "för långt bort"},
    [MATCH_TEST_WAIT_TOO_LONG] = {"too long a wait", "för lång väntetid"},
    [MATCH_TEST_CAPACITY_CLOSED] = {"the free slots can no longer be booked",
                                    "de lediga tiderna kan inte längre bokas"},
    [MATCH_TEST_NO_SLOTS_LEFT] = {"not enough free slots", "för få lediga platser"},
    [MATCH_TEST_NO_NHV_PERMIT] = {"no permit for national specialised care",
                                  "saknar tillstånd för nationell högspecialiserad vård"},
    [MATCH_TEST_CONDITION] = {"a condition is to be assessed", "ett villkor ska bedömas"},
    [MATCH_TEST_AGREEMENT_ENDS] = {"the agreement may end first",
                                   "avtalet kan gå ut före vården"},
    [MATCH_TEST_PERMIT_ENDS] = {"the permit may end first",
                                "tillståndet kan gå ut före vården"},
};

const char *const text_tests_verify[MATCH_TEST_COUNT][LANGUAGE_COUNT] = {
    [MATCH_TEST_UNIT_INACTIVE] = {"unit active", "enhet i drift"},
    [MATCH_TEST_AGREEMENT_NOT_YET_VALID] = {"agreement's start", "avtalets start"},
    [MATCH_TEST_AGREEMENT_EXPIRED] = {"agreement's end", "avtalets slut"},
    [MATCH_TEST_AGREEMENT_SUSPENDED] = {"agreement in use", "avtal i bruk"},
    [MATCH_TEST_REGION_NOT_PARTY] = {"right to call off", "avropsrätt"},
    [MATCH_TEST_ASA] = {"ASA", "ASA"},
    [MATCH_TEST_WEIGHT] = {"weight", "vikt"},
    [MATCH_TEST_BMI] = {"BMI", "BMI"},
    [MATCH_TEST_AGE] = {"age", "ålder"},
    [MATCH_TEST_SEX] = {"sex", "kön"},
    [MATCH_TEST_OUTSIDE_REGIONS] = {"region", "region"},
    [MATCH_TEST_TOO_FAR] = {"distance", "avstånd"},
    [MATCH_TEST_WAIT_TOO_LONG] = {"wait", "väntetid"},
    [MATCH_TEST_CAPACITY_CLOSED] = {"last booking day", "sista bokningsdag"},
    [MATCH_TEST_NO_SLOTS_LEFT] = {"slots", "platser"},
    [MATCH_TEST_NO_NHV_PERMIT] = {"permit", "tillstånd"},
    [MATCH_TEST_CONDITION] = {"conditions", "villkor"},
    [MATCH_TEST_AGREEMENT_ENDS] = {"agreement lasts", "avtalet räcker"},
    [MATCH_TEST_PERMIT_ENDS] = {"permit lasts", "tillståndet räcker"},
};
