// SPDX-License-Identifier: Apache-2.0
//
// What is not shown again. The numbers are the Swedish Tax Agency's published test
// numbers.
#define _GNU_SOURCE // memmem
#include <criterion/criterion.h>
#include <string.h>

#include "cli/json_write.h"
#include "cli/mask.h"

static void expect_masked(const char *text, const char *expected)
{
    char copy[128];
    size_t len = strlen(text);
    memcpy(copy, text, len + 1);
    mask_identity(copy, len);
    cr_expect_str_eq(copy, expected);
}

Test(mask, a_text_without_an_identity_stays_as_it_is)
{
    expect_masked("", "");
    expect_masked("no service 191212121213 is stored",
                  "no service 191212121213 is stored");
    expect_masked("units.csv:12", "units.csv:12");
}

Test(mask, the_word_with_an_identity_is_hidden_and_others_stay)
{
    expect_masked("no service 191212121212, see S7", "no service ************, see S7");
    expect_masked("121212-1212.csv", "******-****.csv");
}

Test(mask, an_identity_with_spaces_hides_every_digit)
{
    expect_masked("row 7: 19 121212 - 1212", "row *: ** ****** - ****");
}

Test(mask, digits_of_another_script_are_hidden)
{
    char text[] = "19121212121\xef\xbc\x92";
    mask_identity(text, strlen(text));
    cr_expect_null(strchr(text, '1'));
    cr_expect_null(strchr(text, '\x92'));
}

Test(mask, nothing_is_printed_of_nothing)
{
    char *text = NULL;
    size_t len;
    FILE *out = open_memstream(&text, &len);
    mask_print(out, "");
    mask_print(out, "a");
    fclose(out);
    cr_expect_str_eq(text, "a");
    free(text);
}

Test(mask, an_error_as_json_hides_it_in_field_and_message)
{
    struct vardsok_error error = {.status = VARDSOK_INVALID_ARGUMENT,
                                  .field = "191212121212",
                                  .message = "query has no key \"19121212-1212\""};
    struct buffer out = {0};
    json_write_error(&out, &error);
    cr_expect_null(memmem(out.data, out.len, "1212", 4));
    buffer_free(&out);
}
