// SPDX-License-Identifier: Apache-2.0
//
// How a row of a shape's table is written, and the bounds that more than one table uses.
// Private to the tables of domain/.
#ifndef DOMAIN_SHAPE_TABLES_H
#define DOMAIN_SHAPE_TABLES_H

#include <stddef.h>

#include "domain/shape.h"

// Bounds that no rule of the field gives, chosen wide enough for any true value and
// narrow enough for the index's integers.
#define DATE_MIN_DAYS (-25567) // 1900-01-01
#define DATE_MAX_DAYS 84370    // 2200-12-31
#define DAYS_MAX 3650          // any number of days: wait, lead, pause, guarantee
#define PRICE_MAX_ORE INT64_C(1000000000000)
#define LATITUDE_MAX_E6 90000000
#define LONGITUDE_MAX_E6 180000000
#define DISTANCE_MAX_KM 20100 // half way round the Earth
#define COUNT_MAX 1000000000  // samples, candidates

#define ROW(owner, member, number, type, flags, min, max, sub, names)                    \
    {                                                                                    \
#member, offsetof(struct owner, member), number, type, flags, min, max, sub,     \
            names                                                                        \
    }
#define FIELD(owner, member, number, type, flags)                                        \
    ROW(owner, member, number, type, flags, 0, 0, NULL, NULL)
#define NUMBER(owner, member, number, type, flags, min, max)                             \
    ROW(owner, member, number, type, flags, min, max, NULL, NULL)
#define UINT(owner, member, number, flags, min, max)                                     \
    NUMBER(owner, member, number, FIELD_UINT, flags, min, max)
#define DATE(owner, member, number, flags)                                               \
    NUMBER(owner, member, number, FIELD_DATE, flags, DATE_MIN_DAYS, DATE_MAX_DAYS)
#define PRICE(owner, member, number)                                                     \
    NUMBER(owner, member, number, FIELD_MONEY, 0, 0, PRICE_MAX_ORE)
// All numbers of an enum from first to the last of its names, which is at max.
#define ENUM(owner, member, number, flags, first, last, names)                           \
    ROW(owner, member, number, FIELD_ENUM, flags, first, last, NULL, names)
#define SUB(owner, member, number, shape)                                                \
    ROW(owner, member, number, FIELD_SUB, 0, 0, 0, &(shape), NULL)
#define LIST(owner, member, number, shape)                                               \
    ROW(owner, member, number, FIELD_LIST, FIELD_ALWAYS, 0, 0, &(shape), NULL)

#define SHAPE(tag, name, fields)                                                         \
    {                                                                                    \
        name, sizeof(struct tag), sizeof(fields) / sizeof((fields)[0]), fields           \
    }

// The contact of a unit: no hours.
extern const struct shape shape_unit_contact;

#endif
