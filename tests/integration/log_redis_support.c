// SPDX-License-Identifier: Apache-2.0
#include "log_redis_support.h"

#include <criterion/criterion.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "base/status.h"

static void on_late(uv_timer_t *timer)
{
    struct world *world = timer->data;
    world->is_late = true;
}

static void look(struct world *world)
{
    if (world->condition(world->of) || world->is_late)
        uv_stop(&world->loop);
}

static void on_prepare(uv_prepare_t *prepare)
{
    look(prepare->data);
}

static void on_check(uv_check_t *check)
{
    look(check->data);
}

void world_init(struct world *world)
{
    const char *temporary = getenv("TMPDIR");
    memset(world, 0, sizeof *world);
    signal(SIGPIPE, SIG_IGN);
    // A unix socket's path is short: a long TMPDIR will not do.
    snprintf(world->folder, sizeof world->folder, "%s/vardsok-XXXXXX",
             temporary && strlen(temporary) < 32 ? temporary : "/tmp");
    cr_assert_not_null(mkdtemp(world->folder));
    cr_assert_eq(uv_loop_init(&world->loop), 0);
    cr_assert_eq(uv_timer_init(&world->loop, &world->guard), 0);
    uv_prepare_init(&world->loop, &world->prepare);
    uv_check_init(&world->loop, &world->check);
    world->guard.data = world->prepare.data = world->check.data = world;
}

void world_close(struct world *world)
{
    char command[128];
    uv_close((uv_handle_t *)&world->guard, NULL);
    uv_close((uv_handle_t *)&world->prepare, NULL);
    uv_close((uv_handle_t *)&world->check, NULL);
    while (uv_run(&world->loop, UV_RUN_DEFAULT) != 0)
        ;
    cr_assert_eq(uv_loop_close(&world->loop), 0, "a handle was left open");
    snprintf(command, sizeof command, "rm -rf -- '%s'", world->folder);
    cr_assert_eq(system(command), 0);
}

void await(struct world *world, world_condition condition, void *of)
{
    uv_update_time(&world->loop);
    world->is_late = false;
    uv_timer_start(&world->guard, on_late, AWAIT_MS, 0);
    world->condition = condition;
    world->of = of;
    uv_prepare_start(&world->prepare, on_prepare);
    uv_check_start(&world->check, on_check);
    uv_run(&world->loop, UV_RUN_DEFAULT);
    uv_timer_stop(&world->guard);
    uv_prepare_stop(&world->prepare);
    uv_check_stop(&world->check);
    cr_assert_not(world->is_late, "what was awaited did not come");
}

void world_turn(struct world *world)
{
    uv_run(&world->loop, UV_RUN_NOWAIT);
}

static void fill_entry(unsigned char entry[ENTRY_LEN], uint64_t id)
{
    char text[ENTRY_LEN + 1];
    snprintf(text, sizeof text, "e%023llu%016llu", (unsigned long long)id,
             (unsigned long long)(id * 7919 % 1000003));
    memcpy(entry, text, ENTRY_LEN);
}

static uint64_t read_id(struct slice entry)
{
    char digits[24] = {0};
    cr_assert_eq(entry.len, ENTRY_LEN);
    cr_assert_eq(entry.data[0], 'e');
    memcpy(digits, entry.data + 1, 23);
    return strtoull(digits, NULL, 10);
}

static int on_entry(void *self, uint64_t sequence, struct slice entry)
{
    struct daemon *daemon = self;
    unsigned char checksum[16];
    cr_assert_eq(sequence, daemon->n_seen + 1, "entries come contiguously");
    if (sequence == daemon->refuse_from)
        return STATUS_DATA_LOSS;
    daemon->seen =
        realloc(daemon->seen, (size_t)(daemon->n_seen + 1) * sizeof *daemon->seen);
    daemon->seen[daemon->n_seen++] = read_id(entry);
    memcpy(checksum, entry.data + entry.len - sizeof checksum, sizeof checksum);
    for (uint64_t start = uv_hrtime(); uv_hrtime() - start < daemon->apply_ns;)
        ;
    daemon->port.applied(daemon->port.self, sequence, checksum);
    return 0;
}

static void on_caught_up(void *self)
{
    struct daemon *daemon = self;
    daemon->n_caught_up++;
}

static void on_state(void *self, int status, const char *what)
{
    struct daemon *daemon = self;
    daemon->n_states++;
    daemon->status = status;
    snprintf(daemon->what, sizeof daemon->what, "%s", what);
    if (getenv("VARDSOK_TEST_VERBOSE"))
        fprintf(stderr, "%s: %s\n", status_name(status), what);
    if (strstr(what, "waiting for another"))
        daemon->has_waited = true;
}

static void on_fatal(void *self, int status, const char *what)
{
    struct daemon *daemon = self;
    cr_assert_eq(daemon->fatal, 0, "fatal is said once");
    daemon->fatal = status;
    snprintf(daemon->fatal_what, sizeof daemon->fatal_what, "%s", what);
}

