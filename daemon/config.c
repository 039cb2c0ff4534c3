// SPDX-License-Identifier: Apache-2.0
#define _DEFAULT_SOURCE // strdup, getline
#include "config.h"

#include <ctype.h>
#include <errno.h>
#include <getopt.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/check.h"
#include "base/status.h"
#include "log_redis/connection.h"

#define MAX_FILE_BYTES (64 * 1024)

struct setting {
    const char *name;     // flag and key
    const char *argument; // NULL: a switch
    const char *value;    // default; NULL: none, or computed
    const char *help;
};

static const struct setting settings[CONFIG_KEY_COUNT] = {
    [CONFIG_DATA_DIR] =
        {"data-dir", "DIR", NULL,
         "where the daemon keeps its files (/var/lib/vardsok for root, else\n"
         "$XDG_STATE_HOME/vardsok)"},
    [CONFIG_REDIS] = {"redis", "URL", "embedded",
                      "the log: embedded, redis://HOST:PORT/DB or unix:PATH"},
    [CONFIG_REDIS_USER] = {"redis-user", "NAME", NULL, "the user at your own Redis"},
    [CONFIG_REDIS_PASSWORD_FILE] = {"redis-password-file", "FILE", NULL,
                                    "a file whose first line is that user's password"},
    [CONFIG_INIT] = {"init", NULL, "false",
                     "may make the log in an empty Redis of yours"},
    [CONFIG_DURABILITY] =
        {"durability", "CLASS", "strict",
         "strict, or weak: takes a Redis that may lose acknowledged writes"},
    [CONFIG_LISTEN] =
        {"listen", "URL", NULL,
         "unix:PATH or tcp://HOST:PORT, several times; port 0 picks a free one\n"
         "(unix:DATA/vardsok.sock and tcp://127.0.0.1:4180)"},
    [CONFIG_SHARE_PORT] = {"share-port", NULL, "false",
                           "several daemons may take the same TCP port"},
    [CONFIG_INSECURE] =
        {"insecure", NULL, "false",
         "may listen on other addresses than loopback, without encryption"},
    [CONFIG_LOG_LEVEL] = {"log-level", "LEVEL", "info", "error, warn, info or debug"},
    [CONFIG_DRAIN_TIMEOUT] = {"drain-timeout", "TIME", "10s",
                              "how long open calls may take at the end: 10s, 500ms"},
    [CONFIG_SNAPSHOT_ENTRIES] = {"snapshot-entries", "N", "100000",
                                 "make a snapshot after so many entries of the log"},
};

static char *copy(const char *text)
{
    char *made = strdup(text);
    CHECK(made);
    return made;
}

