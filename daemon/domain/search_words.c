// SPDX-License-Identifier: Apache-2.0
#include "domain/search_words.h"

#include <utf8proc.h>

#define DECOMPOSED_MAX 8 // code points that one becomes

enum mark { MARK_DIAERESIS = 0x308, MARK_RING = 0x30A };

// Letters that Unicode does not take apart.
static const struct {
    utf8proc_int32_t code_point;
    const char *letters;
} look_alikes[] = {
    {0xE6, "|"}, {0xF8, "}"},  {0x153, "oe"}, {0x142, "l"},
    {0xF0, "d"}, {0xFE, "th"}, {0x111, "d"},  {0x131, "i"},
};

enum sign { SIGN_LETTER, SIGN_MARK, SIGN_NOTHING, SIGN_BETWEEN };

static enum sign sign_of(utf8proc_int32_t c)
{
    switch (utf8proc_category(c)) {
    case UTF8PROC_CATEGORY_LU:
    case UTF8PROC_CATEGORY_LL:
    case UTF8PROC_CATEGORY_LT:
    case UTF8PROC_CATEGORY_LM:
    case UTF8PROC_CATEGORY_LO:
    case UTF8PROC_CATEGORY_ND:
    case UTF8PROC_CATEGORY_NL:
    case UTF8PROC_CATEGORY_NO:
        return SIGN_LETTER;
    case UTF8PROC_CATEGORY_MN:
    case UTF8PROC_CATEGORY_MC:
    case UTF8PROC_CATEGORY_ME:
        return SIGN_MARK;
    case UTF8PROC_CATEGORY_CF: // a soft hyphen and the like
        return SIGN_NOTHING;
    default:
        return SIGN_BETWEEN;
    }
}

static void put_bytes(struct search_letters *word, const void *bytes, size_t len)
{
    size_t room = sizeof word->bytes - word->len;
    len = len < room ? len : room;
    memcpy(word->bytes + word->len, bytes, len);
    word->len = (uint8_t)(word->len + len);
}

static void put_letter(struct search_letters *word, utf8proc_int32_t c)
{
    utf8proc_uint8_t bytes[4];
    for (size_t i = 0; i < sizeof look_alikes / sizeof *look_alikes; i++)
        if (look_alikes[i].code_point == c) {
            put_bytes(word, look_alikes[i].letters, strlen(look_alikes[i].letters));
            return;
        }
    put_bytes(word, bytes, (size_t)utf8proc_encode_char(c, bytes));
}

// A mark that follows a letter: it makes å, ä or ö, or is forgotten.
static void put_mark(struct search_letters *word, utf8proc_int32_t mark)
{
    char *last = word->bytes + word->len - 1;
    if (mark == MARK_RING && *last == 'a')
        *last = '{';
    else if (mark == MARK_DIAERESIS && *last == 'a')
        *last = '|';
    else if (mark == MARK_DIAERESIS && *last == 'o')
        *last = '}';
}

// Appends what a code point is in small letters. False when it stands between words.
static bool put_code_point(struct search_letters *word, utf8proc_int32_t c)
{
    utf8proc_int32_t parts[DECOMPOSED_MAX];
    int boundary = 0;
    if (sign_of(c) == SIGN_BETWEEN)
        return false;
    utf8proc_ssize_t n = utf8proc_decompose_char(
        c, parts, DECOMPOSED_MAX, UTF8PROC_DECOMPOSE | UTF8PROC_CASEFOLD, &boundary);
    for (utf8proc_ssize_t i = 0; i < n && i < DECOMPOSED_MAX; i++) {
        enum sign sign = sign_of(parts[i]);
        if (sign == SIGN_LETTER)
            put_letter(word, parts[i]);
        else if (sign == SIGN_MARK && word->len > 0)
            put_mark(word, parts[i]);
    }
    return true;
}

static bool is_small(unsigned char byte)
{
    return (byte >= 'a' && byte <= 'z') || (byte >= '0' && byte <= '9');
}

