// SPDX-License-Identifier: Apache-2.0
#include "domain/grammar.h"

#include <criterion/criterion.h>
#include <stdio.h>

typedef bool (*grammar)(struct slice text);

struct sample {
    const char *text;
    bool right;
};

static void expect_all(grammar is_right, const struct sample *samples, size_t n)
{
    for (size_t i = 0; i < n; i++)
        cr_expect_eq(is_right(slice_from(samples[i].text)), samples[i].right, "\"%s\"",
                     samples[i].text);
    cr_expect(!is_right(SLICE_ABSENT));
    cr_expect(!is_right((struct slice){"A\0B", 3}));
}
#define EXPECT_ALL(is_right, samples)                                                    \
    expect_all(is_right, samples, sizeof(samples) / sizeof((samples)[0]))

static bool is_plain_text(struct slice text)
{
    return text.data != NULL && grammar_is_text(text);
}

Test(grammar, text_is_utf8_without_control_characters)
{
    static const struct sample samples[] = {
        {"", true},
        {"Ögonkirurgi – 60 % 😀", true},
        {"\xF4\x8F\xBF\xBD", true}, // U+10FFFD
        {"tab\t", false},
        {"line\n", false},
        {"\x1F", false},
        {"\x7F", false},
        {"\xC2\x80", false}, // C1
        {"\xC2\x9F", false},
        {"\xC2\xA0", true},          // no-break space
        {"\xD8\x9C", false},         // U+061C
        {"\xE2\x80\x8E", false},     // U+200E
        {"\xE2\x80\x8F", false},     // U+200F
        {"\xE2\x80\xAA", false},     // U+202A
        {"\xE2\x80\xAE", false},     // U+202E
        {"\xE2\x80\xAF", true},      // U+202F narrow space
        {"\xE2\x81\xA5", true},      // U+2065
        {"\xE2\x81\xA6", false},     // U+2066
        {"\xE2\x81\xA9", false},     // U+2069
        {"\xC0\x80", false},         // overlong NUL
        {"\xC1\xBF", false},         // overlong
        {"\xE0\x9F\xBF", false},     // overlong
        {"\xF0\x8F\xBF\xBF", false}, // overlong
        {"\xED\xA0\x80", false},     // surrogates
        {"\xED\xBF\xBF", false},
        {"\xF4\x90\x80\x80", false},     // above U+10FFFF
        {"\xF8\x88\x80\x80\x80", false}, // five bytes
        {"\x80", false},                 // a tail alone
        {"a\xC3", false},                // cut
        {"\xE2\x82", false},
        {"\xF0\x9F\x98", false},
        {"\xFF", false},
        {"\xC3(", false},
        {"Sm\xE5land", false}, // Latin-1
    };
    EXPECT_ALL(is_plain_text, samples);
}

Test(grammar, ids_are_up_to_64_plain_characters)
{
    static const struct sample samples[] = {
        {"A-12", true},
        {"a.B_c:d+e-9", true},
        {"", false},
        {"A 12", false},
        {"Å", false},
        {"A/12", false},
        {"A|12", false},
        {"x", true},
        {"a\n", false},
        {"*", false},
        {"0123456789012345678901234567890123456789012345678901234567890123", true},
        {"01234567890123456789012345678901234567890123456789012345678901234", false},
    };
    EXPECT_ALL(grammar_is_id, samples);
}

Test(grammar, hsa_ids_are_se_and_ten_digits_and_a_suffix)
{
    static const struct sample samples[] = {
        {"SE2321000016-1001", true},
        {"TSE2321000016-A", true},
        {"SE2321000016-123456789012345678", true},
        {"SE2321000016-1234567890123456789", false},
        {"SE2321000016-", false},
        {"SE2321000016", false},
        {"SE232100001-1001", false},
        {"SE23210000160-1001", false},
        {"se2321000016-1001", false},
        {"TTSE2321000016-1", false},
        {"SE23210000A6-1001", false},
        {"SE2321000016-10 1", false},
        {"SE2321000016-Ä1", false},
        {"SE2321000016_1001", false},
        {"T", false},
        {"", false},
    };
    EXPECT_ALL(grammar_is_hsa_id, samples);
}

