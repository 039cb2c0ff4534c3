// SPDX-License-Identifier: Apache-2.0
//
// A record in memory:
//
//     0  u8      kind
//     1  varint  revision
//        varint  how many bytes follow
//        varint  handle of the row that each link names, in the order of the links
//        bytes   the other fields of the canonical record, as they stand there
//
// The links of a kind are neighbours, so the canonical record is the fields before them,
// a text for each, and the fields after them. A row is counted by what names it, so its
// handle lives as long as the record; a change that is undone gives it back (rows.c).
#include "domain/record.h"

#include <string.h>

#include "base/check.h"
#include "domain/rows.h"
#include "domain/slab.h"

#define VARINT_MAX 10
#define TAG_TEXT(number) ((char)((number) << 3 | 2))

struct record {
    char kind;
    char rest[];
};

// Which fields of a kind are its key, and which name rows. A test holds key_last against
// the shapes.
struct form {
    uint8_t key_last;   // number of the last field of the key
    uint8_t first_link; // number of the first link; the others follow
    uint8_t n_links;
    uint8_t tables[RECORD_LINKS_MAX];
};

enum { AGREEMENTS, UNITS, SERVICES };

static const struct form forms[KIND_COUNT] = {
    [KIND_REGION] = {.key_last = 1},
    [KIND_MUNICIPALITY] = {.key_last = 1},
    [KIND_NHV_AREA] = {.key_last = 1},
    [KIND_SERVICE] = {.key_last = 1},
    [KIND_MAPPING] = {.key_last = 3},
    [KIND_UNIT] = {.key_last = 1},
    [KIND_NHV_PERMIT] = {.key_last = 5},
    [KIND_AGREEMENT] = {.key_last = 1},
    [KIND_AGREEMENT_LINE] = {4, 1, 3, {AGREEMENTS, UNITS, SERVICES}},
    [KIND_WAITING_TIME] = {2, 1, 2, {UNITS, SERVICES}},
    [KIND_CAPACITY] = {1, 2, 2, {UNITS, SERVICES}},
    [KIND_GUARANTEE_LIMIT] = {.key_last = 3},
    [KIND_SETTING] = {.key_last = 1},
    [KIND_CLAIM] = {.key_last = 1},
};

struct slice record_text_key(char key[RECORD_TEXT_KEY_MAX], struct slice text)
{
    if (text.data == NULL || text.len > ID_MAX_LEN)
        return SLICE_ABSENT;
    key[0] = TAG_TEXT(1);
    key[1] = (char)text.len;
    memcpy(key + 2, text.data, text.len);
    return (struct slice){key, text.len + 2};
}

// --- fields ---

static uint64_t get_varint(const char **at)
{
    uint64_t value = 0;
    for (unsigned shift = 0;; shift += 7) {
        unsigned char byte = (unsigned char)*(*at)++;
        value |= (uint64_t)(byte & 0x7F) << shift;
        if (byte < 0x80)
            return value;
    }
}

static char *put_varint(char *at, uint64_t value)
{
    for (; value >= 0x80; value >>= 7)
        *at++ = (char)(value | 0x80);
    *at++ = (char)value;
    return at;
}

// Takes a field off the front of canonical bytes: its number, and its text if it is one.
static unsigned take_field(struct slice *bytes, struct slice *text)
{
    const char *at = bytes->data, *end = at + bytes->len;
    uint64_t tag = get_varint(&at), value = get_varint(&at);
    *text = SLICE_ABSENT;
    if ((tag & 7) == 2) {
        *text = (struct slice){at, value};
        at += value;
    }
    *bytes = (struct slice){at, (size_t)(end - at)};
    return (unsigned)(tag >> 3);
}

// Takes the fields with smaller numbers off the front.
static struct slice take_below(struct slice *bytes, unsigned number)
{
    struct slice all = *bytes, next = *bytes, text;
    while (next.len > 0 && take_field(&next, &text) < number)
        *bytes = next;
    return (struct slice){all.data, all.len - bytes->len};
}