static void fault(struct config *config, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static void fault(struct config *config, const char *format, ...)
{
    char text[512];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    if (config->n_faults < CONFIG_MAX_FAULTS)
        config->faults[config->n_faults++] = copy(text);
}

// --- values and their sources, the weakest first ---

static void clear(struct config_value *value)
{
    for (uint32_t i = 0; i < value->n; i++)
        free(value->texts[i]);
    value->n = 0;
}

// A value of a stronger source takes the place of all of a weaker one's.
static void set(struct config *config, enum config_key key, const char *text,
                const char *source)
{
    struct config_value *value = &config->values[key];
    if (value->source != source || key != CONFIG_LISTEN)
        clear(value);
    value->source = source;
    if (value->n < CONFIG_MAX_LISTENS)
        value->texts[value->n++] = copy(text);
    else
        fault(config, "%s: more than %d", settings[key].name, CONFIG_MAX_LISTENS);
}

static const char *text_of(const struct config *config, enum config_key key)
{
    const struct config_value *value = &config->values[key];
    return value->n ? value->texts[0] : NULL;
}

static void load_defaults(struct config *config)
{
    char path[CONFIG_MAX_DATA_DIR + 1];
    const char *state_home = getenv("XDG_STATE_HOME"), *home = getenv("HOME");
    for (int key = 0; key < CONFIG_KEY_COUNT; key++)
        if (settings[key].value)
            set(config, (enum config_key)key, settings[key].value, "default");
    if (geteuid() == 0)
        snprintf(path, sizeof path, "/var/lib/vardsok");
    else if (state_home && state_home[0])
        snprintf(path, sizeof path, "%s/vardsok", state_home);
    else
        snprintf(path, sizeof path, "%s/.local/state/vardsok", home ? home : "");
    set(config, CONFIG_DATA_DIR, path, "default");
}

static int find_key(const char *name)
{
    for (int key = 0; key < CONFIG_KEY_COUNT; key++)
        if (strcmp(settings[key].name, name) == 0)
            return key;
    return -1;
}

static char *trim(char *text)
{
    while (isspace((unsigned char)*text))
        text++;
    size_t len = strlen(text);
    while (len > 0 && isspace((unsigned char)text[len - 1]))
        text[--len] = '\0';
    return text;
}

static void load_line(struct config *config, char *line, int number)
{
    char *text = trim(line);
    if (text[0] == '\0' || text[0] == '#')
        return;
    char *equals = strchr(text, '=');
    if (equals == NULL) {
        fault(config, "%s:%d: not a `key = value`", config->file, number);
        return;
    }
    *equals = '\0';
    int key = find_key(trim(text));
    if (key < 0)
        fault(config, "%s:%d: no setting is called %s", config->file, number, trim(text));
    else
        set(config, (enum config_key)key, trim(equals + 1), "file");
}

static void load_file(struct config *config)
{
    FILE *file = fopen(config->file, "re");
    if (file == NULL) {
        fault(config, "config: %s: %s", config->file, strerror(errno));
        return;
    }
    char *line = NULL;
    size_t capacity = 0, total = 0;
    ssize_t len;
    for (int number = 1; (len = getline(&line, &capacity, file)) >= 0; number++) {
        total += (size_t)len;
        if (total > MAX_FILE_BYTES || strlen(line) != (size_t)len) {
            fault(config, "config: %s: not a text of at most 64 KiB", config->file);
            break;
        }
        load_line(config, line, number);
    }
    // A part of the settings is not what was asked for.
    if (len < 0 && !feof(file))
        fault(config, "config: %s: %s", config->file, strerror(errno));
    free(line);
    fclose(file);
}

static void load_environment(struct config *config)
{
    for (int key = 0; key < CONFIG_KEY_COUNT; key++) {
        char name[64] = "VARDSOK_";
        size_t len = strlen(name);
        for (const char *c = settings[key].name; *c; c++)
            name[len++] = *c == '-' ? '_' : (char)toupper((unsigned char)*c);
        name[len] = '\0';
        const char *text = getenv(name);
        if (text == NULL || text[0] == '\0')
            continue;
        char *words = copy(text), *rest = NULL;
        if (key != CONFIG_LISTEN)
            set(config, (enum config_key)key, words, "environment");
        else
            for (char *word = strtok_r(words, " ", &rest); word;
                 word = strtok_r(NULL, " ", &rest))
                set(config, CONFIG_LISTEN, word, "environment");
        free(words);
    }
}

// --- the command line ---

enum { OPTION_CONFIG = 1000, OPTION_CHECK, OPTION_VERSION, OPTION_HELP };

static void fill_options(struct option options[CONFIG_KEY_COUNT + 5])
{
    for (int key = 0; key < CONFIG_KEY_COUNT; key++)
        options[key] = (struct option){
            settings[key].name, settings[key].argument ? required_argument : no_argument,
            NULL, key};
    struct option *more = options + CONFIG_KEY_COUNT;
    more[0] = (struct option){"config", required_argument, NULL, OPTION_CONFIG};
    more[1] = (struct option){"check-config", no_argument, NULL, OPTION_CHECK};
    more[2] = (struct option){"version", no_argument, NULL, OPTION_VERSION};
    more[3] = (struct option){"help", no_argument, NULL, OPTION_HELP};
    more[4] = (struct option){0};
}

static void load_flag(struct config *config, int flag, const char *argument)
{
    if (flag < CONFIG_KEY_COUNT) {
        set(config, (enum config_key)flag, argument ? argument : "true", "flag");
    } else if (flag == OPTION_CONFIG) {
        free(config->file);
        config->file = copy(argument);
    } else if (flag == OPTION_CHECK) {
        config->action = CONFIG_CHECK;
    } else if (flag == OPTION_VERSION) {
        config->action = CONFIG_VERSION;
    } else {
        config->action = CONFIG_HELP;
    }
}

// only_config: takes --config alone, whose file has to be read before the other flags
// count.
static void load_flags(struct config *config, int argc, char **argv, bool only_config)
{
    struct option options[CONFIG_KEY_COUNT + 5];
    int flag;
    fill_options(options);
    opterr = 0;
    optind = 1;
    while ((flag = getopt_long(argc, argv, ":", options, NULL)) != -1) {
        if (only_config && flag != OPTION_CONFIG)
            continue;
        if (flag == ':')
            fault(config, "%s needs a value", argv[optind - 1]);
        else if (flag == '?')
            fault(config, "wrong flag: %s", argv[optind - 1]);
        else
            load_flag(config, flag, optarg);
    }
    if (!only_config && optind < argc)
        fault(config, "not a flag: %s", argv[optind]);
}

// --- checks ---

static bool check_switch(struct config *config, enum config_key key)
{
    const char *text = text_of(config, key);
    bool is_true = strcmp(text, "true") == 0;
    if (!is_true && strcmp(text, "false") != 0)
        fault(config, "%s: must be true or false, not %s", settings[key].name, text);
    return is_true;
}

static void check_data_dir(struct config *config)
{
    config->data_dir = text_of(config, CONFIG_DATA_DIR);
    if (config->data_dir[0] == '\0')
        fault(config, "data-dir: is empty");
    if (strlen(config->data_dir) > CONFIG_MAX_DATA_DIR)
        fault(config, "data-dir: is over %d bytes", CONFIG_MAX_DATA_DIR);
}

static void check_redis(struct config *config)
{
    struct log_redis_address address;
    const char *url = text_of(config, CONFIG_REDIS);
    config->redis_user = text_of(config, CONFIG_REDIS_USER);
    config->redis_password_file = text_of(config, CONFIG_REDIS_PASSWORD_FILE);
    if (strcmp(url, "embedded") != 0) {
        config->redis_url = url;
        if (log_redis_address_parse(url, &address) != STATUS_OK)
            fault(config, "redis: must be embedded, redis://HOST:PORT/DB or unix:PATH "
                          "without a password");
    } else if (config->redis_user || config->redis_password_file) {
        fault(config, "redis-user and redis-password-file are for your own Redis");
    }
    if (config->redis_password_file && access(config->redis_password_file, R_OK) != 0)
        fault(config, "redis-password-file: %s: %s", config->redis_password_file,
              strerror(errno));
}

static void check_durability(struct config *config)
{
    const char *text = text_of(config, CONFIG_DURABILITY);
    config->allow_weak = strcmp(text, "weak") == 0;
    if (!config->allow_weak && strcmp(text, "strict") != 0)
        fault(config, "durability: must be strict or weak, not %s", text);
}

static void check_listens(struct config *config)
{
    bool insecure = check_switch(config, CONFIG_INSECURE);
    const struct config_value *value = &config->values[CONFIG_LISTEN];
    for (uint32_t i = 0; i < value->n; i++) {
        const char *what;
        struct server_address *address = &config->listens[config->n_listens];
        if (server_address_parse(value->texts[i], address, &what) != STATUS_OK)
            fault(config, "listen: %s: %s", value->texts[i], what);
        else if (!address->is_loopback && !insecure)
            fault(config,
                  "listen: %s: not a loopback address; without certificates this needs "
                  "--insecure",
                  value->texts[i]);
        else
            config->n_listens++;
    }
}

static void check_log_level(struct config *config)
{
    const char *text = text_of(config, CONFIG_LOG_LEVEL);
    config->log_level = server_log_level_find(slice_from(text));
    if (config->log_level == 0)
        fault(config, "log-level: must be error, warn, info or debug, not %s", text);
}

static void check_drain_timeout(struct config *config)
{
    const char *text = text_of(config, CONFIG_DRAIN_TIMEOUT);
    char *end;
    errno = 0;
    unsigned long n = strtoul(text, &end, 10);
    unsigned long unit = strcmp(end, "ms") == 0 ? 1 : 1000;
    bool is_time = isdigit((unsigned char)text[0]) && errno == 0 &&
                   (end[0] == '\0' || strcmp(end, "s") == 0 || unit == 1);
    if (!is_time || n > 3600 * 1000 / unit)
        fault(config,
              "drain-timeout: must be a time of at most an hour, such as 10s, not %s",
              text);
    config->drain_timeout_ms = n * unit;
}

static void check_snapshot_entries(struct config *config)
{
    const char *text = text_of(config, CONFIG_SNAPSHOT_ENTRIES);
    char *end;
    errno = 0;
    unsigned long n = strtoul(text, &end, 10);
    if (!isdigit((unsigned char)text[0]) || end[0] != '\0' || errno != 0 || n < 10 ||
        n > 100000000)
        fault(config,
              "snapshot-entries: must be a whole number from 10 to 100000000, not %s",
              text);
    config->snapshot_entries = n;
}

// Others read DATA/listen from other folders.
static void make_data_dir_absolute(struct config *config)
{
    char here[CONFIG_MAX_DATA_DIR + 1], path[2 * CONFIG_MAX_DATA_DIR + 2];
    struct config_value *value = &config->values[CONFIG_DATA_DIR];
    const char *text = value->texts[0];
    if (text[0] == '/' || text[0] == '\0' || getcwd(here, sizeof here) == NULL)
        return;
    snprintf(path, sizeof path, "%s/%.*s", here, CONFIG_MAX_DATA_DIR, text);
    free(value->texts[0]);
    value->texts[0] = copy(path);
}

static void default_listens(struct config *config)
{
    char url[2 * CONFIG_MAX_DATA_DIR + 32];
    if (config->values[CONFIG_LISTEN].n > 0)
        return;
    snprintf(url, sizeof url, "unix:%s/vardsok.sock", text_of(config, CONFIG_DATA_DIR));
    set(config, CONFIG_LISTEN, url, "default");
    set(config, CONFIG_LISTEN, "tcp://127.0.0.1:4180", "default");
}

void config_load(struct config *config, int argc, char **argv)
{
    const char *file = getenv("VARDSOK_CONFIG");
    load_defaults(config);
    load_flags(config, argc, argv, true);
    if (config->file == NULL && file && file[0])
        config->file = copy(file);
    if (config->file)
        load_file(config);
    load_environment(config);
    load_flags(config, argc, argv, false);
    make_data_dir_absolute(config);
    default_listens(config);

    check_data_dir(config);
    check_redis(config);
    config->init = check_switch(config, CONFIG_INIT);
    check_durability(config);
    check_listens(config);
    config->share_port = check_switch(config, CONFIG_SHARE_PORT);
    check_log_level(config);
    check_drain_timeout(config);
    check_snapshot_entries(config);
}

void config_close(struct config *config)
{
    for (int key = 0; key < CONFIG_KEY_COUNT; key++)
        clear(&config->values[key]);
    for (uint32_t i = 0; i < config->n_faults; i++)
        free(config->faults[i]);
    free(config->file);
    *config = (struct config){0};
}

// --- printing ---

void config_print(const struct config *config, FILE *out)
{
    for (int key = 0; key < CONFIG_KEY_COUNT; key++) {
        const struct config_value *value = &config->values[key];
        if (value->n == 0)
            fprintf(out, "# %s is not set\n", settings[key].name);
        for (uint32_t i = 0; i < value->n; i++)
            fprintf(out, "# %s\n%s = %s\n", value->source, settings[key].name,
                    value->texts[i]);
    }
}

static void print_option(FILE *out, const char *name, const char *argument,
                         const char *help)
{
    char left[64];
    snprintf(left, sizeof left, "--%s%s%s", name, argument ? " " : "",
             argument ? argument : "");
    for (const char *line = help; *line;) {
        int len = (int)strcspn(line, "\n");
        fprintf(out, "  %-27s %.*s\n", line == help ? left : "", len, line);
        line += line[len] == '\n' ? len + 1 : len;
    }
}

void config_print_help(FILE *out)
{
    fprintf(
        out,
        "Usage: vardsokd [OPTION]...\n"
        "The daemon of vårdsök. Settings also come from VARDSOK_... in the environment\n"
        "and `key = value` lines in the configuration file; a flag goes first.\n\n");
    for (int key = 0; key < CONFIG_KEY_COUNT; key++)
        print_option(out, settings[key].name, settings[key].argument, settings[key].help);
    print_option(out, "config", "FILE", "the configuration file");
    print_option(out, "check-config", NULL,
                 "prints the settings and every fault in them");
    print_option(out, "version", NULL, "prints the version");
    print_option(out, "help", NULL, "prints this");
}