Test(grammar, organisation_numbers_have_ten_digits_and_luhns_check)
{
    static const struct sample samples[] = {
        {"2321000016", true},  {"2321000131", true},   {"5560125790", true},
        {"2321000017", false}, {"232100-0016", false}, {"232100001", false},
        {"", false},           {"23210000160", false}, {"232100001x", false},
        {" 232100001", false}, {"0000000000", true},
    };
    EXPECT_ALL(grammar_is_org_number, samples);
    // Exactly one of ten check digits is right.
    for (int base = 0; base < 1000; base++) {
        int n_right = 0;
        for (int check = 0; check < 10; check++) {
            char text[16];
            snprintf(text, sizeof text, "556%06d%d", base * 997, check);
            n_right += grammar_is_org_number(slice_from(text));
        }
        cr_assert_eq(n_right, 1);
    }
}

Test(grammar, phones_begin_with_plus_or_zero)
{
    static const struct sample samples[] = {
        {"08-123 456 78", true},
        {"+46 (0)8-123 456 78", true},
        {"031-3421000", true},
        {"0123456", true},
        {"012345", false},
        {"+12345", false},
        {"+123456", true},
        {"+12345678901234", true},
        {"+123456789012345", false},
        {"1177", false},
        {"112", false},
        {"", false},
        {"+", false},
        {"0", false},
        {"08 123 456 78 ", false},
        {"08/12345678", false},
        {"08-123 456 78 ank 2", false},
        {"0046 8 123 456", true},
        {"++4612345678", false},
        {"+(46)12345678", true},
    };
    EXPECT_ALL(grammar_is_phone, samples);
}

Test(grammar, emails_have_a_name_and_a_host_with_a_dot)
{
    static const struct sample samples[] = {
        {"vardlots@vgregion.se", true},
        {"a.b+c@x-y.example.se", true},
        {"vardlots@localhost", false},
        {"@vgregion.se", false},
        {"a@b@c.se", false},
        {"a b@c.se", false},
        {".a@c.se", false},
        {"a.@c.se", false},
        {"a..b@c.se", false},
        {"a@.se", false},
        {"a@c..se", false},
        {"a@-c.se", false},
        {"a@c-.se", false},
        {"a@c.se.", false},
        {"a", false},
        {"", false},
        {"a@", false},
        {"vårdlots@vgregion.se", false},
        {"Vårdlots <a@c.se>", false},
        {"a,b@c.se", false},
    };
    EXPECT_ALL(grammar_is_email, samples);
}

Test(grammar, urls_are_http_or_https_without_user_or_spaces)
{
    static const struct sample samples[] = {
        {"https://www.1177.se/vgr", true},
        {"http://localhost:8080/?a=b#c", true},
        {"HTTPS://Example.se", true},
        {"https://example.se:443", true},
        {"https://example.se/vårdlots", true},
        {"ftp://example.se", false},
        {"javascript:alert(1)", false},
        {"https://", false},
        {"https:///x", false},
        {"https://a b.se", false},
        {"https://user@example.se", false},
        {"https://user:pw@example.se", false},
        {"https://example.se/a b", false},
        {"https://example.se/\"", false},
        {"https://example.se/<x>", false},
        {"https://example.se:99999", false},
        {"https://example.se:", false},
        {"https://example.se:x", false},
        {"www.example.se", false},
        {"", false},
        {"https://exa_mple.se", false},
        {"https://example.se/\xFF", false},
    };
    EXPECT_ALL(grammar_is_url, samples);
}

static bool is_up_to_3650(struct slice text)
{
    return grammar_is_whole_number(text, 3650);
}

Test(grammar, whole_numbers_have_no_sign_and_no_leading_zero)
{
    static const struct sample samples[] = {
        {"0", true},    {"42", true},   {"3650", true}, {"3651", false},
        {"042", false}, {"-1", false},  {"+1", false},  {"", false},
        {"4 2", false}, {"4.0", false}, {"00", false},  {"99999999999999999999", false},
    };
    EXPECT_ALL(is_up_to_3650, samples);
}

Test(grammar, municipalities_are_four_digits)
{
    static const struct sample samples[] = {
        {"1480", true}, {"0114", true}, {"148", false}, {"14800", false}, {"14a0", false},
    };
    EXPECT_ALL(grammar_is_municipality, samples);
}