// --- parts ---

struct parts {
    const struct form *form;
    const struct rows *rows;
    uint64_t revision;
    uint32_t handles[RECORD_LINKS_MAX];
    struct slice head, tail; // the fields before and after the links
};

static const struct row_table *link_table(const struct rows *rows, unsigned table)
{
    if (table == AGREEMENTS)
        return &rows->agreements;
    return table == UNITS ? &rows->units : &rows->services;
}

static void read_parts(const struct record *record, struct parts *parts)
{
    const char *at = record->rest;
    parts->form = &forms[(unsigned char)record->kind];
    parts->revision = get_varint(&at);
    size_t len = get_varint(&at);
    const char *end = at + len;
    memset(parts->handles, 0, sizeof parts->handles);
    for (unsigned i = 0; i < parts->form->n_links; i++)
        parts->handles[i] = (uint32_t)get_varint(&at);
    parts->tail = (struct slice){at, (size_t)(end - at)};
    parts->head = (struct slice){at, 0};
    if (parts->form->first_link > 1)
        parts->head = take_below(&parts->tail, parts->form->first_link);
    parts->rows = parts->form->n_links > 0 ? slab_owner(record) : NULL;
}

static const struct row *linked_row(const struct parts *parts, unsigned link)
{
    const struct row_table *table = link_table(parts->rows, parts->form->tables[link]);
    return table->by_handle[parts->handles[link]];
}

// The encoded text of a link, all but its tag: a row's key is the same text as field 1.
static struct slice link_bytes(const struct parts *parts, unsigned link)
{
    struct slice key = row_key(linked_row(parts, link));
    return (struct slice){key.data + 1, key.len - 1};
}

static bool links_are_key(const struct form *form)
{
    return form->first_link <= form->key_last;
}

static struct slice take_tail_of_key(const struct parts *parts)
{
    struct slice tail = parts->tail;
    return take_below(&tail, parts->form->key_last + 1u);
}

// --- writing ---

static size_t put_links(char *out, const struct form *form, const struct rows *rows,
                        struct slice *rest)
{
    char *at = out;
    for (unsigned i = 0; i < form->n_links; i++) {
        struct slice id;
        CHECK(take_field(rest, &id) == form->first_link + i);
        const struct row *row = rows_find(link_table(rows, form->tables[i]), id);
        CHECK(row);
        at = put_varint(at, row->handle);
    }
    return (size_t)(at - out);
}

struct record *record_new(struct slab *slab, enum kind kind, uint64_t revision,
                          struct slice bytes)
{
    const struct form *form = &forms[kind];
    char links[RECORD_LINKS_MAX * VARINT_MAX], header[2 * VARINT_MAX];
    struct slice rest = bytes;
    struct slice head = take_below(&rest, form->first_link);
    size_t links_len = put_links(links, form, slab->owner, &rest);
    char *end = put_varint(header, revision);
    end = put_varint(end, links_len + head.len + rest.len);
    size_t header_len = (size_t)(end - header);

    struct record *record =
        slab_new(slab, sizeof *record + header_len + links_len + head.len + rest.len);
    record->kind = (char)kind;
    char *at = record->rest;
    memcpy(at, header, header_len);
    memcpy(at += header_len, links, links_len);
    memcpy(at += links_len, head.data, head.len);
    memcpy(at + head.len, rest.data, rest.len);
    return record;
}

void record_free(struct slab *slab, struct record *record)
{
    if (record == NULL)
        return;
    struct parts parts;
    read_parts(record, &parts);
    const char *end = parts.tail.data + parts.tail.len;
    slab_free(slab, record, (size_t)(end - (const char *)record));
}

// --- reading ---

static void make_canonical(const struct parts *parts, struct buffer *out, size_t *key_len)
{
    const struct form *form = parts->form;
    buffer_clear(out);
    buffer_append_slice(out, parts->head);
    *key_len = out->len;
    for (unsigned i = 0; i < form->n_links; i++) {
        buffer_append(out, &(char){TAG_TEXT(form->first_link + i)}, 1);
        buffer_append_slice(out, link_bytes(parts, i));
    }
    if (links_are_key(form))
        *key_len = out->len + take_tail_of_key(parts).len;
    buffer_append_slice(out, parts->tail);
}

