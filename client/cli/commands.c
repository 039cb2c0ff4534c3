// SPDX-License-Identifier: Apache-2.0
//
// Every command: its name, its usage in a line and whole, and what runs it.
#include "cli/cli.h"

#define CAPACITY_OPTIONS                                                                 \
    "         [--book-by DATE] [--price SEK] [--asa-max N] [--weight-min KG]\n"          \
    "         [--weight-max KG] [--bmi-min N] [--bmi-max N] [--age-min YEARS]\n"         \
    "         [--age-max YEARS] [--sex female|male] [--condition TEXT]...\n"             \
    "         [--prerequisite TEXT]... [--aftercare TEXT] [--note TEXT]"
#define NO_MORE TEXT_NONE

const struct command cli_commands[] = {
    {"match", "match --service CODE --region CODE [options], or match --batch FILE|-",
     "match --service CODE --region CODE [--asa N] [--weight KG] [--height CM]\n"
     "         [--age YEARS] [--sex female|male] [--from MUNICIPALITY|LAT,LON]\n"
     "         [--on DATE] [--in-region SET] [--max-wait DAYS] [--max-km KM]\n"
     "         [--code-system S [--code-version V]] [--slots N]\n"
     "         [--guarantee-from DATE [--paused DAYS] | --deadline DATE]\n"
     "         [--order earliest|nearest|cheapest] [--limit N] [--certain]\n"
     "         [--explain] [--min-revision N]\n"
     "       vardsok match --batch FILE|-",
     TEXT_FOR_MATCH, NO_MORE, command_match},
    {"service search", "service search TEXT [--limit N]",
     "service search TEXT [--limit N]", TEXT_FOR_SERVICE_SEARCH, TEXT_MORE_SERVICE_SEARCH,
     command_service_search},
    {"service show", "service show CODE", "service show CODE", TEXT_FOR_SERVICE_SHOW,
     NO_MORE, command_service_show},
    {"contact", "contact REGION|MUNICIPALITY", "contact REGION|MUNICIPALITY",
     TEXT_FOR_CONTACT, TEXT_MORE_CONTACT, command_contact},
    {"import", "import DIR|- [--kind K] [options]",
     "import DIR|- [--kind K] [--dry-run] [--keep-going] [--replace]", TEXT_FOR_IMPORT,
     NO_MORE, command_import},
    {"export", "export DIR", "export DIR", TEXT_FOR_EXPORT, NO_MORE, command_export},
    {"wait set", "wait set --unit U --service S --observed DATE [options]",
     "wait set --unit U --service S --observed DATE [--current N]\n"
     "         [--forecast N --until DATE] [--statistic estimate|median|p90|max]\n"
     "         [--sample N] [--source T]",
     TEXT_FOR_WAIT_SET, NO_MORE, command_wait_set},
    {"wait show", "wait show --unit U --service S", "wait show --unit U --service S",
     TEXT_FOR_WAIT_SHOW, NO_MORE, command_wait_show},
    {"capacity publish",
     "capacity publish --id ID --unit U --service S --slots N --from DATE --to DATE "
     "--open-to SET [options]",
     "capacity publish --id ID --unit U --service S --slots N --from DATE --to DATE\n"
     "         --open-to SET\n" CAPACITY_OPTIONS,
     TEXT_FOR_CAPACITY_PUBLISH, TEXT_MORE_CAPACITY_PUBLISH, command_capacity_publish},
    {"capacity list", "capacity list [options]",
     "capacity list [--unit U] [--service S] [--open-to REGION] [--available]",
     TEXT_FOR_CAPACITY_LIST, TEXT_MORE_CAPACITY_LIST, command_capacity_list},
    {"capacity show", "capacity show ID", "capacity show ID", TEXT_FOR_CAPACITY_SHOW,
     NO_MORE, command_capacity_show},
    {"capacity change", "capacity change ID [options] [--clear OPTION]...",
     "capacity change ID [--clear OPTION]... [--unit U] [--service S] [--slots N]\n"
     "         [--from DATE] [--to DATE] [--open-to SET]\n" CAPACITY_OPTIONS,
     TEXT_FOR_CAPACITY_CHANGE, TEXT_MORE_CAPACITY_CHANGE, command_capacity_change},
    {"capacity withdraw", "capacity withdraw ID [--even-confirmed]",
     "capacity withdraw ID [--even-confirmed]", TEXT_FOR_CAPACITY_WITHDRAW,
     TEXT_MORE_CAPACITY_WITHDRAW, command_capacity_withdraw},
    {"claim take", "claim take --capacity ID --region CODE [options]",
     "claim take --capacity ID --region CODE [--slots N] [--hold 24h] [--case REF]",
     TEXT_FOR_CLAIM_TAKE, TEXT_MORE_CLAIM_HOLD, command_claim_take},
    {"claim extend", "claim extend CLAIM [--hold 24h]", "claim extend CLAIM [--hold 24h]",
     TEXT_FOR_CLAIM_EXTEND, TEXT_MORE_CLAIM_EXTEND, command_claim_extend},
    {"claim confirm", "claim confirm CLAIM", "claim confirm CLAIM",
     TEXT_FOR_CLAIM_CONFIRM, NO_MORE, command_claim_confirm},
    {"claim release", "claim release CLAIM", "claim release CLAIM",
     TEXT_FOR_CLAIM_RELEASE, NO_MORE, command_claim_release},
    {"claim show", "claim show CLAIM", "claim show CLAIM", TEXT_FOR_CLAIM_SHOW, NO_MORE,
     command_claim_show},
    {"claim list", "claim list [options]",
     "claim list [--region CODE] [--unit U] [--capacity ID]\n"
     "         [--state held|confirmed|released|expired]",
     TEXT_FOR_CLAIM_LIST, TEXT_MORE_CLAIM_LIST, command_claim_list},
    {"status", "status", "status", TEXT_FOR_STATUS, NO_MORE, command_status},
    {NULL, NULL, NULL, TEXT_NONE, NO_MORE, NULL},
};
