// SPDX-License-Identifier: Apache-2.0
//
// The keys of the log in Redis and the two scripts that write them. Nothing else ever
// writes.
#ifndef LOG_REDIS_SCRIPTS_H
#define LOG_REDIS_SCRIPTS_H

#define LOG_REDIS_KEY_LOG "{vardsok}:log"   // stream: <sequence>-0, one field
#define LOG_REDIS_KEY_META "{vardsok}:meta" // hash: uuid, epoch, schema, trimmed
#define LOG_REDIS_FIELD "e"
#define LOG_REDIS_SCHEMA "1" // of keys and fields

// KEYS log, meta. ARGV: epoch, sequence applied last, its checksum, the oldest and the
// newest writer's time (UTC ms), the call's number, entries. Replies with that number and
// then verdict, detail; or "CLOCK", Redis's UTC ms; or "OK", first sequence, number
// written, why not all. What was not written never will be.
extern const char log_redis_append_script[];

// KEYS log, meta. ARGV: uuid, entry 1. Replies {"OK"} or {"EXISTS"}.
extern const char log_redis_first_script[];

#endif