void record_view_set(struct record_view *view, const struct record *record)
{
    struct parts parts;
    read_parts(record, &parts);
    view->kind = (enum kind)record->kind;
    view->revision = parts.revision;
    if (parts.form->n_links == 0) {
        view->bytes = parts.tail;
        view->key_len = take_tail_of_key(&parts).len;
        return;
    }
    make_canonical(&parts, &view->scratch, &view->key_len);
    view->bytes = buffer_slice(&view->scratch);
}

void record_view_close(struct record_view *view)
{
    buffer_free(&view->scratch);
}

uint64_t record_revision(const struct record *record)
{
    const char *at = record->rest;
    return get_varint(&at);
}

void record_links(const struct record *record, uint32_t handles[RECORD_LINKS_MAX])
{
    struct parts parts;
    read_parts(record, &parts);
    memcpy(handles, parts.handles, sizeof parts.handles);
}

uint64_t record_number(const struct record *record, unsigned number)
{
    struct parts parts;
    read_parts(record, &parts);
    take_below(&parts.tail, number);
    if (parts.tail.len == 0)
        return 0;
    const char *at = parts.tail.data;
    uint64_t tag = get_varint(&at);
    return tag == (uint64_t)number << 3 ? get_varint(&at) : 0;
}

static struct slice key_text(const struct parts *parts, unsigned number)
{
    const struct form *form = parts->form;
    if (number > form->key_last)
        return SLICE_ABSENT;
    if (number >= form->first_link && number < form->first_link + (unsigned)form->n_links)
        return row_id(linked_row(parts, number - form->first_link));
    struct slice rest = number < form->first_link ? parts->head : parts->tail;
    struct slice text = SLICE_ABSENT;
    unsigned found = 0;
    while (rest.len > 0 && found < number)
        found = take_field(&rest, &text);
    return found == number ? text : SLICE_ABSENT;
}

struct slice record_key_text(const struct record *record, unsigned number)
{
    struct parts parts;
    read_parts(record, &parts);
    return key_text(&parts, number);
}

void record_key_texts(const struct record *record, unsigned n, struct slice texts[])
{
    struct parts parts;
    read_parts(record, &parts);
    for (unsigned i = 0; i < n; i++)
        texts[i] = key_text(&parts, i + 1);
}

struct slice record_tail(const struct record *record, unsigned number)
{
    struct parts parts;
    read_parts(record, &parts);
    take_below(&parts.tail, number);
    return parts.tail;
}

// Goes past part at the front of key; not 0: how a longer key that begins with part
// compares.
static int compare_part(struct slice part, struct slice *key)
{
    size_t n = part.len < key->len ? part.len : key->len;
    int order = memcmp(part.data, key->data, n);
    if (order == 0 && n < part.len)
        return 1;
    *key = (struct slice){key->data + n, key->len - n};
    return order;
}

static int compare_tag(char tag, struct slice *key)
{
    if (key->len == 0)
        return 1;
    int order = (unsigned char)tag - (unsigned char)key->data[0];
    *key = (struct slice){key->data + 1, key->len - 1};
    return order;
}

int record_compare(const struct record *record, struct slice key)
{
    struct parts parts;
    read_parts(record, &parts);
    const struct form *form = parts.form;
    int order = compare_part(parts.head, &key);
    for (unsigned i = 0; i < form->n_links && links_are_key(form) && order == 0; i++) {
        order = compare_tag(TAG_TEXT(form->first_link + i), &key);
        if (order == 0)
            order = compare_part(link_bytes(&parts, i), &key);
    }
    if (order == 0 && (form->n_links == 0 || links_are_key(form)))
        order = compare_part(take_tail_of_key(&parts), &key);
    if (order == 0 && key.len > 0)
        return -1;
    return order;
}
