// SPDX-License-Identifier: Apache-2.0
//
// As much protobuf as the examples need: vårdsök's messages have varints and texts with a
// length. A larger program lets protoc or nanopb make this from schema/vardsok/v1.
#ifndef EXAMPLE_MESSAGE_H
#define EXAMPLE_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

// --- writing: into a fixed buffer; what does not fit makes it too long ---

struct message {
    unsigned char bytes[1024];
    size_t len;
};

static inline void message_put(struct message *message, const void *bytes, size_t len)
{
    if (len > sizeof message->bytes - message->len)
        abort(); // our own requests are short
    memcpy(message->bytes + message->len, bytes, len);
    message->len += len;
}

static inline void message_put_varint(struct message *message, uint64_t value)
{
    do {
        unsigned char byte = (unsigned char)((value & 127) | (value > 127 ? 128 : 0));
        message_put(message, &byte, 1);
        value >>= 7;
    } while (value > 0);
}

static inline void message_put_number(struct message *message, unsigned field,
                                      uint64_t value)
{
    message_put_varint(message, (uint64_t)field << 3);
    message_put_varint(message, value);
}

static inline void message_put_bytes(struct message *message, unsigned field,
                                     const void *bytes, size_t len)
{
    message_put_varint(message, (uint64_t)field << 3 | 2);
    message_put_varint(message, len);
    message_put(message, bytes, len);
}

static inline void message_put_text(struct message *message, unsigned field,
                                    const char *text)
{
    message_put_bytes(message, field, text, strlen(text));
}

// --- reading: views of bytes that somebody else keeps ---

struct view {
    const unsigned char *bytes;
    size_t len;
};

struct field {
    unsigned number;
    uint64_t value;   // of a varint
    struct view view; // of a text or message
};

static inline bool view_take_varint(struct view *view, uint64_t *value)
{
    *value = 0;
    for (unsigned shift = 0; shift < 64 && view->len > 0; shift += 7) {
        unsigned char byte = *view->bytes++;
        view->len--;
        *value |= (uint64_t)(byte & 127) << shift;
        if (byte < 128)
            return true;
    }
    return false;
}

// The next field, or false at the end (and at what cannot be read). Fields that a program
// does not know it passes over: a newer daemon may send more.
static inline bool view_next(struct view *view, struct field *field)
{
    uint64_t key;
    *field = (struct field){0};
    if (!view_take_varint(view, &key) || !view_take_varint(view, &field->value))
        return false;
    field->number = (unsigned)(key >> 3);
    if ((key & 7) == 0)
        return true;
    if ((key & 7) != 2 || field->value > view->len)
        return false;
    field->view = (struct view){view->bytes, (size_t)field->value};
    view->bytes += field->view.len;
    view->len -= field->view.len;
    return true;
}

// The field of that number, the last if there are several; all zero when it is absent.
static inline struct field view_find(struct view view, unsigned number)
{
    struct field field, found = {0};
    while (view_next(&view, &field))
        if (field.number == number)
            found = field;
    return found;
}

#endif
