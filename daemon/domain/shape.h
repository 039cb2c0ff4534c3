// SPDX-License-Identifier: Apache-2.0
//
// Shapes: one table per entity and message that says which fields it has.
//
// Reading and writing of protobuf, CSV and JSON, the checks of single fields and the help
// texts are all driven by these tables, so that a field is described once. The numbers
// are those of the .proto files; a unit test holds every table against nanopb's generated
// descriptors.
//
// In C an entity is a plain struct whose members are, by type: int64_t (every number,
// date, enum, bool, region), struct slice, struct text_list, or a nested struct. "Absent"
// is ABSENT for a number, SLICE_ABSENT for a text, n == 0 for a list. Structs borrow the
// bytes they were read from.
#ifndef DOMAIN_SHAPE_H
#define DOMAIN_SHAPE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/reason.h"
#include "base/slice.h"

#define ABSENT INT64_MIN
#define TEXT_LIST_MAX 16 // items of a list
#define NAME_MAX_LEN 256
#define TEXT_MAX_LEN 1024
#define ID_MAX_LEN 64

struct text_list {
    uint32_t n;
    struct slice items[TEXT_LIST_MAX];
};

// A list of nested structs, items[i] at data + i * shape->size; memory from the reader's
// arena.
struct struct_list {
    uint32_t n;
    void *data;
};

// What a field holds, and with it how it looks in each format. Texts are a struct slice
// and a string everywhere; the tables say the rest:      public | log record | CSV cell |
// JSON
enum field_type {
    FIELD_ID,         // [A-Za-z0-9._:+-]{1,64}
    FIELD_HSA_ID,     // T?SE and 10 digits, '-', 1-18 letters or digits
    FIELD_NAME,       // at most 256 bytes, scanned for personal numbers
    FIELD_TEXT,       // at most 1,024 bytes, scanned
    FIELD_ORG_NUMBER, // 10 digits, Luhn
    FIELD_PHONE,      // Contact.phone of vardsok/v1/entities.proto
    FIELD_EMAIL,
    FIELD_URL,          // http or https
    FIELD_MUNICIPALITY, // 4 digits
    // int64_t, the county code: "14" | "14" | 14 | "14"
    FIELD_REGION,
    // int64_t, bit n = code n: repeated string | uint32 mask | a|b|@key|* | array
    FIELD_REGION_SET,
    // Text, one of the six keys
    FIELD_HEALTHCARE_REGION,
    // struct text_list of them: repeated string | repeated string | a|b | array
    FIELD_HEALTHCARE_REGIONS,
    // struct text_list, items at most 1,024 bytes, scanned: as above
    FIELD_TEXT_LIST,
    // From here on int64_t.
    FIELD_ENUM,     // enum | enum | lower case | "UPPER"; 0 is never stored
    FIELD_ENUM_SET, // bit n = number n: packed repeated enum | - | - | array of "UPPER"
    FIELD_BOOL,     // bool | bool | true, false | true, false
    FIELD_UINT,     // uint32 | uint32 | digits | number; within min..max
    FIELD_UINT64,   // uint64 | uint64 | digits | number
    FIELD_MONEY,    // öre: int64 | int64 | SEK, at most 2 decimals | SEK number
    FIELD_WEIGHT, // hectograms: uint32 | uint32 | kg, at most 1 decimal | kg, one decimal
    FIELD_BMI,    // tenths: uint32 | uint32 | at most 1 decimal | one decimal
    FIELD_DEGREES, // 1e-6: sint32 | sint32 | at most 6 decimals | number
    FIELD_DATE,    // days: string YYYY-MM-DD | sint32 days | YYYY-MM-DD | string
    FIELD_INSTANT, // ms: int64 | int64 | RFC 3339 | RFC 3339
    // And these are not.
    FIELD_BYTES, // struct slice: bytes | bytes | - | hex string
    FIELD_SUB,   // a nested struct: message | message | its fields flattened | object
    FIELD_LIST,  // struct struct_list: repeated message | - | - | array
};

enum field_flag {
    FIELD_REQUIRED = 1, // must be present
    FIELD_KEY = 2, // part of the entity's key (the first fields of the shape, in order)
    FIELD_ALWAYS = 4, // JSON shows it even when empty (lists) or zero
    FIELD_CODE = 8,   // a FIELD_ID that is a code or names one: not scanned (identity.h)
    FIELD_REFUSED = 16, // known so that a reader can see it, never allowed here; files
                        // and JSON do not have it
};

struct shape;

struct field {
    const char *name; // as in the .proto: CSV column, JSON key, field of an error
    uint32_t offset;  // offsetof in the C struct
    uint16_t number;  // protobuf field number
    uint8_t type;     // enum field_type
    uint8_t flags;    // enum field_flag
    int64_t min, max; // inclusive bounds of a number (in the unit of the table above)
    const struct shape *sub; // FIELD_SUB, FIELD_LIST
    const char *const
        *enum_names; // FIELD_ENUM: upper-case names by number, [0] NULL, ends NULL;
                     // min..max are the numbers allowed in this field
};

struct shape {
    const char *name; // "agreement_line"
    uint32_t size;    // sizeof the C struct
    uint16_t n_fields;
    const struct field *fields; // ascending by number
};

// Sets every field of a struct of this shape to absent (nested ones too).
void shape_clear(const struct shape *shape, void *message);

// The field named so, or NULL; fields that are refused have no name here.
const struct field *shape_find(const struct shape *shape, struct slice name);

static inline int64_t *field_int(const struct field *field, void *message)
{
    return (int64_t *)(void *)((char *)message + field->offset);
}
static inline struct slice *field_slice(const struct field *field, void *message)
{
    return (struct slice *)(void *)((char *)message + field->offset);
}
static inline struct text_list *field_list(const struct field *field, void *message)
{
    return (struct text_list *)(void *)((char *)message + field->offset);
}
static inline void *field_sub(const struct field *field, void *message)
{
    return (char *)message + field->offset;
}
// The same for reading.
static inline int64_t field_get_int(const struct field *field, const void *message)
{
    return *(const int64_t *)(const void *)((const char *)message + field->offset);
}
static inline struct slice field_get_slice(const struct field *field, const void *message)
{
    return *(const struct slice *)(const void *)((const char *)message + field->offset);
}
static inline const struct text_list *field_get_list(const struct field *field,
                                                     const void *message)
{
    return (const struct text_list *)(const void *)((const char *)message +
                                                    field->offset);
}
static inline const void *field_get_sub(const struct field *field, const void *message)
{
    return (const char *)message + field->offset;
}

// Whether the field holds a text (one struct slice), and its limit in bytes; for the text
// lists the limit of one item. 0 for fields without text.
bool field_is_text(const struct field *field);
size_t field_max_len(const struct field *field);

// Whether the field is present in message. The unspecified value 0 of an enum is absent;
// a nested message is present when any field of it is.
bool field_is_present(const struct field *field, const void *message);

// Number of an enum's upper-case name, or 0.
int64_t field_enum_number(const struct field *field, struct slice upper_name);

// The checks that need no state: required fields, grammars, lengths,
// bounds, UTF-8, personal numbers, lists, for this shape and everything nested. First
// fault decides. Errors: STATUS_INVALID_ARGUMENT with refusal->field = the field's name
// ("contact.phone").
int shape_check(const struct shape *shape, const void *message, struct refusal *refusal);

// The same for one field alone; used by readers that report every fault of a row.
int field_check(const struct field *field, const void *message, struct refusal *refusal);

#endif
