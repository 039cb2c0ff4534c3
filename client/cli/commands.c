// SPDX-License-Identifier: Apache-2.0
//
// Every command: its name, its usage in a line and whole, and what runs it.
#include "cli/cli.h"

#define CAPACITY_OPTIONS                                                                 \
    "         [--book-by DATE] [--price SEK] [--asa-max N] [--weight-min KG]\n"          \
    "         [--weight-max KG] [--bmi-min N] [--bmi-max N] [--age-min YEARS]\n"         \
    "         [--age-max YEARS] [--sex female|male] [--condition TEXT]...\n"             \
    "         [--prerequisite TEXT]... [--aftercare TEXT] [--note TEXT]"
#define UNIT_AND_SERVICE                                                                 \
    {                                                                                    \
        "U is a unit's HSA-id or name, S a care service's code or name.",                \
            "U är en enhets HSA-id eller namn, S en vårdtjänsts kod eller namn."      \
    }
#define NO_MORE                                                                          \
    {                                                                                    \
        NULL, NULL                                                                       \
    }

const struct command cli_commands[] = {
    {"match",
     "match --service SERVICE --region REGION [options], or match --batch FILE|-",
     "match --service SERVICE --region REGION [--asa N] [--weight KG]\n"
     "         [--height CM] [--age YEARS] [--sex female|male]\n"
     "         [--from MUNICIPALITY|LAT,LON] [--on DATE] [--in-region SET]\n"
     "         [--max-wait DAYS] [--max-km KM]\n"
     "         [--code-system S [--code-version V]] [--slots N]\n"
     "         [--guarantee-from DATE [--paused DAYS] | --deadline DATE]\n"
     "         [--order earliest|nearest|cheapest] [--limit N] [--certain]\n"
     "         [--explain] [--min-revision N]\n"
     "       vardsok match --batch FILE|-",
     {"find who can take a patient, when and on what terms",
      "hitta vem som kan ta emot en patient, när och på vilka villkor"},
     {"SERVICE, REGION and MUNICIPALITY are codes or names: NFB49 or hoftprotes, 12 or "
      "skane,\n1281 or lund. A name is taken when it alone fits; which, is said on "
      "stderr. The queries\nof --batch have codes.",
      "SERVICE, REGION och MUNICIPALITY är koder eller namn: NFB49 eller hoftprotes, "
      "12 eller\nskane, 1281 eller lund. Ett namn tas när bara det passar; vilket, "
      "sägs på stderr.\nFrågorna i --batch har koder."},
     command_match},
    {"service search",
     "service search TEXT [--limit N]",
     "service search TEXT [--limit N]",
     {"find a care service by words", "sök en vårdtjänst med egna ord"},
     {"TEXT is a code or words of a name, in Swedish or English. å, ä and ö may be "
      "written\na and o, and a typing error or two is forgiven. All words must be "
      "found.\n  --limit N  so many at most, 1-100 (default 10)",
      "TEXT är en kod eller ord ur ett namn, på svenska eller engelska. å, ä och ö "
      "får "
      "skrivas\na och o, och ett par skrivfel förlåts. Alla ord måste finnas.\n"
      "  --limit N  högst så många, 1-100 (annars 10)"},
     command_service_search},
    {"service show",
     "service show CODE",
     "service show CODE",
     {"show a care service, and what leads to it",
      "visa en vårdtjänst och vad som leder till den"},
     NO_MORE,
     command_service_show},
    {"contact",
     "contact REGION|MUNICIPALITY",
     "contact REGION|MUNICIPALITY",
     {"how a region's navigator is reached", "hur en regions vårdlots nås"},
     {"REGION and MUNICIPALITY are codes or names: 14, 1281, skane, lund",
      "REGION och MUNICIPALITY är koder eller namn: 14, 1281, skåne, lund"},
     command_contact},
    {"unit show",
     "unit show ID|NAME",
     "unit show ID|NAME",
     {"show a care unit", "visa en vårdenhet"},
     {"NAME is words of its name: ljungby lasarett",
      "NAME är ord ur dess namn: ljungby lasarett"},
     command_unit_show},
    {"unit list",
     "unit list [--region REGION]",
     "unit list [--region REGION]",
     {"list care units", "lista vårdenheter"},
     {"--region: those that lie in it, by its code or name.",
      "--region: de som ligger i regionen, med dess kod eller namn."},
     command_unit_list},
    {"agreement show",
     "agreement show ID",
     "agreement show ID",
     {"show an agreement", "visa ett vårdavtal"},
     NO_MORE,
     command_agreement_show},
    {"agreement list",
     "agreement list [--region REGION]",
     "agreement list [--region REGION]",
     {"list agreements", "lista vårdavtal"},
     {"--region: those that it owns or may call off.",
      "--region: de som regionen äger eller får avropa."},
     command_agreement_list},
    {"import",
     "import DIR|- [--kind K] [options]",
     "import DIR|- [--kind K] [--dry-run] [--keep-going] [--replace]",
     {"check CSV files and write what has changed",
      "kontrollera CSV-filer och skriv det som ändrats"},
     NO_MORE,
     command_import},
    {"export",
     "export DIR",
     "export DIR",
     {"write everything that is stored as CSV files",
      "skriv ut allt som finns lagrat som CSV-filer"},
     NO_MORE,
     command_export},
    {"wait set",
     "wait set --unit U --service S --observed DATE [options]",
     "wait set --unit U --service S --observed DATE [--current N]\n"
     "         [--forecast N --until DATE] [--statistic estimate|median|p90|max]\n"
     "         [--sample N] [--source T]",
     {"report a waiting time", "rapportera en väntetid"},
     UNIT_AND_SERVICE,
     command_wait_set},
    {"wait show",
     "wait show --unit U --service S",
     "wait show --unit U --service S",
     {"show a waiting time", "visa en väntetid"},
     UNIT_AND_SERVICE,
     command_wait_show},
    {"capacity publish",
     "capacity publish --id ID --unit U --service S --slots N --from DATE --to DATE "
     "--open-to SET [options]",
     "capacity publish --id ID --unit U --service S --slots N --from DATE --to DATE\n"
     "         --open-to SET\n" CAPACITY_OPTIONS,
     {"publish free slots of a unit", "publicera lediga platser på en enhet"},
     {"--open-to takes regions and healthcare regions, 01|skane|@norra, or *. The last "
      "day "
      "to book\nis --book-by, else the last day of the window. --condition and "
      "--prerequisite may be\nrepeated.",
      "--open-to tar regioner och sjukvårdsregioner, 01|skane|@norra, eller *. Sista dag "
      "att boka är\n--book-by, annars fönstrets sista dag. --condition och "
      "--prerequisite får upprepas."},
     command_capacity_publish},
    {"capacity list",
     "capacity list [options]",
     "capacity list [--unit U] [--service S] [--open-to REGION] [--available]",
     {"list free slots", "lista lediga platser"},
     {"--open-to REGION: what that region may claim. "
      "--available: neither closed nor full.",
      "--open-to REGION: det som den regionen får boka. "
      "--available: varken stängt eller fullt."},
     command_capacity_list},
    {"capacity show",
     "capacity show ID",
     "capacity show ID",
     {"show free slots, and who has them until when",
      "visa lediga platser och vem som har dem till när"},
     NO_MORE,
     command_capacity_show},
    {"capacity change",
     "capacity change ID [options] [--clear OPTION]...",
     "capacity change ID [--clear OPTION]... [--unit U] [--service S] [--slots N]\n"
     "         [--from DATE] [--to DATE] [--open-to SET]\n" CAPACITY_OPTIONS,
     {"change what is published", "ändra det som är publicerat"},
     {"What is not given stays as it is; --clear price (repeat it for more) empties "
      "an option.\n--condition and --prerequisite replace the whole list. --slots may "
      "go down to what is\ntaken.",
      "Det som inte anges står kvar; --clear price (får upprepas) tömmer en "
      "uppgift.\n--condition och --prerequisite ersätter hela listan. --slots kan "
      "minskas till det som är\ntaget."},
     command_capacity_change},
    {"capacity withdraw",
     "capacity withdraw ID [--even-confirmed]",
     "capacity withdraw ID [--even-confirmed]",
     {"take free slots back", "dra tillbaka lediga platser"},
     {"Holds are released. Over confirmed claims it takes --even-confirmed; they are "
      "listed, and\ntheir regions see them as withdrawn.",
      "Reservationer släpps. Finns bekräftade bokningar krävs --even-confirmed; de "
      "listas, och\nregionerna ser dem som indragna."},
     command_capacity_withdraw},
    {"claim take",
     "claim take --capacity ID --region REGION [options]",
     "claim take --capacity ID --region REGION [--slots N] [--hold 24h] [--case REF]",
     {"hold free slots while the patient decides",
      "reservera lediga platser medan patienten bestämmer sig"},
     {"--hold is 30s, 90m, 24h or 3d, at most 72 h (default 24h), from now. --case is "
      "your own\nreference; a personal identity number is refused.",
      "--hold är 30s, 90m, 24h eller 3d, högst 72 h (annars 24h), från nu. --case är "
      "er egen\nreferens; ett personnummer nekas."},
     command_claim_take},
    {"claim extend",
     "claim extend CLAIM [--hold 24h]",
     "claim extend CLAIM [--hold 24h]",
     {"let a hold run longer, once", "förläng en reservation, en gång"},
     {"--hold is 30s, 90m, 24h or 3d, at most 72 h (default "
      "24h), from now; it never shortens.",
      "--hold är 30s, 90m, 24h eller 3d, högst 72 h (annars "
      "24h), från nu; den förkortar aldrig."},
     command_claim_extend},
    {"claim confirm",
     "claim confirm CLAIM",
     "claim confirm CLAIM",
     {"make a hold a booking", "bekräfta en reservation: platserna är bokade"},
     NO_MORE,
     command_claim_confirm},
    {"claim release",
     "claim release CLAIM",
     "claim release CLAIM",
     {"give a hold or a booking back", "lämna tillbaka en reservation eller en bokning"},
     NO_MORE,
     command_claim_release},
    {"claim show",
     "claim show CLAIM",
     "claim show CLAIM",
     {"show one claim", "visa en bokning"},
     NO_MORE,
     command_claim_show},
    {"claim list",
     "claim list [options]",
     "claim list [--region REGION] [--unit U] [--capacity ID]\n"
     "         [--state held|confirmed|released|expired]",
     {"list claims and until when they are held",
      "lista bokningar och till när de är reserverade"},
     {"--state is held, confirmed, released or expired.",
      "--state är held (reserverad), confirmed (bekräftad), "
      "released (återlämnad) eller expired\n(utgången)."},
     command_claim_list},
    {"status",
     "status",
     "status",
     {"how the daemon, its log and its data are",
      "hur tjänsten, dess logg och dess data mår"},
     NO_MORE,
     command_status},
    {"completion",
     "completion bash|zsh|fish",
     "completion bash|zsh|fish",
     {"write a script that completes commands and options",
      "skriv ett skript som fyller i kommandon och flaggor"},
     {"bash: source <(vardsok completion bash)    zsh: the same with zsh\n"
      "fish: vardsok completion fish | source",
      "bash: source <(vardsok completion bash)    zsh: samma sak med zsh\n"
      "fish: vardsok completion fish | source"},
     command_completion},
    {NULL, NULL, NULL, {NULL, NULL}, NO_MORE, NULL},
};
