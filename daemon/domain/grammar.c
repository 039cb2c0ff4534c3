// SPDX-License-Identifier: Apache-2.0
#include "domain/grammar.h"

#include <stdint.h>
#include <utf8proc.h>

#include "domain/shape.h"

#define ORG_NUMBER_DIGITS 10
#define HSA_SUFFIX_MAX 18
#define PHONE_DIGITS_MIN 6
#define PHONE_DIGITS_MAX 14
#define LOCAL_PART_MAX 64
#define HOST_MAX 253
#define LABEL_MAX 63
#define PORT_MAX 65535

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_alphanumeric(char c)
{
    return is_digit(c) || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

static bool is_control(utf8proc_int32_t c)
{
    return c < 0x20 || (c >= 0x7F && c <= 0x9F) || c == 0x61C || c == 0x200E ||
           c == 0x200F || (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069);
}

bool grammar_is_text(struct slice text)
{
    for (size_t i = 0; i < text.len;) {
        unsigned char byte = (unsigned char)text.data[i];
        if (byte >= 0x20 && byte < 0x7F) {
            i++;
            continue;
        }
        utf8proc_int32_t c;
        utf8proc_ssize_t len = utf8proc_iterate((const utf8proc_uint8_t *)text.data + i,
                                                (utf8proc_ssize_t)(text.len - i), &c);
        if (len <= 0 || is_control(c))
            return false;
        i += (size_t)len;
    }
    return true;
}

bool grammar_is_id(struct slice text)
{
    for (size_t i = 0; i < text.len; i++)
        if (!is_alphanumeric(text.data[i]) &&
            (text.data[i] == '\0' || strchr("._:+-", text.data[i]) == NULL))
            return false;
    return text.len >= 1 && text.len <= ID_MAX_LEN;
}

static bool are_digits(struct slice text)
{
    for (size_t i = 0; i < text.len; i++)
        if (!is_digit(text.data[i]))
            return false;
    return true;
}

bool grammar_is_hsa_id(struct slice text)
{
    size_t start = text.len > 0 && text.data[0] == 'T';
    size_t dash = start + 2 + ORG_NUMBER_DIGITS;
    if (text.len < dash + 2 || text.len > dash + 1 + HSA_SUFFIX_MAX ||
        memcmp(text.data + start, "SE", 2) != 0 || text.data[dash] != '-' ||
        !are_digits((struct slice){text.data + start + 2, ORG_NUMBER_DIGITS}))
        return false;
    for (size_t i = dash + 1; i < text.len; i++)
        if (!is_alphanumeric(text.data[i]))
            return false;
    return true;
}

bool grammar_luhn(const unsigned char *digits, unsigned n)
{
    unsigned sum = 0;
    for (unsigned i = 0; i < n; i++) {
        unsigned value = digits[n - 1 - i];
        if (i % 2 == 1)
            value = value * 2 > 9 ? value * 2 - 9 : value * 2;
        sum += value;
    }
    return sum % 10 == 0;
}

bool grammar_is_org_number(struct slice text)
{
    unsigned char digits[ORG_NUMBER_DIGITS];
    if (text.len != ORG_NUMBER_DIGITS || !are_digits(text))
        return false;
    for (unsigned i = 0; i < ORG_NUMBER_DIGITS; i++)
        digits[i] = (unsigned char)(text.data[i] - '0');
    return grammar_luhn(digits, ORG_NUMBER_DIGITS);
}

bool grammar_is_municipality(struct slice text)
{
    return text.len == 4 && are_digits(text);
}

bool grammar_is_phone(struct slice text)
{
    if (text.len < 2 || (text.data[0] != '+' && text.data[0] != '0'))
        return false;
    unsigned n = 0;
    for (size_t i = 1; i < text.len; i++) {
        if (is_digit(text.data[i]))
            n++;
        else if (text.data[i] == '\0' || strchr(" -()", text.data[i]) == NULL)
            return false;
    }
    return n >= PHONE_DIGITS_MIN && n <= PHONE_DIGITS_MAX &&
           is_digit(text.data[text.len - 1]);
}

// Labels of letters, digits and inner dashes, joined by dots.
static bool is_host(struct slice host, unsigned n_labels_min)
{
    if (host.len == 0 || host.len > HOST_MAX)
        return false;
    unsigned n_labels = 1;
    size_t label = 0;
    for (size_t i = 0; i <= host.len; i++) {
        if (i < host.len && host.data[i] != '.') {
            if (!is_alphanumeric(host.data[i]) && host.data[i] != '-')
                return false;
            continue;
        }
        if (i == label || i - label > LABEL_MAX || host.data[label] == '-' ||
            host.data[i - 1] == '-')
            return false;
        n_labels += i < host.len;
        label = i + 1;
    }
    return n_labels >= n_labels_min;
}

static bool is_local_part(struct slice local)
{
    if (local.len == 0 || local.len > LOCAL_PART_MAX || local.data[0] == '.' ||
        local.data[local.len - 1] == '.')
        return false;
    for (size_t i = 0; i < local.len; i++) {
        char c = local.data[i];
        if (c == '.' && local.data[i - 1] == '.')
            return false;
        if (!is_alphanumeric(c) &&
            (c == '\0' || strchr(".!#$%&'*+/=?^_`{|}~-", c) == NULL))
            return false;
    }
    return true;
}

bool grammar_is_email(struct slice text)
{
    const char *at = text.len ? memchr(text.data, '@', text.len) : NULL;
    if (at == NULL)
        return false;
    size_t local = (size_t)(at - text.data);
    return is_local_part((struct slice){text.data, local}) &&
           is_host((struct slice){at + 1, text.len - local - 1}, 2);
}

static bool has_prefix_of_any_case(struct slice text, const char *lower)
{
    size_t n = strlen(lower);
    if (text.len < n)
        return false;
    for (size_t i = 0; i < n; i++) {
        char c = text.data[i];
        if ((c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c) != lower[i])
            return false;
    }
    return true;
}

bool grammar_is_url(struct slice text)
{
    size_t start = has_prefix_of_any_case(text, "http://")    ? 7
                   : has_prefix_of_any_case(text, "https://") ? 8
                                                              : 0;
    if (start == 0 || !grammar_is_text(text))
        return false;
    for (size_t i = 0; i < text.len; i++)
        if (strchr(" \"<>\\^`{|}", text.data[i]) != NULL)
            return false;
    size_t end = start;
    while (end < text.len && strchr("/?#:", text.data[end]) == NULL)
        end++;
    if (!is_host((struct slice){text.data + start, end - start}, 1))
        return false;
    if (end == text.len || text.data[end] != ':')
        return true;
    size_t port = ++end;
    while (end < text.len && strchr("/?#", text.data[end]) == NULL)
        end++;
    return grammar_is_whole_number((struct slice){text.data + port, end - port},
                                   PORT_MAX);
}

bool grammar_is_whole_number(struct slice text, long max)
{
    if (text.len == 0 || text.len > 9 || !are_digits(text) ||
        (text.len > 1 && text.data[0] == '0'))
        return false;
    long value = 0;
    for (size_t i = 0; i < text.len; i++)
        value = value * 10 + (text.data[i] - '0');
    return value <= max;
}
