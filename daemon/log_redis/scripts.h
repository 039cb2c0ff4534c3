// SPDX-License-Identifier: Apache-2.0
//
// The keys of the log in Redis and the scripts that write them. Nothing else ever writes,
// but for the SET of a snapshot's parts, which no script names before they are whole.
#ifndef LOG_REDIS_SCRIPTS_H
#define LOG_REDIS_SCRIPTS_H

#define LOG_REDIS_KEY_LOG "{vardsok}:log"   // stream: <sequence>-0, one field
#define LOG_REDIS_KEY_META "{vardsok}:meta" // hash: uuid, epoch, schema, trimmed ...
#define LOG_REDIS_KEY_SNAPSHOT "{vardsok}:snapshot:" // and a token: log_redis/snapshot.h
#define LOG_REDIS_KEY_LEASE "{vardsok}:snapshot:lease"
#define LOG_REDIS_FIELD "e"
#define LOG_REDIS_SCHEMA "1" // of keys and fields

// KEYS log, meta. ARGV: epoch, sequence applied last, its checksum, the oldest and the
// newest writer's time (UTC ms), the call's number, entries. Replies with that number and
// then verdict, detail; or "CLOCK", Redis's UTC ms; or "OK", first sequence, number
// written, why not all. What was not written never will be.
extern const char log_redis_append_script[];

// KEYS log, meta. ARGV: uuid, entry 1. Replies {"OK"} or {"EXISTS"}.
extern const char log_redis_first_script[];

// KEYS log, meta. ARGV: epoch, the last sequence that the log has, its checksum, the
// entries that follow it. Appends them. Replies {"OK"}, or {"MOVED"}: the log does not
// end there any more.
extern const char log_redis_heal_script[];

// KEYS lease, meta. ARGV: token, ms, LOG_REDIS_KEY_SNAPSHOT. Takes the lease, or renews
// it; deletes what a maker before left half made. Replies {"OK"} or {"HELD"}.
extern const char log_redis_lease_script[];

// KEYS log, meta, lease. ARGV: epoch, token, sequence, number of chunks, the first entry
// to keep, LOG_REDIS_KEY_SNAPSHOT. Names the snapshot as the newest, deletes the one
// before the older one, trims the log to what is to be kept and never beyond the older
// one's entry, and gives the lease back. Replies {"OK"}, or why not: {"LOST"} the lease,
// {"EPOCH"}, {"OLD"} there is a newer one, {"GONE"} a part of it.
extern const char log_redis_switch_script[];

#endif
