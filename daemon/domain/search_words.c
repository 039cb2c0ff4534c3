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

void search_pattern_init(struct search_pattern *pattern, struct slice word)
{
    memset(pattern->places, 0, sizeof pattern->places);
    pattern->len = (unsigned)word.len;
    for (size_t i = 0; i < word.len; i++)
        pattern->places[(unsigned char)search_fold(word.data[i])] |= UINT64_C(1) << i;
}

// The columns of the usual matrix as differences between neighbours, 64 of them in a step
// (Hyyrö 2003, after Myers 1999).
unsigned search_distance(const struct search_pattern *pattern, struct slice word,
                         unsigned most)
{
    uint64_t down = ~UINT64_C(0), up = 0; // the next in the column is one more, one less
    uint64_t same = 0, before = 0;        // the diagonal is equal; the letter before
    uint64_t last = UINT64_C(1) << (pattern->len - 1);
    unsigned distance = pattern->len;
    for (size_t i = 0; i < word.len; i++) {
        uint64_t places = pattern->places[(unsigned char)search_fold(word.data[i])];
        uint64_t swapped = (~same & places) << 1 & before;
        same = (((places & down) + down) ^ down) | places | up | swapped;
        uint64_t right = up | ~(same | down), left = same & down;
        distance += (right & last) != 0;
        distance -= (left & last) != 0;
        if (distance > most + (word.len - 1 - i)) // each letter left takes one at most
            return most + 1;
        right = right << 1 | 1;
        down = left << 1 | ~(same | right);
        up = right & same;
        before = places;
    }
    return distance;
}