// Takes one sign off the text. False when it stands between words.
static bool take_sign(struct slice *text, struct search_letters *word)
{
    unsigned char byte = (unsigned char)text->data[0];
    utf8proc_int32_t c = byte;
    utf8proc_ssize_t len = 1;
    bool is_in_word = true;
    if (byte >= 'A' && byte <= 'Z')
        byte = (unsigned char)(byte - 'A' + 'a');
    if (byte >= 0x80)
        len = utf8proc_iterate((const utf8proc_uint8_t *)text->data,
                               (utf8proc_ssize_t)text->len, &c);
    if (is_small(byte))
        put_bytes(word, &byte, 1);
    else
        is_in_word = byte >= 0x80 && len > 0 && put_code_point(word, c);
    len = len > 0 ? len : 1;
    *text = (struct slice){text->data + len, text->len - (size_t)len};
    return is_in_word;
}

bool search_word_read(struct slice *text, struct search_letters *word)
{
    word->len = 0;
    while (text->len > 0)
        if (!take_sign(text, word) && word->len > 0)
            break;
    return word->len > 0;
}

static bool is_code_sign(char c)
{
    return is_small((unsigned char)c) || (c >= 'A' && c <= 'Z') ||
           (c != '\0' && strchr("._:+-", c));
}

bool search_code_read(struct slice text, struct search_letters *code)
{
    while (text.len > 0 && text.data[0] == ' ')
        text = (struct slice){text.data + 1, text.len - 1};
    while (text.len > 0 && text.data[text.len - 1] == ' ')
        text.len--;
    if (text.len == 0 || text.len > sizeof code->bytes)
        return false;
    for (size_t i = 0; i < text.len; i++) {
        char c = text.data[i];
        if (!is_code_sign(c))
            return false;
        code->bytes[i] = c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
    }
    code->len = (uint8_t)text.len;
    return true;
}

// --- distance ---

static unsigned least(unsigned a, unsigned b)
{
    return a < b ? a : b;
}

static bool same(struct slice a, size_t i, struct slice b, size_t j)
{
    return search_fold(a.data[i]) == search_fold(b.data[j]);
}

// What the words begin and end with alike changes no distance.
static void strip_alike(struct slice *a, struct slice *b)
{
    while (a->len > 0 && b->len > 0 && same(*a, a->len - 1, *b, b->len - 1)) {
        a->len--;
        b->len--;
    }
    while (a->len > 0 && b->len > 0 && same(*a, 0, *b, 0)) {
        *a = (struct slice){a->data + 1, a->len - 1};
        *b = (struct slice){b->data + 1, b->len - 1};
    }
}

// The row of a's i-th letter from the two before it; its least number.
static unsigned fill_row(struct slice a, size_t i, struct slice b, unsigned *row,
                         const unsigned *above, const unsigned *second_above)
{
    unsigned smallest = row[0] = (unsigned)i;
    for (size_t j = 1; j <= b.len; j++) {
        unsigned value = above[j - 1] + !same(a, i - 1, b, j - 1);
        value = least(value, least(above[j], row[j - 1]) + 1);
        if (i > 1 && j > 1 && same(a, i - 1, b, j - 2) && same(a, i - 2, b, j - 1))
            value = least(value, second_above[j - 2] + 1);
        row[j] = value;
        smallest = least(smallest, value);
    }
    return smallest;
}

unsigned search_distance(struct slice a, struct slice b, unsigned most)
{
    unsigned rows[3][SEARCH_WORD_MAX + 1];
    strip_alike(&a, &b);
    if (a.len + most < b.len || b.len + most < a.len)
        return most + 1;
    for (size_t j = 0; j <= b.len; j++)
        rows[0][j] = (unsigned)j;
    for (size_t i = 1; i <= a.len; i++) {
        // Neighbouring rows differ by one at most, so that no swap reaches over this one.
        if (fill_row(a, i, b, rows[i % 3], rows[(i - 1) % 3], rows[(i + 1) % 3]) > most)
            return most + 1;
    }
    return least(rows[a.len % 3][b.len], most + 1);
}
