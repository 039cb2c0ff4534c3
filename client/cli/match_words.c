// SPDX-License-Identifier: Apache-2.0
#include "cli/match_words.h"

#include <inttypes.h>

#include "base/date.h"
#include "cli/json_write.h"

#define REGION_CODE_MAX 25
#define NBSP "\xC2\xA0" // keeps a bound in one line

static bool cut_prefix(struct slice *name, const char *prefix)
{
    size_t len = strlen(prefix);
    if (name->len <= len || memcmp(name->data, prefix, len) != 0)
        return false;
    *name = (struct slice){name->data + len, name->len - len};
    return true;
}

struct slice words_short_region(struct slice name)
{
    static const char suffix[] = "sregionen";
    const size_t len = sizeof suffix - 1;
    if (!cut_prefix(&name, "Region ") && name.len > len &&
        memcmp(name.data + name.len - len, suffix, len) == 0)
        name.len -= len;
    return name;
}

struct slice words_unit(const struct unit_summary *unit)
{
    return unit->name.len > 0 ? unit->name : unit->id;
}

void words_region(struct buffer *out, const struct match_names *names, int64_t code)
{
    if (code >= 1 && code <= REGION_CODE_MAX && names->regions[code].data) {
        buffer_append_slice(out, names->regions[code]);
        return;
    }
    char text[8];
    snprintf(text, sizeof text, "%02d", (int)code);
    json_write_text(out, text);
}

void words_date(struct buffer *out, int64_t days)
{
    char text[DATE_TEXT_LEN];
    date_format((int32_t)days, text);
    buffer_append(out, text, sizeof text);
}

void words_days(struct buffer *out, enum language language, int64_t days)
{
    if (days == 1)
        text_append(out, language, TEXT_ONE_DAY);
    else
        text_append(out, language, TEXT_DAYS, (long long)days);
}

void words_price(struct buffer *out, int64_t ore)
{
    char digits[24];
    int len = snprintf(digits, sizeof digits, "%" PRId64, (ore + 50) / 100);
    for (int i = 0; i < len; i++) {
        if (i > 0 && (len - i) % 3 == 0)
            json_write_text(out, " ");
        buffer_append(out, &digits[i], 1);
    }
}

// A number of a bound: whole, or with one decimal when it has one; a comma in Swedish.
static void write_number(struct buffer *out, enum language language, int64_t value,
                         bool tenths)
{
    json_write_int(out, tenths ? value / 10 : value);
    if (tenths && value % 10 != 0) {
        json_write_text(out, language == LANGUAGE_SV ? "," : ".");
        json_write_int(out, value % 10);
    }
}

struct range {
    int64_t min, max;
    bool tenths;
    enum text unit;
    bool unit_first; // "BMI ≤ 35", else "≤ 130 kg"
};

static void write_range(struct buffer *out, enum language language, size_t start,
                        const struct range *range)
{
    if (range->min == ABSENT && range->max == ABSENT)
        return;
    if (out->len > start)
        json_write_text(out, ", ");
    if (range->unit_first) {
        json_write_text(out, text_get(language, range->unit));
        json_write_text(out, NBSP);
    }
    if (range->min == ABSENT)
        json_write_text(out, "≤" NBSP);
    else if (range->max == ABSENT)
        json_write_text(out, "≥" NBSP);
    if (range->min != ABSENT)
        write_number(out, language, range->min, range->tenths);
    if (range->min != ABSENT && range->max != ABSENT)
        json_write_text(out, "–");
    if (range->max != ABSENT)
        write_number(out, language, range->max, range->tenths);
    if (!range->unit_first) {
        json_write_text(out, NBSP);
        json_write_text(out, text_get(language, range->unit));
    }
}

void words_terms(struct buffer *out, enum language language, const struct terms *terms)
{
    const struct range ranges[] = {
        {ABSENT, terms->asa_max, false, TEXT_TERM_ASA, true},
        {terms->weight_min, terms->weight_max, true, TEXT_TERM_WEIGHT, false},
        {terms->bmi_min, terms->bmi_max, true, TEXT_TERM_BMI, true},
        {terms->age_min, terms->age_max, false, TEXT_TERM_AGE, false},
    };
    size_t start = out->len;
    for (unsigned i = 0; i < sizeof ranges / sizeof ranges[0]; i++)
        write_range(out, language, start, &ranges[i]);
    if (terms->sex == SEX_FEMALE || terms->sex == SEX_MALE) {
        if (out->len > start)
            json_write_text(out, ", ");
        json_write_text(out,
                        text_get(language, terms->sex == SEX_FEMALE ? TEXT_TERM_FEMALE
                                                                    : TEXT_TERM_MALE));
    }
    for (uint32_t i = 0; i < terms->conditions.n; i++) {
        if (out->len > start)
            json_write_text(out, "; ");
        buffer_append_slice(out, terms->conditions.items[i]);
    }
}

void words_verify(struct buffer *out, enum language language, int64_t verify)
{
    size_t start = out->len;
    for (int test = 1; test < MATCH_TEST_COUNT; test++) {
        if (verify == ABSENT || !(verify & INT64_C(1) << test))
            continue;
        if (out->len > start)
            json_write_text(out, ", ");
        json_write_text(out, text_test_verify(language, (enum match_test)test));
    }
}

void words_bound(struct buffer *out, enum language language,
                 const struct match_names *names, const struct bound *bound)
{
    const struct {
        int64_t value;
        bool tenths;
        enum text text;
    } bounds[] = {
        {bound->asa_max, false, TEXT_NEAR_ASA_MAX},
        {bound->weight_min, true, TEXT_NEAR_WEIGHT_MIN},
        {bound->weight_max, true, TEXT_NEAR_WEIGHT_MAX},
        {bound->bmi_min, true, TEXT_NEAR_BMI_MIN},
        {bound->bmi_max, true, TEXT_NEAR_BMI_MAX},
        {bound->age_min, false, TEXT_NEAR_AGE_MIN},
        {bound->age_max, false, TEXT_NEAR_AGE_MAX},
        {bound->sex, false, TEXT_NEAR_SEX},
        {bound->region, false, TEXT_NEAR_REGION},
        {bound->distance_km, false, TEXT_NEAR_DISTANCE},
        {bound->wait_days, false, TEXT_NEAR_WAIT},
    };
    for (unsigned i = 0; i < sizeof bounds / sizeof bounds[0]; i++) {
        if (bounds[i].value == ABSENT)
            continue;
        struct buffer value = {0};
        if (bounds[i].text == TEXT_NEAR_SEX)
            json_write_text(&value, text_get(language, bound->sex == SEX_FEMALE
                                                           ? TEXT_TERM_FEMALE
                                                           : TEXT_TERM_MALE));
        else if (bounds[i].text == TEXT_NEAR_REGION)
            words_region(&value, names, bound->region);
        else
            write_number(&value, language, bounds[i].value, bounds[i].tenths);
        buffer_append(&value, "", 1);
        text_append(out, language, bounds[i].text, value.data);
        buffer_free(&value);
        return;
    }
}