void daemon_init(struct daemon *daemon, struct world *world)
{
    memset(daemon, 0, sizeof *daemon);
    daemon->world = world;
    daemon->status = STATUS_UNAVAILABLE;
    fill_entry(daemon->first, 0);
    daemon->config = (struct log_redis_config){
        .data_dir = world->folder,
        .uuid = TEST_UUID,
        .first_entry = {(const char *)daemon->first, ENTRY_LEN},
        .on_fatal = on_fatal,
        .self = daemon,
    };
}

// As if the entries with the ids 0, 1, 2... had been applied.
static void take_position(struct daemon *daemon)
{
    unsigned char entry[ENTRY_LEN];
    daemon->n_seen = daemon->start_at;
    daemon->seen = calloc((size_t)daemon->start_at, sizeof *daemon->seen);
    for (uint64_t i = 0; i < daemon->start_at; i++)
        daemon->seen[i] = i;
    fill_entry(entry, daemon->start_at - 1);
    log_redis_set_position(daemon->log, daemon->start_at, entry + ENTRY_LEN - 16);
}

void daemon_start(struct daemon *daemon)
{
    const struct replica_log_events events = {daemon, on_entry, on_caught_up, on_state};
    if (daemon->url[0])
        daemon->config.url = daemon->url;
    daemon->log = log_redis_new(&daemon->world->loop, &daemon->config, &events);
    daemon->port = log_redis_port(daemon->log);
    if (daemon->start_at)
        take_position(daemon);
    cr_assert_eq(log_redis_start(daemon->log), 0);
}

static bool is_usable(void *of)
{
    const struct daemon *daemon = of;
    return daemon->status == 0 && daemon->n_caught_up > 0;
}

void daemon_await_usable(struct daemon *daemon)
{
    await(daemon->world, is_usable, daemon);
}

struct goal {
    const struct daemon *daemon;
    int status;
    uint64_t n;
};

static bool has_status(void *of)
{
    const struct goal *goal = of;
    return goal->daemon->status == goal->status;
}

void daemon_await_status(struct daemon *daemon, int status)
{
    struct goal goal = {.daemon = daemon, .status = status};
    await(daemon->world, has_status, &goal);
}

static bool has_seen(void *of)
{
    const struct goal *goal = of;
    return goal->daemon->n_seen >= goal->n;
}

void daemon_await_seen(struct daemon *daemon, uint64_t n)
{
    struct goal goal = {.daemon = daemon, .n = n};
    await(daemon->world, has_seen, &goal);
}

static bool is_fatal(void *of)
{
    const struct daemon *daemon = of;
    return daemon->fatal != 0;
}

void daemon_await_fatal(struct daemon *daemon)
{
    await(daemon->world, is_fatal, daemon);
}

static void on_closed(void *self)
{
    struct daemon *daemon = self;
    daemon->is_closed = true;
}

static bool is_closed(void *of)
{
    const struct daemon *daemon = of;
    return daemon->is_closed;
}

void daemon_close(struct daemon *daemon)
{
    log_redis_close(daemon->log, on_closed, daemon);
    cr_assert_not(daemon->is_closed, "closing is never done inside the call");
    await(daemon->world, is_closed, daemon);
    log_redis_free(daemon->log);
    free(daemon->seen);
    daemon->seen = NULL;
    daemon->log = NULL;
}

uint64_t daemon_times_seen(const struct daemon *daemon, uint64_t id)
{
    uint64_t n = 0;
    for (uint64_t i = 0; i < daemon->n_seen; i++)
        n += daemon->seen[i] == id;
    return n;
}

static void on_write_done(struct replica_append *append, int status)
{
    struct write *write =
        (struct write *)(void *)((char *)append - offsetof(struct write, append));
    write->status = status;
    write->n_done++;
    cr_assert_eq(write->n_done, 1, "an append ends once");
    if (write->then)
        write->then(write);
}

void write_init(struct write *write, uint64_t id)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    fill_entry(write->entry, id);
    write->append = (struct replica_append){
        .entry = {(const char *)write->entry, ENTRY_LEN},
        .time_ms = (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000,
        .done = on_write_done,
    };
    write->n_done = 0;
    write->then = NULL;
    write->owner = NULL;
}

int write_submit(struct daemon *daemon, struct write *write)
{
    int status = daemon->port.append(daemon->port.self, &write->append);
    cr_assert_eq(write->n_done, 0, "an append never ends inside the call");
    return status;
}

static bool is_done(void *of)
{
    const struct write *write = of;
    return write->n_done > 0;
}

int write_await(struct daemon *daemon, struct write *write)
{
    await(daemon->world, is_done, write);
    return write->status;
}

void daemon_append(struct daemon *daemon, uint64_t id)
{
    struct write write;
    write_init(&write, id);
    cr_assert_eq(write_submit(daemon, &write), 0);
    cr_assert_eq(write_await(daemon, &write), STATUS_OK);
}

static void on_server_closed(uv_handle_t *handle)
{
    struct server *server = handle->data;
    server->is_running = false;
}

static void on_server_exit(uv_process_t *process, int64_t status, int signal)
{
    (void)status;
    (void)signal;
    uv_close((uv_handle_t *)process, on_server_closed);
}

#define MAX_WORDS 48

