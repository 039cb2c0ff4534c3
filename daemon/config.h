// SPDX-License-Identifier: Apache-2.0
//
// The daemon's settings: one table gives the flags, the environment (VARDSOK_...), the
// keys of the configuration file, their defaults and their help. A flag goes before the
// environment, that before the file, that before the default.
//
// The file: UTF-8, one `key = value` a line, keys as the long flags without dashes in
// front; `#` begins a comment at the start of a line; `listen` may stand several times.
#ifndef CONFIG_H
#define CONFIG_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "server/address.h"
#include "server/log.h"

#define CONFIG_MAX_LISTENS 16
#define CONFIG_MAX_FAULTS 64
#define CONFIG_MAX_DATA_DIR 1000

enum config_key {
    CONFIG_DATA_DIR,
    CONFIG_REDIS,
    CONFIG_REDIS_USER,
    CONFIG_REDIS_PASSWORD_FILE,
    CONFIG_INIT,
    CONFIG_DURABILITY,
    CONFIG_LISTEN,
    CONFIG_SHARE_PORT,
    CONFIG_INSECURE,
    CONFIG_LOG_LEVEL,
    CONFIG_DRAIN_TIMEOUT,
    CONFIG_SNAPSHOT_ENTRIES,
    CONFIG_KEY_COUNT
};

// What the command line asks for.
enum config_action { CONFIG_RUN, CONFIG_CHECK, CONFIG_VERSION, CONFIG_HELP };

struct config_value {
    char *texts[CONFIG_MAX_LISTENS]; // one, or several for listen
    uint32_t n;
    const char *source; // "flag", "environment", "file" or "default"
};

// Zero-initialise, config_close at the end.
struct config {
    enum config_action action;
    char *file; // --config or VARDSOK_CONFIG; NULL: none
    struct config_value values[CONFIG_KEY_COUNT];
    char *faults[CONFIG_MAX_FAULTS];
    uint32_t n_faults;

    // Made from the values by config_load; meaningless when there are faults.
    const char *data_dir;
    const char *redis_url; // NULL: embedded
    const char *redis_user, *redis_password_file;
    struct server_address listens[CONFIG_MAX_LISTENS];
    uint32_t n_listens;
    bool init, allow_weak, share_port;
    enum log_level log_level;
    uint64_t drain_timeout_ms;
    uint64_t snapshot_entries;
};

// Reads everything and checks it. Every fault is kept, none is printed.
void config_load(struct config *config, int argc, char **argv);
void config_close(struct config *config);

// The effective settings, in the form of the file with each one's source.
void config_print(const struct config *config, FILE *out);
void config_print_help(FILE *out);

#endif
