// SPDX-License-Identifier: Apache-2.0
//
// One stored entity. Its canonical record is a protobuf message of vardsok.log.v1 whose
// first fields are the key; what lies in memory is shorter: in a line, a waiting time and
// a capacity the ids of agreement, unit and service are the handles of their rows (drawn
// in record.c). The canonical bytes are made again when somebody asks for them, and are
// what digests, pages and exports are defined over.
//
// A record never changes; a changed entity is another record.
#ifndef DOMAIN_RECORD_H
#define DOMAIN_RECORD_H

#include "base/buffer.h"
#include "domain/entity.h"

#define RECORD_LINKS_MAX 3 // ids of a record that are handles

struct record;

// A record as its canonical bytes. Zero-initialise; record_view_close releases.
struct record_view {
    enum kind kind;
    uint64_t revision;  // sequence of the entry that last changed it
    struct slice bytes; // of the record or of scratch: valid until the next set or change
    size_t key_len;     // bytes at the front that are the key
    struct buffer scratch;
};
void record_view_set(struct record_view *view, const struct record *record);
void record_view_close(struct record_view *view);
static inline struct slice record_view_key(const struct record_view *view)
{
    return (struct slice){view->bytes.data, view->key_len};
}

uint64_t record_revision(const struct record *record);

// The handles of the rows that it names, in the order of its links.
void record_links(const struct record *record, uint32_t handles[RECORD_LINKS_MAX]);
// The value of the field number, a number after every id; 0 when it is absent.
uint64_t record_number(const struct record *record, unsigned number);

// The canonical key that is one id; absent when the text cannot be one.
#define RECORD_TEXT_KEY_MAX (2 + ID_MAX_LEN)
struct slice record_text_key(char key[RECORD_TEXT_KEY_MAX], struct slice text);

// The text of the key's n-th field (1 = first); absent when the key has no such text. It
// lives until the record, or the row that it names, changes.
struct slice record_key_text(const struct record *record, unsigned number);
// The texts of the fields 1 to n, which are texts of the key.
void record_key_texts(const struct record *record, unsigned n, struct slice texts[]);
// The canonical bytes of the fields from number on; they are after the key and every id.
struct slice record_tail(const struct record *record, unsigned number);

// --- for the files of the state ---

struct slab;

// The stored form of canonical bytes; the rows that they name exist (CHECK). slab's owner
// is the struct rows in which handles are looked up, now and later.
struct record *record_new(struct slab *slab, enum kind kind, uint64_t revision,
                          struct slice bytes);
void record_free(struct slab *slab, struct record *record);
// slice_compare of the record's canonical key and key, without making it.
int record_compare(const struct record *record, struct slice key);

#endif