void server_start(struct server *server, struct world *world, const char *options)
{
    static const char defaults[] = "setpriv --pdeathsig KILL -- redis-server --port 0 "
                                   "--appendonly yes --appendfsync always "
                                   "--save \"\" --unixsocketperm 600 --logfile redis.log "
                                   "--auto-aof-rewrite-percentage 0 "
                                   "--maxmemory-policy noeviction --unixsocket ";
    char line[1024], *args[MAX_WORDS + 1];
    int n = 0;
    memset(server, 0, sizeof *server);
    server->world = world;
    snprintf(server->address.path, sizeof server->address.path, "%s/own.sock",
             world->folder);
    snprintf(server->url, sizeof server->url, "unix:%s", server->address.path);
    snprintf(line, sizeof line, "%s%s %s", defaults, server->address.path, options);
    for (char *word = strtok(line, " "); word && n < MAX_WORDS; word = strtok(NULL, " "))
        args[n++] = strcmp(word, "\"\"") == 0 ? word + 2 : word;
    args[n] = NULL;
    uv_stdio_container_t stdio[3] = {{.flags = UV_IGNORE},
                                     {.flags = UV_IGNORE},
                                     {.flags = UV_INHERIT_FD, .data.fd = 2}};
    uv_process_options_t spawn = {.file = args[0],
                                  .args = args,
                                  .cwd = world->folder,
                                  .exit_cb = on_server_exit,
                                  .stdio_count = 3,
                                  .stdio = stdio};
    server->process.data = server;
    cr_assert_eq(uv_spawn(&world->loop, &server->process, &spawn), 0);
    server->is_running = true;
}

static bool is_stopped(void *of)
{
    const struct server *server = of;
    return !server->is_running;
}

void server_stop(struct server *server)
{
    uv_process_kill(&server->process, SIGKILL);
    await(server->world, is_stopped, server);
}

struct question {
    struct log_redis_connection connection;
    struct log_redis_command command;
    struct slice args[16];
    int n_args;
    char *answer;
    size_t answer_len;
    bool is_closed;
};

static void print_reply(const struct log_redis_reply *reply, FILE *out)
{
    if (reply->type == LOG_REDIS_ERROR)
        fputc('-', out);
    if (reply->type == LOG_REDIS_INTEGER)
        fprintf(out, "%lld", (long long)reply->integer);
    else if (reply->type == LOG_REDIS_NIL)
        fputs("nil", out);
    else if (reply->type != LOG_REDIS_ARRAY)
        fwrite(reply->text.data, 1, reply->text.len, out);
    if (reply->type != LOG_REDIS_ARRAY)
        return;
    fputc('[', out);
    for (const struct log_redis_reply *item = reply->first; item; item = item->next) {
        print_reply(item, out);
        if (item->next)
            fputc(',', out);
    }
    fputc(']', out);
}

static void on_answer(struct log_redis_command *command, int status,
                      const struct log_redis_reply *reply)
{
    struct question *question = command->owner;
    // A command that ends its own connection has no answer.
    FILE *out = open_memstream(&question->answer, &question->answer_len);
    if (status == 0)
        print_reply(reply, out);
    fclose(out);
    log_redis_connection_close(&question->connection);
}

static void on_question_ready(struct log_redis_connection *connection)
{
    struct question *question = connection->owner;
    question->command = (struct log_redis_command){.done = on_answer, .owner = question};
    log_redis_connection_send(connection, &question->command, 5000, question->n_args,
                              question->args);
}

static void on_question_lost(struct log_redis_connection *connection)
{
    (void)connection;
}

static void on_question_closed(struct log_redis_connection *connection)
{
    struct question *question = connection->owner;
    question->is_closed = true;
}

static bool is_answered(void *of)
{
    const struct question *question = of;
    return question->is_closed;
}

char *server_ask(struct server *server, const char *word, ...)
{
    struct question *question = calloc(1, sizeof *question);
    va_list words;
    va_start(words, word);
    for (; word && question->n_args < 16; word = va_arg(words, const char *))
        question->args[question->n_args++] = slice_from(word);
    va_end(words);
    log_redis_connection_init(&question->connection, &server->world->loop,
                              &server->address);
    question->connection.owner = question;
    question->connection.on_ready = on_question_ready;
    question->connection.on_lost = on_question_lost;
    question->connection.on_closed = on_question_closed;
    log_redis_connection_start(&question->connection);
    await(server->world, is_answered, question);
    char *answer = question->answer;
    free(question);
    return answer;
}

void use_server(struct daemon *daemon, const struct server *server)
{
    strcpy(daemon->url, server->url);
}

void setting_init(struct setting *setting)
{
    world_init(&setting->world);
    server_start(&setting->server, &setting->world, "");
    daemon_init(&setting->daemon, &setting->world);
    use_server(&setting->daemon, &setting->server);
    setting->daemon.config.init = true;
    daemon_start(&setting->daemon);
    daemon_await_usable(&setting->daemon);
}

void setting_close(struct setting *setting)
{
    daemon_close(&setting->daemon);
    server_stop(&setting->server);
    world_close(&setting->world);
}
